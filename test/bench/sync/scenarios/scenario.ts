/** What every scenario of the bench is given, and what it answers. */

import type { Base } from '../edits.ts';
import type { Rooms } from '../ours.ts';
import type { Row } from '../report.ts';
import { SERVERS, type ServerName, type Target } from '../targets.ts';
import type { Cores } from '../usage.ts';

export interface Bench {
  /** Runs of each server, taken in turns. */
  runs: number;
  /** Everything as small as it can be and still work: for a look, not for figures. */
  quick: boolean;
  /** How often our server is killed. */
  kills: number;
  cores: Cores;
  say(line: string): void;
  /** Starts a server for one scenario alone. The caller ends it. Ours has `filled` in its log already, in the first large room. */
  start(name: ServerName, rooms: Rooms, filled?: Base): Promise<Target>;
  /** Servers that run throughout; started when first asked for. */
  shared(name: ServerName): Promise<Target>;
}

export interface Scenario {
  /** Names of the rows that it answers. */
  names: readonly string[];
  /** Rooms of the shared servers that one run of it uses. */
  uses?: Rooms;
  run(bench: Bench): Promise<Row[]>;
}

export const NO_ROW: Pick<Row, 'ours' | 'floor' | 'peers' | 'notes'> = {
  ours: null,
  floor: null,
  peers: {},
  notes: [],
};

/** What was found of each server; null where it failed or was not asked. */
export type Found<T> = (name: ServerName) => T | null;

/** Looks at one server after the other. Where one fails the others go on, and the notes say what happened. */
export async function ofEach<T>(
  bench: Bench,
  notes: string[],
  take: (name: ServerName) => Promise<T>,
  servers: readonly ServerName[] = SERVERS,
): Promise<Found<T>> {
  const found = new Map<ServerName, T>();
  for (const name of servers)
    try {
      found.set(name, await take(name));
    } catch (error) {
      const { message } = error as Error;
      bench.say(`${name} failed: ${message}`);
      notes.push(`${name} failed: ${message.split('\n')[0]}`);
    }
  return (name) => found.get(name) ?? null;
}

/** A server for one scenario alone, ended whatever happens. */
export async function withServer<T>(
  bench: Bench,
  name: ServerName,
  rooms: Rooms,
  run: (target: Target) => Promise<T>,
  filled?: Base,
): Promise<T> {
  const target = await bench.start(name, rooms, filled);
  try {
    return await run(target);
  } finally {
    await target.end();
  }
}

export const figures = (of: Found<number>): Pick<Row, 'ours' | 'floor' | 'peers'> => ({
  ours: of('ours'),
  floor: of('floor'),
  peers: { 'y-websocket': of('y-websocket'), hocuspocus: of('hocuspocus') },
});
