/** What the selected cells come to: how many are filled, the contained mass, the average. Counted in short turns after the selection rests. */

import { CONTAINED_OF } from '#domain/entry.ts';
import { over, ratio, toText } from '#domain/exact.ts';
import { type Grams, sumGrams } from '#domain/units.ts';
import { number } from '#web/lib/format.ts';
import { cellAt, gramsText, massAt } from './cell-view.ts';
import { CONTAINED, NUMBERS } from './columns.ts';
import { count } from './edits.ts';
import type { GridState } from './grid-state.svelte.ts';
import { sizeOf } from './selection.ts';

const AFTER_MS = 60;
/** Half of a frame. */
const TURN_MS = 8;

interface Sums {
  filled: number;
  masses: Grams[];
  minerals: Set<unknown>;
  /** Numbers of the only numeric column, in the shown unit. */
  numbers: number[];
  units: Set<string>;
}

export class SelectionSums {
  /** '9 filled · sum 3.1 t contained · average 344 kg'; '' where one cell is selected. */
  text = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  refresh(grid: GridState): void {
    this.stop();
    if (sizeOf(grid.range) <= 1) this.text = '';
    else
      this.#timer = setTimeout(
        () =>
          this.#turn(grid, grid.range.top, {
            filled: 0,
            masses: [],
            minerals: new Set(),
            numbers: [],
            units: new Set(),
          }),
        AFTER_MS,
      );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #turn(grid: GridState, from: number, sums: Sums): void {
    const end = performance.now() + TURN_MS;
    const columns = grid.selectedColumns;
    const hasMass = columns.some(({ id }) => id === CONTAINED || id === CONTAINED_OF[grid.lens.spec.kind]);
    const numeric = columns.filter((column) => column.column && NUMBERS.includes(column.column.type));
    const only = !hasMass && numeric.length === 1 ? numeric[0] : undefined;
    for (let index = from; index <= grid.range.bottom; index++) {
      if (performance.now() > end) {
        this.#timer = setTimeout(() => this.#turn(grid, index, sums));
        return;
      }
      const id = grid.ids[index];
      if (id === undefined || !grid.sheet.rows.has(id)) continue;
      const row = grid.rowAt(id);
      for (const column of columns) if (cellAt(grid.lens, row, column)?.text) sums.filled++;
      const mass = hasMass ? massAt(grid.lens, row) : null;
      if (mass !== null) {
        sums.masses.push(mass);
        sums.minerals.add(row.mineral);
      }
      const cell = only && row[only.id];
      if (only && typeof cell === 'number') {
        sums.numbers.push(cell);
        sums.units.add(cellAt(grid.lens, row, only)?.unit ?? '');
      }
    }
    this.text = wordsOf(sums, only?.column?.type === 'integer');
  }
}

function wordsOf({ filled, masses, minerals, numbers, units }: Sums, isCount: boolean): string {
  const words = [`${number(filled)} filled`];
  if (minerals.size > 1) words.push(`${count(minerals.size, 'mineral')}, which have no common sum`);
  else if (masses.length > 0) {
    const sum = sumGrams(masses);
    words.push(`sum ${gramsText(sum)} contained`);
    if (masses.length > 1) words.push(`average ${gramsText(Math.round(sum / masses.length) as Grams)}`);
  }
  if (numbers.length > 0 && units.size === 1) {
    const [unit = ''] = units;
    // Sums of decimals as people typed them: in thousandths, so that 0.1 and 0.2 make 0.3.
    const sum = numbers.reduce((total, each) => total + BigInt(Math.round(each * 1000)), 0n);
    if (isCount) words.push(`sum ${toText(ratio(sum, 1000n), 3)}`);
    words.push(`average ${toText(over(ratio(sum, 1000n), ratio(BigInt(numbers.length))), 3)} ${unit}`.trim());
  }
  return words.join(' · ');
}
