/**
 * The workspace's database for the programs beside the server: at DATABASE_URL, or in the data folder, whether or not a server runs on it. Where one
 * does, its database is reached by its socket as one more client; else the database is started, and stopped at the end. Nothing is migrated here.
 */
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { readConfig } from '../server/config.ts';
import { FolderError } from '../server/data-folder.ts';
import { connection } from '../server/database.ts';
import { startEmbedded } from '../server/embedded-postgres.ts';
import { hasCluster } from '../server/embedded-postgres-cluster.ts';
import { addressIn } from '../server/embedded-postgres-start.ts';

export interface OpenDatabase {
  client: pg.Client;
  /** A server runs on the data folder. */
  isShared: boolean;
  close(): Promise<void>;
}

/** What stops a program of ours, in words for its operator. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** `mayMake`: a data folder without a database gets one. */
export async function openWorkspace(
  env: Record<string, string | undefined>,
  { mayMake }: { mayMake: boolean },
): Promise<OpenDatabase> {
  // These programs sign nothing, so they do without the secret that a server needs.
  const { databaseUrl, dataDir } = readConfig({ ...env, AUTH_SECRET: env.AUTH_SECRET || 'not used here'.repeat(3) });
  if (databaseUrl !== null) return { ...(await connect(databaseUrl)), isShared: false };
  if (!mayMake && !hasCluster(dataDir))
    throw new ProgramError(
      `There is no workspace in ${resolve(dataDir)}. Set DATA_DIR to its folder, or DATABASE_URL to its database.`,
    );
  try {
    const embedded = await startEmbedded({ dataDir });
    try {
      const { client, close } = await connect(embedded.url);
      const stop = async () => {
        await close();
        await embedded.stop();
      };
      return { client, isShared: false, close: stop };
    } catch (error) {
      await embedded.stop();
      throw error;
    }
  } catch (error) {
    const runDir = join(resolve(dataDir), 'run');
    if (!(error instanceof FolderError && error.code === 'owned' && existsSync(runDir))) throw error;
    return { ...(await connect(addressIn(realpathSync(runDir)))), isShared: true };
  }
}

async function connect(url: string): Promise<Pick<OpenDatabase, 'client' | 'close'>> {
  const client = new pg.Client(connection(url));
  client.on('error', () => {}); // the query that runs reports it
  try {
    await client.connect();
  } catch (error) {
    const { hostname, port, pathname, searchParams } = new URL(url);
    const host = searchParams.get('host') ?? `${hostname}:${port || 5432}`;
    const { code = 'no answer' } = error as { code?: string };
    throw new ProgramError(
      `The database ${pathname.slice(1)} on ${host} cannot be reached (${code}). Check DATABASE_URL, or that the server runs.`,
    );
  }
  return { client, close: () => client.end() };
}

/** Runs a program: its last word goes to the terminal, and what went wrong to its exit code. */
export async function runProgram(run: () => Promise<boolean>): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  try {
    process.exitCode = (await run()) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
