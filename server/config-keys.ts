/** Every setting of the server: its name, default, what is allowed and why. Read by config.ts; .env.example repeats it. */
import { z } from 'zod';

export interface Key<T> {
  /** Value when the key is not set or empty. */
  fallback: T;
  /** What the fallback is called in .env.example where it is not a plain value. */
  shown?: string;
  schema: z.ZodType<T, string>;
  /** What may be written, in words; the remedy of every complaint. */
  allowed: string;
  /** What it is for, and why the default is what it is. */
  reason: string;
  /** Never repeat the value. */
  secret?: true;
}

const key = <T>(definition: Key<T>): Key<T> => definition;

function count(definition: { fallback: number; min: number; max: number; unit?: string; reason: string }): Key<number> {
  const { fallback, min, max, unit, reason } = definition;
  const schema = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
  return { fallback, schema, reason, allowed: `a whole number from ${min} to ${max}${unit ? ` (${unit})` : ''}` };
}

const address = (...schemes: string[]) =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)));

/** Where PostgreSQL is: a host in the address or a socket folder in ?host=, and a database. */
const isDatabaseAddress = (text: string): boolean => {
  const url = new URL(text);
  return url.pathname.length > 1 && (url.hostname !== '' || url.searchParams.has('host'));
};

/** A web address without path, as browsers name an origin. */
const isOrigin = (text: string): boolean =>
  [new URL(text).origin, `${new URL(text).origin}/`].includes(text.toLowerCase());

const KIB = 1024;
const MIB = 1024 * KIB;

export const KEYS = {
  HOST: key<string>({
    fallback: '127.0.0.1',
    schema: z.string().regex(/^[\w.:-]{1,253}$/),
    allowed: 'an IP address or host name of this machine, such as 127.0.0.1 or 0.0.0.0',
    reason:
      'Address to listen on. Only this machine by default: the demo shows its password to everybody who can reach it.',
  }),
  PORT: count({
    fallback: 3000,
    min: 0,
    max: 65_535,
    reason: 'Port to listen on. 0 takes any free one.',
  }),
  PUBLIC_URL: key<string | null>({
    fallback: null,
    shown: 'https://lode.example.org',
    schema: address('http', 'https')
      .refine(isOrigin)
      .transform((text) => new URL(text).origin),
    allowed: 'http:// or https:// with host and port, without a path',
    reason:
      'Address that people open, when it differs from HOST and PORT, as behind a proxy. Decides whether cookies are secure.',
  }),
  PROXIES: count({
    fallback: 0,
    min: 0,
    max: 5,
    reason:
      'Proxies of yours in front of this server. Their word on where a request comes from is taken, so that the sign-in limit counts people, not the proxy.',
  }),
  DATA_DIR: key<string>({
    fallback: '.data',
    schema: z.string().refine((text) => !text.includes('\0')),
    allowed: 'path of a folder on a local disk',
    reason: 'Folder of the embedded database. One server at a time. Not used with DATABASE_URL.',
  }),
  DATABASE_URL: key<string | null>({
    fallback: null,
    shown: 'postgresql://user:password@host:5432/name',
    schema: address('postgres', 'postgresql').refine(isDatabaseAddress),
    allowed: 'postgresql://user:password@host:port/name',
    reason:
      'A PostgreSQL server, version 15 or later, instead of the embedded one; any number of nodes may share it. No transaction pooler in between.',
    secret: true,
  }),
  REDIS_URL: key<string | null>({
    fallback: null,
    shown: 'redis://host:6379',
    schema: address('redis', 'rediss'),
    allowed: 'redis://user:password@host:port or rediss://…',
    reason:
      'A Redis, version 7 or later, through which nodes tell each other of new edits instead of through the database. The same on every node.',
    secret: true,
  }),
  AUTH_SECRET: key<string | null>({
    fallback: null,
    shown: 'output of: openssl rand -base64 32',
    schema: z.string().min(32).max(512),
    allowed: '32 to 512 characters nobody can guess, the same on every node: openssl rand -base64 32',
    reason: 'Signs sessions. Needed with DATABASE_URL; without it, made once and kept in DATA_DIR.',
    secret: true,
  }),
  DEMO: key<boolean | null>({
    fallback: null,
    shown: '1',
    schema: z.enum(['0', '1']).transform((text) => text === '1'),
    allowed: '0 or 1',
    reason:
      'Fills an empty embedded database with the demo workspace and shows its sign-ins. 1 unless DATABASE_URL is set, where it may not be.',
  }),
  SLOT_SECONDS: key<number | null>({
    fallback: null,
    shown: '900',
    schema: z
      .string()
      .regex(/^\d{1,6}$/)
      .transform(Number)
      .pipe(
        z
          .int()
          .min(10)
          .max(7 * 86_400),
      ),
    allowed: 'a whole number from 10 to 604800 (seconds)',
    reason:
      'Time between two releases of a pool that sets none of its own. 60 in the demo, else 900: the pace of a live session.',
  }),
  SMTP_URL: key<string | null>({
    fallback: null,
    shown: 'smtps://user:password@mail.example.org',
    schema: address('smtp', 'smtps').refine((text) => new URL(text).hostname !== ''),
    allowed: 'smtp://user:password@host:port or smtps://…',
    reason:
      'A mail server that takes notifications of comments for those who want them by mail. Without it no mail is made. The same on every node.',
    secret: true,
  }),
  MAIL_FROM: key<string | null>({
    fallback: null,
    shown: 'pools@example.org',
    schema: z.email().max(254),
    allowed: 'a mail address',
    reason: 'Address that mails come from. Needed with SMTP_URL.',
  }),
  MAIL_DIGEST_SECONDS: count({
    fallback: 86_400,
    min: 60,
    max: 604_800,
    unit: 'seconds',
    reason: 'How long a digest gathers from its first notification on, for people who want one mail for many: a day.',
  }),
  REVIEW_DAYS: count({
    fallback: 10,
    min: 1,
    max: 365,
    unit: 'days',
    reason:
      'How long a proposed order may wait for its decision until the review queue marks it as overdue: ten days, as offers are seldom held open for longer than a fortnight.',
  }),
  DATABASE_CONNECTIONS: count({
    fallback: 10,
    min: 4,
    max: 200,
    unit: 'connections',
    reason: 'Connections of this node to the database. More than about two for each of its cores gain nothing.',
  }),
  MESSAGE_BYTES: count({
    fallback: 4 * MIB,
    min: 64 * KIB,
    max: 64 * MIB,
    unit: 'bytes',
    reason: 'Largest message to a sheet. A full sheet of 10,000 rows is 3.8 MB, so even pasting it whole fits.',
  }),
  UPDATES_PER_SECOND: count({
    fallback: 100,
    min: 5,
    max: 10_000,
    unit: 'messages per second',
    reason: 'Edits that one connection may send on average. Fast typing makes 10; a paste or a fill is one.',
  }),
  SOCKETS_PER_ACTOR: count({
    fallback: 32,
    min: 2,
    max: 1_000,
    unit: 'connections',
    reason: 'Open connections to sheets for one person: several tabs and devices with some sheets each.',
  }),
  ROOMS_PER_ACTOR: count({
    fallback: 16,
    min: 2,
    max: 1_000,
    unit: 'sheets',
    reason: 'Different sheets that one person has open at once, so that nobody fills ROOMS alone.',
  }),
  ROOMS: count({
    fallback: 2_000,
    min: 10,
    max: 100_000,
    unit: 'sheets',
    reason: 'Sheets open at once on this node. Empty ones cost about 50 KB each, one of 1,000 rows some megabytes.',
  }),
  SHEET_ROWS: count({
    fallback: 10_000,
    min: 100,
    max: 10_000,
    unit: 'rows',
    reason:
      'Rows of one sheet. The web page takes no more either: 10,000 of 12 cells open in about a second of the browser.',
  }),
  DOCUMENT_BYTES: count({
    fallback: 16 * MIB,
    min: 1 * MIB,
    max: 64 * MIB,
    unit: 'bytes',
    reason:
      'Largest sheet, encoded, with what edits leave behind and 16 bytes more for each stretch of values. 10,000 rows of 12 cells take 4 MB and 2 MB for these; browsers need 0.2 s for each MB.',
  }),
  AWARENESS_BYTES: count({
    fallback: 4 * KIB,
    min: 512,
    max: 64 * KIB,
    unit: 'bytes',
    reason: 'Largest message about where somebody is in a sheet. A name, a colour and a cell take 200.',
  }),
  BACKLOG_BYTES: count({
    fallback: 1 * MIB,
    min: 64 * KIB,
    max: 64 * MIB,
    unit: 'bytes',
    reason:
      'What may wait for one slow reader. Beyond it, the reader gets nothing more until it has drained, and then one difference.',
  }),
  LAG_SECONDS: count({
    fallback: 30,
    min: 5,
    max: 600,
    unit: 'seconds',
    reason: 'How long a slow reader may take to drain before it has to come back: stock clients give up then, too.',
  }),
  JOINS_AT_ONCE: count({
    fallback: 8,
    min: 1,
    max: 200,
    unit: 'connections',
    reason:
      'Connections to sheets let in at the same time; others wait their turn, so that everybody coming back at once floods nothing.',
  }),
  JOINS_WAITING: count({
    fallback: 2_000,
    min: 10,
    max: 100_000,
    unit: 'connections',
    reason: 'Connections to sheets that wait to be let in. Whoever comes beyond is told to come back after a while.',
  }),
  SOCKETS: count({
    fallback: 10_000,
    min: 10,
    max: 100_000,
    unit: 'connections',
    reason: 'Connections to sheets of this node that are let in; each takes about 20 KB. Beyond it, one is refused.',
  }),
  TURNED_AWAY: count({
    fallback: 2_000,
    min: 10,
    max: 100_000,
    unit: 'connections',
    reason:
      'Connections that were told why they are not let in, and have 2 s to hang up; beyond it, the oldest is cut. They take no place of SOCKETS.',
  }),
  REQUEST_BYTES: count({
    fallback: 1 * MIB,
    min: 16 * KIB,
    max: 64 * MIB,
    unit: 'bytes',
    reason:
      'Largest body of an API request other than a file. Lines go through the sheets, so nothing large comes this way.',
  }),
  FILE_BYTES: count({
    fallback: 8 * MIB,
    min: 64 * KIB,
    max: 64 * MIB,
    unit: 'bytes',
    reason: 'Largest CSV or Excel file that is read for a sheet. 10,000 lines of 15 columns are 1 to 2 MB.',
  }),
  SHEET_UNLOAD_SECONDS: count({
    fallback: 60,
    min: 1,
    max: 86_400,
    unit: 'seconds',
    reason: 'How long a sheet stays in memory after the last person left: a reload or a lost connection finds it open.',
  }),
  SHUTDOWN_SECONDS: count({
    fallback: 20,
    min: 1,
    max: 600,
    unit: 'seconds',
    reason: 'Longest orderly stop. Shorter than the 30 s after which most supervisors kill.',
  }),
  MATCH_SECONDS: count({
    fallback: 60,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    reason: 'Longest search for one mineral after its first answer. The hardest measured needed 15 s.',
  }),
  MATCH_WORKERS: key<number | null>({
    fallback: null,
    shown: '2',
    schema: z
      .string()
      .regex(/^\d{1,2}$/)
      .transform(Number)
      .pipe(z.int().min(1).max(64)),
    allowed: 'a whole number from 1 to 64 (threads)',
    reason:
      'Minerals solved side by side; each thread takes 20 to 250 MB. One less than the cores of this machine where left out, and at least one: the server keeps a core.',
  }),
} as const;
