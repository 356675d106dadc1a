/** What every scenario of the bench is given, and what it answers. */

import type { Base } from '../edits.ts';
import type { Rooms } from '../ours.ts';
import type { Row } from '../report.ts';
import type { ServerName, Target } from '../targets.ts';
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
  run(bench: Bench, wanted: ReadonlySet<string>): Promise<Row[]>;
}

export const NO_ROW: Pick<Row, 'ours' | 'floor' | 'peers' | 'notes'> = {
  ours: null,
  floor: null,
  peers: {},
  notes: [],
};
