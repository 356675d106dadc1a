/** A grid on a page, as tests of it see it: by line number and column id, with real key presses. */

import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Row } from '#domain/sheets.ts';
import Grid from '#web/grid/Grid.svelte';
import type { Around } from '#web/grid/grid-state.svelte.ts';
import type { SheetOptions } from '#web/state/sheet.svelte.ts';
import { openSheet, settled } from './sheet-page.ts';
import type { SheetRoom } from './sheet-room.ts';
import { smallCatalogue } from './small-catalogue.ts';
import '#web/app.css';

const POOL = { minerals: ['gallium'], deliveryFrom: 2027, deliveryTo: 2028 };

export interface GridOptions {
  sheet?: Partial<SheetOptions>;
  pool?: typeof POOL | null;
  width?: number;
  height?: number;
  around?: Around;
}

export async function openGrid(rows: Record<string, Row>, options: GridOptions = {}) {
  const opened = await openSheet(rows, options.sheet);
  const host = document.createElement('div');
  host.style.cssText = `width:${options.width ?? 1000}px;height:${options.height ?? 420}px;position:relative`;
  document.body.append(host);
  const pool = options.pool === undefined ? POOL : options.pool;
  const view = await render(Grid, {
    target: host,
    props: { sheet: opened.sheet, catalogue: smallCatalogue(), pool, ...options.around },
  });
  const all = <T extends HTMLElement>(selector: string) => [...host.querySelectorAll<T>(selector)];
  const grid = {
    ...opened,
    host,
    all,
    one: <T extends HTMLElement>(selector: string): T => {
      const found = host.querySelector<T>(selector);
      if (!found) throw new Error(`nothing is ${selector}`);
      return found;
    },
    cell: (row: string, column: string): HTMLElement => grid.one(`[data-row="${row}"][data-column="${column}"]`),
    text: (row: string, column: string): string => grid.cell(row, column).innerText.replace(/\s+/g, ' ').trim(),
    /** 'row/column' of the cell that has the focus or is edited. */
    get at(): string {
      const cell = document.activeElement?.closest<HTMLElement>('[data-column]');
      return cell ? `${cell.dataset.row}/${cell.dataset.column}` : '';
    },
    get said(): string {
      return host.querySelector('[role=status].said')?.textContent ?? '';
    },
    /** Puts the focus on a cell, as a press of the mouse does. */
    async press(row: string, column: string): Promise<void> {
      await userEvent.click(grid.cell(row, column));
      await settled(() => grid.at === `${row}/${column}`);
    },
    async keys(keys: string): Promise<void> {
      await userEvent.keyboard(keys);
    },
    [Symbol.dispose]() {
      view.unmount();
      opened[Symbol.dispose]();
      host.remove();
    },
  };
  return grid;
}

/** A clipboard event at the focused cell, as the browser sends it; answers what the grid put on the clipboard. */
export function clipboard(type: 'copy' | 'cut' | 'paste', put: Record<string, string> = {}): DataTransfer {
  const data = new DataTransfer();
  for (const [kind, text] of Object.entries(put)) data.setData(kind, text);
  document.activeElement?.dispatchEvent(
    new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true }),
  );
  return data;
}

export type OpenGrid = Awaited<ReturnType<typeof openGrid>>;
export const roomOf = (grid: OpenGrid): SheetRoom => grid.room;
