/** The rows of the bench, as a table for people and as JSON for programs. */
import { PRODUCT } from '../../../domain/product.ts';
import type { ServerName } from './targets.ts';

export type PeerName = Exclude<ServerName, 'ours' | 'floor'>;

export interface Row {
  name: string;
  /** What was measured, and its unit. */
  what: string;
  ours: number | null;
  floor: number | null;
  peers: Partial<Record<PeerName, number | null>>;
  /** 'ratio': the row counts as ours over the floor of the same runs; 'value': as ours. */
  counts: 'ratio' | 'value';
  /** What ours may be at most; null where nothing was promised. */
  bar: number | null;
  /** The same unit, spent by our database: a program of its own, not in `ours`. */
  database?: number;
  /** What a figure does not say. */
  notes: string[];
}

/** Of a figure that could not be taken the notes say why. */
export const countOf = (row: Row): number | null => {
  if (row.counts === 'value' || row.ours === null) return row.ours;
  return row.floor ? row.ours / row.floor : null;
};

export const meetsBar = (row: Row): boolean | null => {
  const count = countOf(row);
  return row.bar === null || count === null ? null : count <= row.bar;
};

export function asJson(rows: readonly Row[]): string {
  return JSON.stringify({
    rows: rows.map((row) => {
      const { name, ours, floor, peers, bar, database, notes } = row;
      return { name, [row.counts]: countOf(row), ours, floor, peers, bar, database, notes };
    }),
  });
}

const PEER_TITLES: Record<PeerName, string> = { 'y-websocket': '@y/websocket-server', hocuspocus: 'Hocuspocus' };
const PEERS = Object.keys(PEER_TITLES) as PeerName[];

export function asTable(rows: readonly Row[]): string {
  const lines = [
    ['', 'unit', 'floor', ...PEERS.map((peer) => PEER_TITLES[peer]), PRODUCT, 'its database', 'bar', ''],
    ...rows.map((row) => {
      const cell = (value: number | null | undefined) => withRatio(row, value);
      const meets = meetsBar(row);
      return [
        row.name,
        row.what,
        cell(row.floor),
        ...PEERS.map((peer) => cell(row.peers[peer])),
        cell(row.ours),
        row.database === undefined ? '' : figure(row.database),
        row.bar === null ? '' : `${row.bar}`,
        meets === null ? '' : meets ? 'met' : 'missed',
      ];
    }),
  ];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`);
  table.splice(1, 0, `|${lines[0]?.map(() => '---|').join('')}`);
  return table.join('\n');
}

export const asNotes = (rows: readonly Row[]): string =>
  rows.flatMap(({ name, notes }) => notes.map((note) => `- ${name}: ${note}`)).join('\n');

/** A figure, and beside it how many times the floor it is, where the row counts so. */
function withRatio(row: Row, value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  if (row.counts === 'value' || !row.floor || value === row.floor) return figure(value);
  return `${figure(value)} (${(value / row.floor).toFixed(2)})`;
}

/** Three digits that mean something. */
export const figure = (value: number): string => {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || value === Math.trunc(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
};
