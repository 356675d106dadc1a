/** Undo and redo of this person's own actions: one action, one step; a colleague's newer value stands and is named. */

import * as Y from 'yjs';
import { OWNER, POSITION } from '#domain/sheets.ts';
import type { YRow, YRows } from '#protocol/sheet-doc.ts';
import type { TouchedCell } from './outbox.svelte.ts';

export interface Action {
  /** Past tense, for the status line: 'Pasted 12 cells'. */
  said: string;
  cells: readonly TouchedCell[];
}

const ACTION = 'action';

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

export class OwnUndo {
  canUndo = $state(false);
  canRedo = $state(false);
  readonly #rows: YRows;
  readonly #manager: Y.UndoManager;
  readonly #own = new Set<number>();
  readonly #nameOf: (clientId: number) => string;
  #current: Action | null = null;

  constructor(rows: YRows, origin: unknown, nameOf: (clientId: number) => string) {
    this.#rows = rows;
    this.#nameOf = nameOf;
    this.#manager = new Y.UndoManager(rows, {
      trackedOrigins: new Set([origin]),
      captureTimeout: 0,
      deleteFilter: (item) => !this.#carriesForeignCells(item),
    });
    this.#manager.on('stack-item-added', ({ stackItem }: { stackItem: Y.UndoManager['undoStack'][number] }) => {
      stackItem.meta.set(ACTION, this.#current);
    });
  }

  /** Runs one action; whatever it writes with the tracked origin becomes one step. */
  record(action: Action, write: () => void): void {
    this.#own.add(this.#clientId);
    this.#during(action, write);
  }

  undo(): string {
    return this.#step('undo', this.#manager.undoStack, () => this.#manager.undo());
  }

  redo(): string {
    return this.#step('redo', this.#manager.redoStack, () => this.#manager.redo());
  }

  destroy(): void {
    this.#manager.destroy();
  }

  get #clientId(): number {
    return this.#rows.doc?.clientID ?? -1;
  }

  #during(action: Action, run: () => void): void {
    this.#current = action;
    try {
      run();
    } finally {
      this.#current = null;
      this.canUndo = this.#manager.canUndo();
      this.canRedo = this.#manager.canRedo();
    }
  }

  #step(way: 'undo' | 'redo', stack: Y.UndoManager['undoStack'], run: () => unknown): string {
    const top = stack.at(-1);
    if (!top) return way === 'undo' ? 'Nothing of yours to undo' : 'Nothing to redo';
    const action = top.meta.get(ACTION) as Action;
    const authors = action.cells.map((cell) => this.#authorOf(cell)).filter((name) => name !== null);
    const who = [...new Set(authors)].join(' and ');
    // A step that changes nothing makes the manager take back the one before as well, which nobody asked for: hide those.
    const earlier = stack.splice(0, stack.length - 1);
    let changed: unknown;
    this.#during(action, () => {
      changed = run();
      stack.unshift(...earlier);
    });
    const done = way === 'undo' ? 'undone' : 'redone';
    if (changed === null || (authors.length > 0 && authors.length === action.cells.length))
      return `Not ${done}: ${authors.length === 0 ? 'the line is gone' : `${who} changed ${authors.length === 1 ? 'this cell' : 'these cells'} since`}`;
    const what = `${way === 'undo' ? 'Undone' : 'Redone'}: ${action.said}`;
    return authors.length === 0 ? what : `${what}, except ${count(authors.length, 'cell')} that ${who} changed since`;
  }

  /** Name of the colleague who wrote the cell's present value; null when it is ours or nobody's. */
  #authorOf({ row, column }: TouchedCell): string | null {
    // Yjs has no public way to ask who wrote a map entry; the item behind it carries the writer's client id.
    const item = this.#rows.get(row)?._map.get(column);
    return item === undefined || this.#own.has(item.id.client) ? null : this.#nameOf(item.id.client);
  }

  /** A line of ours in which a colleague has typed stays, with its place and owner, when we undo adding it. */
  #carriesForeignCells(item: Y.Item): boolean {
    const row = item.content instanceof Y.ContentType ? item.content.type : item.parent;
    if (!(row instanceof Y.Map) || row.parent !== this.#rows) return false;
    if (row === item.parent && item.parentSub !== POSITION && item.parentSub !== OWNER) return false;
    return [...(row as YRow)._map.values()].some((cell) => !cell.deleted && !this.#own.has(cell.id.client));
  }
}
