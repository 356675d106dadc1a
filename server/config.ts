/** The settings of the server: read once from the environment, checked together, used by main and compose. Documented in .env.example. */
import { availableParallelism } from 'node:os';
import { KEYS, type Key } from './config-keys.ts';

type KeyName = keyof typeof KEYS;
type Values = { [Name in KeyName]: (typeof KEYS)[Name] extends Key<infer T> ? T : never };

export interface Limits {
  databaseConnections: number;
  messageBytes: number;
  updatesPerSecond: number;
  socketsPerActor: number;
  roomsPerActor: number;
  rooms: number;
  rowsPerSheet: number;
  documentBytes: number;
  awarenessBytes: number;
  backlogBytes: number;
  lagSeconds: number;
  joinsAtOnce: number;
  joinsWaiting: number;
  sockets: number;
  turnedAway: number;
  requestBytes: number;
  fileBytes: number;
  sheetUnloadSeconds: number;
  shutdownSeconds: number;
  matchSeconds: number;
  matchWorkers: number;
}

export interface Config {
  host: string;
  port: number;
  /** Origin without a slash at the end; null: what HOST and PORT say. */
  publicUrl: string | null;
  /** Proxies of our own in front of the server. */
  proxies: number;
  dataDir: string;
  /** Null: the embedded database in dataDir. */
  databaseUrl: string | null;
  redisUrl: string | null;
  /** Null only with the embedded database, whose folder keeps one (data-folder.ts). */
  authSecret: string | null;
  demo: boolean;
  slotSeconds: number;
  /** Days that an order may wait for its decision until it is marked as overdue. */
  reviewDays: number;
  /** Without smtpUrl no mail is made. */
  mail: { smtpUrl: string | null; from: string | null; digestSeconds: number };
  limits: Limits;
}

/** All that is wrong with the environment, one line for each key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Reads the settings of the server from the environment; unknown variables are none of its business. Throws ConfigError. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const values = Object.fromEntries(
    Object.entries<Key<unknown>>(KEYS).map(([name, definition]) => [
      name,
      readKey(name, definition, env[name], problems),
    ]),
  ) as Values;
  problems.push(...contradictions(env));
  if (problems.length > 0) throw new ConfigError(problems);
  const demo = values.DEMO ?? values.DATABASE_URL === null;
  return {
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL,
    proxies: values.PROXIES,
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    authSecret: values.AUTH_SECRET,
    demo,
    slotSeconds: values.SLOT_SECONDS ?? (demo ? 60 : 900),
    reviewDays: values.REVIEW_DAYS,
    mail: { smtpUrl: values.SMTP_URL, from: values.MAIL_FROM, digestSeconds: values.MAIL_DIGEST_SECONDS },
    limits: {
      databaseConnections: values.DATABASE_CONNECTIONS,
      messageBytes: values.MESSAGE_BYTES,
      updatesPerSecond: values.UPDATES_PER_SECOND,
      socketsPerActor: values.SOCKETS_PER_ACTOR,
      roomsPerActor: values.ROOMS_PER_ACTOR,
      rooms: values.ROOMS,
      rowsPerSheet: values.SHEET_ROWS,
      documentBytes: values.DOCUMENT_BYTES,
      awarenessBytes: values.AWARENESS_BYTES,
      backlogBytes: values.BACKLOG_BYTES,
      lagSeconds: values.LAG_SECONDS,
      joinsAtOnce: values.JOINS_AT_ONCE,
      joinsWaiting: values.JOINS_WAITING,
      sockets: values.SOCKETS,
      turnedAway: values.TURNED_AWAY,
      requestBytes: values.REQUEST_BYTES,
      fileBytes: values.FILE_BYTES,
      sheetUnloadSeconds: values.SHEET_UNLOAD_SECONDS,
      shutdownSeconds: values.SHUTDOWN_SECONDS,
      matchSeconds: values.MATCH_SECONDS,
      matchWorkers: values.MATCH_WORKERS ?? Math.max(1, availableParallelism() - 1),
    },
  };
}

const VALUE_CHARS_MAX = 80;

function readKey(name: string, definition: Key<unknown>, text: string | undefined, problems: string[]): unknown {
  if (text === undefined || text === '') return definition.fallback;
  const read = definition.schema.safeParse(text);
  if (read.success) return read.data;
  const given = definition.secret ? 'its value' : JSON.stringify(text.slice(0, VALUE_CHARS_MAX));
  problems.push(`${name}: ${given} is not allowed; write ${definition.allowed}, or leave ${name} out`);
  return definition.fallback;
}

/** Keys that are right alone and wrong together. Looks at what was written, so that a key with a wrong value counts as set. */
function contradictions(env: Record<string, string | undefined>): string[] {
  const problems: string[] = [];
  if (env.SMTP_URL && !env.MAIL_FROM)
    problems.push(`MAIL_FROM: missing, and needed with SMTP_URL; write ${KEYS.MAIL_FROM.allowed}`);
  if (env.DATABASE_URL) {
    if (env.DEMO === '1')
      problems.push(
        'DEMO: "1" is not allowed with DATABASE_URL, where anybody could sign in; leave out one of the two',
      );
    if (!env.AUTH_SECRET)
      problems.push(`AUTH_SECRET: missing, and needed with DATABASE_URL; write ${KEYS.AUTH_SECRET.allowed}`);
  } else if (env.REDIS_URL)
    problems.push('REDIS_URL: needs DATABASE_URL, as an embedded database has one node only; leave it out');
  return problems;
}
