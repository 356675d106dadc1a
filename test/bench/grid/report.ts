/** The rows of the bench, as JSON for programs and as a table for people. */
export type GridName = 'ours' | 'revogrid' | 'ag-grid';

export interface Row {
  name: string;
  /** Of ours; milliseconds of main-thread CPU or kilobytes, as the name says. Null: it could not be taken. */
  value: number | null;
  /** Null or absent: that grid has nothing like it. */
  peers: Partial<Record<Exclude<GridName, 'ours'>, number | null>>;
}

/** What ours may take at most. */
const BARS: Record<string, number> = {
  'load-ms': 200,
  'scroll-frame-ms': 10,
  'remote-view-ms': 150,
  'remote-any-ms': 80,
  'peers-20-ms': 100,
  'paste-1000x10-ms': 500,
  'first-load-kb': 250,
};

export const asJson = (rows: readonly Row[]): string => JSON.stringify({ rows });

const figure = (value: number | null | undefined): string =>
  value === null || value === undefined ? '-' : value.toFixed(value < 20 ? 1 : 0);

export function asTable(rows: readonly Row[]): string {
  const lines = rows.map(({ name, value, peers }) => {
    const bar = BARS[name];
    const met = value === null || bar === undefined ? '' : value <= bar ? 'met' : 'missed';
    return `| ${name} | ${figure(value)} | ${figure(peers.revogrid)} | ${figure(peers['ag-grid'])} | ${bar ?? ''} | ${met} |`;
  });
  return ['| | ours | RevoGrid core | AG Grid Community | bar | |', '|---|---:|---:|---:|---:|---|', ...lines].join(
    '\n',
  );
}
