/** The whole server inside the test's process, on a database of its own, with or without the demo workspace. */
import { afterAll } from 'vitest';
import { DEMO_PASSWORD } from '../../seeds/demo.ts';
import { type Running, start } from '../../server/compose.ts';
import { readConfig } from '../../server/config.ts';
import { testDatabaseUrl } from './database.ts';
import { type Client, signIn } from './server.ts';

const running: Running[] = [];
afterAll(async () => {
  for (const one of running.splice(0)) await one.close();
});

export interface Workspace extends Running {
  /** A client signed in as the demo person whose address starts so. */
  as(name: string): Promise<Client>;
  nobody(): Promise<Client>;
}

/** Slots far apart, so that nothing is published that the test did not ask for. */
export async function startWorkspace(options: {
  demo: boolean;
  slotSeconds?: number;
  /** Of a workspace that another server has open. */
  databaseUrl?: string;
  /** More settings, by the names of server/config-keys. */
  env?: Record<string, string>;
}): Promise<Workspace> {
  const config = readConfig({
    PORT: '0',
    AUTH_SECRET: 'x'.repeat(40),
    DATABASE_URL: options.databaseUrl ?? (await testDatabaseUrl()),
    SLOT_SECONDS: String(options.slotSeconds ?? 86_400),
    ...options.env,
  });
  const found = await start({ ...config, demo: options.demo }, 'build');
  running.push(found);
  return {
    ...found,
    as: async (name) => {
      const { people } = (await (await fetch(`${found.origin}/api/v1/demo/people`)).json()) as {
        people: { email: string }[];
      };
      const person = people.find(({ email }) => email.startsWith(name));
      if (!person) throw new Error(`nobody in the demo is called ${name}`);
      return signIn(found.origin, person.email, DEMO_PASSWORD);
    },
    nobody: () => signIn(found.origin),
  };
}

/** The pool of the demo whose name starts so, as this person sees it. */
export async function poolOf(client: Client, name: string): Promise<{ id: string; name: string }> {
  const { body } = await client.call('GET', '/api/v1/pools');
  return body.find((pool: { name: string }) => pool.name.startsWith(name));
}
