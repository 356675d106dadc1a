/** RevoGrid core, with its one-cell call for changes by others. */

import { DEMAND_SHEET } from '#domain/demand-sheet.ts';
import { defineCustomElements } from '../peers/node_modules/@revolist/revogrid/loader/index.js';
import { LINES, lineAt, type PlainRow } from './data.ts';
import { Bench, type Stage, until } from './stage.ts';

interface RevoGrid extends HTMLElement {
  columns: { prop: string; name: string; size: number }[];
  source: PlainRow[];
  range: boolean;
  setDataAt(at: { row: number; col: number; val: string }): Promise<unknown>;
}

const columns = DEMAND_SHEET.columns.map(({ id, title, width }) => ({ prop: id, name: title, size: width }));
const source = Array.from({ length: LINES }, (_, index) => lineAt(index));
const at = (id: string) => columns.findIndex(({ prop }) => prop === id);
const COLUMNS = [at('note'), at('destination')];
await defineCustomElements();
const grid = document.createElement('revo-grid') as RevoGrid;
const host = document.querySelector<HTMLElement>('#host');

const stage: Stage = {
  async load() {
    grid.range = true;
    grid.columns = columns;
    grid.source = source;
    grid.style.height = '100%';
    host?.append(grid);
    await until(() => grid.querySelector('[data-rgrow="0"][data-rgcol="0"]') !== null);
  },
  firstCell: () => grid.querySelector<HTMLElement>('[data-rgrow="0"][data-rgcol="1"]') ?? grid,
  remote: (batches) => (step) => {
    for (const [n, { index, text }] of (batches[step] ?? []).entries())
      void grid.setDataAt({ row: index, col: COLUMNS[n % COLUMNS.length] ?? 0, val: text });
  },
  peers: () => null,
  async paste(text, height) {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    (document.activeElement ?? document).dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
    const last = text.split('\n')[height - 1]?.split('\t')[2];
    await until(() => String(grid.source[height - 1]?.quantity) === last);
  },
};

window.bench = new Bench(stage);
