/** What a room needs of the server around it, and what it tells it. Made by the rooms. */
import type pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Committer } from './committer.ts';
import type { SheetLimits } from './limits.ts';
import type { RowChange } from './open-sheet.ts';
import type { Room } from './room.ts';
import type { Snapshots } from './snapshots.ts';

export interface SheetCommit {
  sheetId: string;
  /** The log reaches this number with it. */
  seq: bigint;
  rows: RowChange[];
}

export interface RoomDesk {
  pool: pg.Pool;
  committer: Committer;
  clock: Clock;
  telemetry: Telemetry;
  limits: SheetLimits;
  snapshots: Snapshots;
  /** The log took it. */
  committed(commit: SheetCommit): void;
  /** Nobody is in the room any more. */
  emptied(room: Room): void;
  /** The room is over; the next one who wants the sheet loads it again. */
  over(room: Room): void;
  /** There is no other node. */
  isAlone: boolean;
}
