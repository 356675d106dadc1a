/**
 * A live sheet in the browser: its rows, what is saved, who else is here, and this person's actions. One per open sheet.
 *
 * Invariants:
 * 1. `save` is 'saved' only while connected and only when the server called every local edit durable.
 * 2. Each action of the person is one transaction, one frame and one undo step.
 * 3. Local changes are shown at once; remote changes at most 15 times a second.
 * 4. An edit that the server refused, or that a rebuild would lose, is kept in `draft` until the person lets it go.
 */

import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';
import { SvelteMap } from 'svelte/reactivity';
import type { Access, Actor } from '#domain/actors.ts';
import { POSITION, ROWS_MAX, type Row, type SheetSpec } from '#domain/sheets.ts';
import { CLOSE, type Refused } from '#protocol/rooms.ts';
import { insertRow, orderedRowIds, readRow } from '#protocol/sheet-doc.ts';
import { draftOf, reentry, type SheetDraft } from './draft.ts';
import { type ChangedRows, LiveDoc, writerOf } from './live-doc.svelte.ts';
import type { TouchedCell } from './outbox.svelte.ts';
import type { Peer, PeerColour } from './presence.svelte.ts';

export type SaveState = 'saved' | 'saving' | 'offline';

/** Why a sheet is not live any more and will not be by itself. */
export type Ended = 'signedOut' | 'noSheet' | 'broken';

export interface SheetOptions {
  sheetId: string;
  spec: SheetSpec;
  /** The organization owns the rows that this person adds. */
  me: Pick<Actor, 'userId' | 'name' | 'organizationId' | 'kind' | 'role'>;
  /** Whose sealed sheet it is; null for a sheet that several organizations share. Left out: a demand sheet is this person's. */
  owner?: string | null;
  access: Access;
  /** Asked again when the server says that rights or the phase changed. */
  askAccess?: () => Promise<Access>;
  /** 'wss://host'; this page's own host unless given. */
  origin?: string;
  WebSocket?: typeof WebSocket;
}

/** One action of the person. Cells of rows that are gone are left out. */
export interface SheetAction {
  /** Past tense, for the status line and for undo: 'Pasted 12 cells'. */
  said: string;
  set?: readonly { row: string; cells: Row }[];
  /** New rows, in order, after the row named (null: at the top; undefined: at the end). */
  insert?: { after?: string | null; rows: readonly { row: string; cells: Row }[] };
  remove?: readonly string[];
  /** Not a step of undo: the server lets nobody bring back another organization's row. */
  isFinal?: boolean;
}

/** A cell that somebody else has just changed. */
export interface RemoteChange extends TouchedCell {
  colour: PeerColour;
}

const REPAINT_MS = 66;
/** More rebuilds than this within the time mean that rebuilding does not help. */
const REBUILDS_MAX = 5;
const REBUILDS_WITHIN_MS = 60_000;

export class SheetState {
  readonly id: string;
  readonly spec: SheetSpec;
  readonly me: SheetOptions['me'];
  readonly owner: string | null;
  /** Rows as shown; reading one entry follows only that row. */
  readonly rows = new SvelteMap<string, Row>();
  /** Row ids in the order that everybody sees. */
  order = $state.raw<readonly string[]>([]);
  /** Rises with every change of any row, for what has to look at all of them. */
  version = $state(0);
  access = $state<Access>('none');
  ended = $state<Ended | null>(null);
  draft = $state.raw<SheetDraft | null>(null);
  /** The sheet was read at least once; until then there is nothing to show. */
  isLoaded = $state(false);
  #live: LiveDoc = $state.raw() as LiveDoc;
  readonly canEdit = $derived(this.access === 'edit' && this.ended === null && this.#live.hasSynced);
  readonly waiting = $derived(this.#live.outbox.waiting);
  readonly isOnline = $derived(this.#live.isOnline && this.ended === null);
  readonly save: SaveState = $derived(!this.isOnline ? 'offline' : this.waiting > 0 ? 'saving' : 'saved');
  readonly peers: readonly Peer[] = $derived(this.ended === null ? this.#live.presence.peers : []);
  readonly people: readonly Peer[] = $derived(this.ended === null ? this.#live.presence.people : []);
  readonly canUndo = $derived(this.canEdit && this.#live.undo.canUndo);
  readonly canRedo = $derived(this.canEdit && this.#live.undo.canRedo);

  readonly #options: SheetOptions;
  readonly #listeners = new Set<(changes: readonly RemoteChange[]) => void>();
  #remote: ChangedRows = new Map();
  #repaint: ReturnType<typeof setTimeout> | undefined;
  #repaintedAt = 0;
  #rebuiltAt: number[] = [];
  #isDestroyed = false;

  constructor(options: SheetOptions) {
    this.#options = options;
    this.id = options.sheetId;
    this.spec = options.spec;
    this.me = options.me;
    this.owner =
      options.owner ?? (options.spec.kind === 'demand' && options.owner !== null ? options.me.organizationId : null);
    this.access = options.access;
    this.#live = this.#open();
    window.addEventListener('beforeunload', this.#warn);
    window.addEventListener('online', this.#online);
  }

  /** Does one action; answers what was done, or why not. */
  act(action: SheetAction): string {
    if (!this.canEdit) return `Not done: ${this.whyReadOnly}`;
    const rows = this.#live.rows;
    const set = (action.set ?? []).filter(({ row }) => rows.has(row));
    const insert = action.insert?.rows ?? [];
    const remove = (action.remove ?? []).filter((row) => rows.has(row));
    if (this.order.length + insert.length > ROWS_MAX)
      return `Not done: a sheet holds at most ${ROWS_MAX.toLocaleString('en-US')} lines`;
    if (set.length + insert.length + remove.length === 0) return 'Nothing to change';
    const positions = this.#positions(action.insert?.after, insert.length);
    const cells = [...set, ...insert].flatMap(({ row, cells }) =>
      Object.keys(cells).map((column) => ({ row, column })),
    );
    this.#live.transact(action.isFinal ? null : { said: action.said, cells }, () => {
      for (const { row, cells } of set)
        for (const [column, value] of Object.entries(cells)) rows.get(row)?.set(column, value ?? null);
      for (const [index, { row, cells }] of insert.entries())
        insertRow(this.#live.doc, row, this.me.organizationId, positions[index] ?? '', cells);
      for (const row of remove) rows.delete(row);
    });
    return action.said;
  }

  undo(): string {
    return this.canEdit ? this.#live.undo.undo() : `Not undone: ${this.whyReadOnly}`;
  }

  redo(): string {
    return this.canEdit ? this.#live.undo.redo() : `Not redone: ${this.whyReadOnly}`;
  }

  /** A few words for a person who tried to edit and may not. */
  get whyReadOnly(): string {
    if (this.ended === 'signedOut') return 'you are signed out; sign in again';
    if (this.ended !== null) return 'this sheet is not open any more';
    if (this.access === 'cleanRoom') return 'you read this sheet as the administrator; only its organization edits it';
    return this.access === 'edit' ? 'the sheet is still loading' : 'this sheet is read only now';
  }

  newRowId(): string {
    return crypto.randomUUID();
  }

  /** Tells the others where this person is. */
  showCursor(cell: Peer['cell'], isTyping: boolean): void {
    this.#live.presence.show(cell, isTyping);
  }

  /** Hears which cells others changed, each time they are repainted. */
  onRemote(listener: (changes: readonly RemoteChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something is kept that may be entered again. */
  get canReenter(): boolean {
    return this.canEdit && this.draft !== null && reentry(this.draft).length > 0;
  }

  /** Enters the kept edits again, except the cell that was refused. */
  reenterDraft(): string {
    if (!this.draft) return 'Nothing is kept';
    const kept = reentry(this.draft);
    const said = this.act({
      said: `Entered ${kept.length} kept ${kept.length === 1 ? 'line' : 'lines'} again`,
      set: kept.filter(({ row }) => this.#live.rows.has(row)),
      insert: { rows: kept.filter(({ row }) => !this.#live.rows.has(row)).map(({ row, cells }) => ({ row, cells })) },
    });
    if (this.canEdit) this.draft = null;
    return said;
  }

  dropDraft(): void {
    this.draft = null;
  }

  destroy(): void {
    this.#isDestroyed = true;
    window.removeEventListener('beforeunload', this.#warn);
    window.removeEventListener('online', this.#online);
    clearTimeout(this.#repaint);
    this.#listeners.clear();
    this.#live.destroy();
  }

  #open(): LiveDoc {
    const {
      sheetId,
      me,
      origin = location.origin.replace(/^http/, 'ws'),
      WebSocket: Socket = WebSocket,
    } = this.#options;
    return new LiveDoc(
      { origin, sheetId, me, WebSocket: Socket },
      {
        changed: (rows, isLocal) => (isLocal ? this.#show(rows) : this.#later(rows)),
        synced: () => this.#synced(),
        closed: (code, refused) => void this.#closed(code, refused),
      },
    );
  }

  #synced(): void {
    this.#remote.clear();
    const live = this.#live.rows;
    const changed: ChangedRows = new Map([...live.keys()].map((id) => [id, new Set()]));
    for (const id of this.rows.keys()) changed.set(id, new Set());
    this.#show(changed, true);
    this.isLoaded = true;
  }

  async #closed(code: number, refused: Refused | null): Promise<void> {
    const why = refused ?? WHY[code] ?? WHY[CLOSE.malformed];
    if (why)
      this.draft = draftOf(why, this.#live.outbox.unsaved(), (row) => this.#live.rows.get(row)?.toJSON(), this.draft);
    if (code === CLOSE.signedOut) this.ended = 'signedOut';
    else if (code === CLOSE.noSheet) this.ended = 'noSheet';
    else await this.#rebuild();
  }

  /** The local document holds what the server will never take: begin again from what the server has. */
  async #rebuild(): Promise<void> {
    const now = performance.now();
    this.#rebuiltAt = [...this.#rebuiltAt.filter((at) => now - at < REBUILDS_WITHIN_MS), now];
    if (this.#rebuiltAt.length > REBUILDS_MAX) {
      this.ended = 'broken';
      return;
    }
    const old = this.#live;
    const access = await (this.#options.askAccess?.() ?? this.access);
    if (this.#isDestroyed || this.#live !== old) return;
    old.destroy();
    this.access = access;
    if (access === 'none') this.ended = 'noSheet';
    else this.#live = this.#open();
  }

  /** Copies rows from the document to what is shown. */
  #show(changed: ChangedRows, isWhole = false): void {
    let isReordered = isWhole;
    for (const [id, columns] of changed) {
      const row = this.#live.rows.get(id);
      if (!row || !this.rows.has(id) || columns.has(POSITION)) isReordered = true;
      if (row) this.rows.set(id, readRow(row));
      else this.rows.delete(id);
    }
    if (isReordered) this.order = orderedRowIds(this.rows);
    this.version++;
  }

  #later(changed: ChangedRows): void {
    for (const [id, columns] of changed) {
      const known = this.#remote.get(id) ?? new Set();
      for (const column of columns) known.add(column);
      this.#remote.set(id, known);
    }
    if (!this.#live.hasSynced) return;
    this.#repaint ??= setTimeout(this.#paintRemote, Math.max(0, this.#repaintedAt + REPAINT_MS - performance.now()));
  }

  #paintRemote = () => {
    this.#repaint = undefined;
    this.#repaintedAt = performance.now();
    const rows = this.#remote;
    this.#remote = new Map();
    this.#show(rows);
    const changes = [...rows].flatMap(([row, columns]) =>
      [...columns].map((column) => this.#remoteChange(row, column)),
    );
    for (const listener of this.#listeners) listener(changes);
  };

  #remoteChange(row: string, column: string): RemoteChange {
    const writer = writerOf(this.#live.rows.get(row), column);
    return { row, column, colour: writer === undefined ? 1 : this.#live.presence.colourOf(writer) };
  }

  /** Keys between two neighbours. Two people may have made the same key; then the next that differs bounds it. */
  #positions(after: string | null | undefined, count: number): string[] {
    if (count === 0) return [];
    const key = (id: string | undefined) =>
      id === undefined ? null : String(this.rows.get(id)?.[POSITION] ?? '') || null;
    const index = after === undefined ? this.order.length - 1 : after === null ? -1 : this.order.indexOf(after);
    const low = key(this.order[index]);
    const next = this.order.slice(index + 1).find((id) => low === null || (key(id) ?? '') > low);
    try {
      return generateNKeysBetween(low, key(next), count);
    } catch {
      // A neighbour's key is none (another program wrote it): the end of the sheet always works.
      let last = 'a0';
      return Array.from({ length: count }, () => (last = generateKeyBetween(last, null)));
    }
  }

  #warn = (event: BeforeUnloadEvent) => {
    if (this.waiting > 0 || this.draft !== null) event.preventDefault();
  };

  #online = () => this.#live.reconnect();
}

/** What a person is told when the server ends a sheet without a refusal of its own. */
const WHY: Record<number, Refused> = Object.fromEntries(
  [
    [
      CLOSE.refused,
      'not-admitted',
      'the sheet did not take this edit',
      'look at the lines kept here and enter them again',
    ],
    [CLOSE.signedOut, 'signed-out', 'your session has ended', 'sign in again; your last edits are kept here'],
    [
      CLOSE.noSheet,
      'no-sheet',
      'this sheet is not open to you any more',
      'copy what you need from the lines kept here',
    ],
    [CLOSE.malformed, 'out-of-step', 'this page and the server were out of step', 'enter the lines kept here again'],
    [CLOSE.limit, 'too-much', 'that was too much at once', 'enter the lines kept here again in smaller steps'],
    [
      CLOSE.changed,
      'changed',
      'the sheet changed its phase or your rights before these edits arrived',
      'copy what you need from the lines kept here',
    ],
  ].map(([code, word, message, remedy]) => [code, { code: word, row: null, column: null, message, remedy } as Refused]),
);
