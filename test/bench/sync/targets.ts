/** What the scenarios measure: a running server with rooms that nobody has used yet. */
import type { Dialect } from './dialects.ts';
import type { Measured } from './processes.ts';

export const SERVERS = ['floor', 'y-websocket', 'hocuspocus', 'ours'] as const;
export type ServerName = (typeof SERVERS)[number];

/** 'large': many people in one sheet; 'small': five people; 'single': one. */
export type RoomKind = 'large' | 'small' | 'single';

export interface Room {
  document: string;
  /** Organization whose rows are in it. */
  owner: string;
  /** What the n-th connection says of itself. Connections are spread over the people of the room. */
  headers(connection: number): Record<string, string>;
}

export interface Target {
  name: ServerName;
  dialect: Dialect;
  server: Measured;
  /** A room that was not used before. */
  room(kind: RoomKind): Room;
  /** The first large room had its rows before the server started. */
  isFilled: boolean;
  /** CPU of its database, which is a program of its own; 0 where it has none. */
  databaseNs(): number;
  /** Ends the server and all it needed. */
  end(): Promise<void>;
}

/** A server that knows no people makes any room up. */
export function anonymousRooms(): (kind: RoomKind) => Room {
  let count = 0;
  const owner = '00000000-0000-4000-8000-000000000000';
  return () => ({ document: `document-${count++}`, owner, headers: () => ({}) });
}
