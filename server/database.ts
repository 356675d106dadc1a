/** Opens the database for everything else: one pool in UTC, migrations applied, the Prisma client on top. The only file that knows the generated client. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PRODUCT } from '#domain/product.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { migrate, readMigrations } from './migrations.ts';
import { stdoutTelemetry, type Telemetry } from './telemetry.ts';

export { Prisma, type PrismaClient } from './generated/prisma/client.ts';
export * from './generated/prisma/enums.ts';

export interface Database {
  prisma: PrismaClient;
  /** For raw SQL: the update log and the bell. Every connection speaks UTC. */
  pool: pg.Pool;
  close(): Promise<void>;
}

/** The database cannot be used as it is; the message says why and what to do, and names no password. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly speaksPlainly = true;
}

export interface DatabaseOptions {
  /** Connections of this process. The embedded server takes 40 in all. */
  connectionsMax?: number;
  telemetry?: Telemetry;
  /** How long a server that does not answer yet is waited for, in milliseconds. */
  connectMsMax?: number;
}

/** Oldest PostgreSQL that the schema and its SQL are written for. */
const MAJOR_MIN = 15;
/** A server that starts beside us (compose, a reboot) gets this long to answer. */
const CONNECT_MS_MAX = 15_000;
const IDLE_IN_TRANSACTION_MS_MAX = 60_000;
const STATEMENT_MS_MAX = 60_000;
/** Prisma's own 5 s is too short for a busy machine that also writes the log of every edit. */
const TRANSACTION_MS_MAX = 30_000;

/** Throws DatabaseError when there is no usable server and MigrationError when it has another history than this program. */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const { connectionsMax = 10, telemetry = stdoutTelemetry, connectMsMax = CONNECT_MS_MAX } = options;
  const applied = await prepare(url, connectMsMax);
  for (const name of applied) telemetry.event('database.migrated', { migration: name });
  const pool = new pg.Pool({
    ...connection(url, {
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS_MAX,
      statement_timeout: STATEMENT_MS_MAX,
    }),
    max: connectionsMax,
    connectionTimeoutMillis: CONNECT_MS_MAX,
  });
  // An idle connection that breaks is replaced at the next query; without a listener the process would end.
  pool.on('error', (error) => telemetry.fault('database.connection-lost', error));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: CONNECT_MS_MAX, timeout: TRANSACTION_MS_MAX },
  });
  return {
    prisma,
    pool,
    close: async () => {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

/** Connection settings with UTC in force: what the client asks for wins over the server's, the database's and the role's time zone. */
export function connection(url: string, settings: Record<string, number> = {}): pg.ClientConfig {
  const parsed = new URL(url);
  const wanted = [parsed.searchParams.get('options'), '-c TimeZone=UTC'];
  for (const [name, value] of Object.entries(settings)) wanted.push(`-c ${name}=${value}`);
  // pg lets the options of the address win over those of the code, so ours go into the address, last.
  parsed.searchParams.set('options', wanted.filter(Boolean).join(' '));
  return { connectionString: parsed.href, application_name: PRODUCT.toLowerCase(), keepAlive: true };
}

/** Waits for the server, checks its version and migrates; on a connection of its own, without the time limits of the pool. */
async function prepare(url: string, connectMsMax: number): Promise<string[]> {
  const migrations = await readMigrations();
  const client = await connect(url, connectMsMax);
  try {
    const { rows } = await client.query('SHOW server_version_num');
    const version = Math.floor(Number(rows[0].server_version_num) / 10_000);
    if (version < MAJOR_MIN)
      throw new DatabaseError(
        `The database server runs PostgreSQL ${version}; at least ${MAJOR_MIN} is needed. Point DATABASE_URL at a newer server.`,
      );
    return await migrate(client, migrations);
  } finally {
    await client.end().catch(() => {});
  }
}

async function connect(url: string, connectMsMax: number): Promise<pg.Client> {
  const giveUpAt = performance.now() + connectMsMax;
  while (true) {
    const client = new pg.Client({ ...connection(url), connectionTimeoutMillis: 5_000 });
    client.on('error', () => {}); // the query that runs reports it
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      const code = (error as { code?: string }).code ?? 'no answer';
      if (!MAY_COME_UP.has(code) || performance.now() > giveUpAt) throw unreachable(url, code, error);
      await new Promise((done) => setTimeout(done, 250));
    }
  }
}

/** Refused, socket or name not there yet, and the SQLSTATEs of a server that is starting or stopping. */
const MAY_COME_UP = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', '57P03', '57P01']);

function unreachable(url: string, code: string, cause: unknown): DatabaseError {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? `${hostname}:${port || 5432}`;
  const reason = REASONS[code] ?? 'cannot be reached';
  return new DatabaseError(
    `The database ${pathname.slice(1)} on ${host} ${reason} (${code}). Check DATABASE_URL and the server.`,
    { cause },
  );
}

const REASONS: Record<string, string> = {
  '28P01': 'refuses the password',
  '28000': 'refuses the user',
  '3D000': 'does not exist',
  '53300': 'has no connection left',
  ECONNREFUSED: 'does not listen',
  ENOTFOUND: 'has an unknown host name',
};
