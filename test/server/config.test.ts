import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '#server/config.ts';
import { KEYS } from '#server/config-keys.ts';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('[CF1] an empty environment gives a server for this machine with the demo on', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    dataDir: '.data',
    databaseUrl: null,
    redisUrl: null,
    authSecret: null,
    publicUrl: null,
    demo: true,
    slotSeconds: 60,
    limits: { messageBytes: 4_194_304, matchWorkers: Math.max(1, availableParallelism() - 1) },
  });
  expect(readConfig({ PORT: '', DEMO: '' })).toEqual(readConfig({}));
  expect(readConfig({ DEMO: '0' })).toMatchObject({ demo: false, slotSeconds: 900 });
});

test('[CF2] all wrong keys are named at once, with the value, what is allowed and the remedy', () => {
  const problems = problemsOf({
    HOST: 'not a host',
    PORT: '70000',
    PUBLIC_URL: 'https://lode.example.org/app',
    DEMO: 'yes',
    MATCH_WORKERS: '-1',
    SHEET_ROWS: '1e9',
    SLOT_SECONDS: '5',
    ROOMS: '50',
  });
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'HOST',
    'PORT',
    'PUBLIC_URL',
    'DEMO',
    'SLOT_SECONDS',
    'SHEET_ROWS',
    'MATCH_WORKERS',
  ]);
  expect(problems[1]).toBe('PORT: "70000" is not allowed; write a whole number from 0 to 65535, or leave PORT out');
});

test('[CF3] the value of a secret key is never repeated', () => {
  const problems = problemsOf({ DATABASE_URL: 'mysql://u:hunter2@h/d', REDIS_URL: 'hunter2', AUTH_SECRET: 'hunter2' });
  expect(problems).toHaveLength(3);
  expect(problems.join()).not.toContain('hunter2');
});

test('[CF4] keys that contradict each other are refused: a demo, or no secret, on a server database; Redis without one', () => {
  const DATABASE_URL = 'postgresql://lode:pw@db.example.org/lode';
  const AUTH_SECRET = 'x'.repeat(32);
  expect(readConfig({ DATABASE_URL, AUTH_SECRET, REDIS_URL: 'rediss://r.example.org' })).toMatchObject({
    demo: false,
    slotSeconds: 900,
  });
  expect(problemsOf({ DATABASE_URL, DEMO: '1' }).map((problem) => problem.split(':')[0])).toEqual([
    'DEMO',
    'AUTH_SECRET',
  ]);
  expect(problemsOf({ REDIS_URL: 'redis://r.example.org' })).toHaveLength(1);
});

test.each([
  ['DATABASE_URL', 'postgresql://h/lode', 'postgresql://h'],
  ['DATABASE_URL', 'postgres:///lode?host=/run/postgresql', 'postgres:///lode'],
  ['PUBLIC_URL', 'http://localhost:8080', 'localhost:8080'],
  ['PUBLIC_URL', 'https://Lode.example.org/', 'https://u:p@lode.example.org'],
  ['HOST', '::1', 'a/b'],
  ['PORT', '0', '3000.5'],
  ['AUTH_SECRET', 'x'.repeat(32), 'x'.repeat(31)],
])('[CF5] %s takes %s and not %s', (name, right, wrong) => {
  const rest = { AUTH_SECRET: 'y'.repeat(40) };
  expect(problemsOf({ ...rest, [name]: right })).toEqual([]);
  expect(problemsOf({ ...rest, [name]: wrong })).toHaveLength(1);
});

test('[CF6] .env.example says of every key what it is for, what is allowed and its default, and knows no other key', () => {
  const expected = Object.entries<{ reason: string; allowed: string; fallback: unknown; shown?: string }>(KEYS).map(
    ([name, { reason, allowed, fallback, shown }]) =>
      `# ${reason}\n# Allowed: ${allowed}\n#${name}=${shown ?? fallback}`,
  );
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  expect(text.trimEnd().split('\n\n').slice(1)).toEqual(expected);
});
