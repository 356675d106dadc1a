/** What the server says about itself: one line of JSON per business event or fault on stdout. Every part of the server may use it. */
export type Fields = Record<string, string | number | boolean>;

/** Neither names nor fields ever carry a row value, a company's name, a mail address or a token; ids and numbers only. */
export interface Telemetry {
  event(name: string, fields?: Fields): void;
  /** Something failed that should not. Of the error, its kind, code and place in our source are kept, and its message where it is ours. */
  fault(name: string, error: unknown, fields?: Fields): void;
}

export const stdoutTelemetry: Telemetry = telemetryTo((line) => void process.stdout.write(`${line}\n`));

export function telemetryTo(write: (line: string) => void, now: () => Date = () => new Date()): Telemetry {
  const say = (level: string, name: string, fields: Fields) =>
    write(JSON.stringify({ at: now().toISOString(), level, name, ...fields }));
  return {
    event: (name, fields = {}) => say('event', name, fields),
    fault: (name, error, fields = {}) => say('fault', name, { ...fields, ...describe(error) }),
  };
}

const CAUSES_MAX = 3;

/**
 * Messages of the database, of Prisma and of libraries quote values ("Key (email)=(...) already exists"), so only messages that we write
 * ourselves pass: those of errors that say so by `speaksPlainly`. All others are known by kind, code and place.
 */
function describe(error: unknown, depth = 0): Fields {
  if (!(error instanceof Error)) return { kind: typeof error };
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown };
  const fields: Fields = { kind: error.name };
  if (typeof code === 'string' && /^[\w-]{1,40}$/.test(code)) fields.code = code;
  if (typeof constraint === 'string') fields.constraint = constraint;
  if (typeof table === 'string') fields.table = table;
  if ((error as { speaksPlainly?: boolean }).speaksPlainly === true) fields.message = error.message;
  const place = /\(?(?:file:\/\/)?[^\s(]*?((?:server|domain|protocol|seeds)\/(?!generated)[\w./-]+:\d+)/.exec(
    error.stack ?? '',
  );
  if (place?.[1]) fields.place = place[1];
  if (error.cause !== undefined && depth < CAUSES_MAX)
    for (const [key, value] of Object.entries(describe(error.cause, depth + 1))) fields[`cause.${key}`] = value;
  return fields;
}
