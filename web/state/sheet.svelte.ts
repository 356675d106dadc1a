/**
 * A live sheet in the browser: its rows, what is saved, who else is here, and this person's actions. One per open sheet.
 *
 * Invariants:
 * 1. `save` is 'saved' only while connected and only when the server called every local edit durable.
 * 2. Each action of the person is one transaction, one frame and one undo step.
 * 3. Local changes are shown at once; remote changes at most 15 times a second.
 * 4. An edit that the server refused, or that a rebuild would lose, is kept in `draft` until the person lets it go, past a reload.
 * 5. Leaving the sheet for another page loses nothing: the line stays until every edit is durable, or the edits become a draft.
 * 6. A sheet that the person may keep is kept in this browser with its unsaved edits, until the right is lost or the person signs out.
 */

import { type Access, type Actor, mayKeepCopy } from '#domain/actors.ts';
import { isProposal } from '#domain/admission.ts';
import { POSITION, ROWS_MAX, type Row, type SheetSpec } from '#domain/sheets.ts';
import { CLOSE, type Refused } from '#protocol/rooms.ts';
import { insertRow, orderedRowIds, readRow } from '#protocol/sheet-doc.ts';
import type { SheetDraft } from './draft.ts';
import { type Ended, OUT_OF_REACH, whyClosed } from './endings.ts';
import { KeptEdits } from './kept-edits.svelte.ts';
import { type ChangedRows, LiveDoc } from './live-doc.svelte.ts';
import { readNote, writeNote } from './local-copies.ts';
import { keysAfter, orderedId } from './positions.ts';
import type { Peer } from './presence.svelte.ts';
import { type RemoteChange, remoteChanges, tellReplaced } from './remote-changes.ts';
import { Repaint } from './repaint.ts';
import { Conflicts } from './sheet-conflicts.svelte.ts';
import { ShownRows } from './shown-rows.svelte.ts';

export type SaveState = 'saved' | 'saving' | 'offline';

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
}

/** More rebuilds than this within the time mean that rebuilding does not help. */
const REBUILDS_MAX = 5;
const REBUILDS_WITHIN_MS = 60_000;
/** How long edits of a sheet that is not on the screen are tried before they become a draft. */
const LINGER_MS = 600_000;
const ALONE_NOTE = 'alone';

export class SheetState {
  readonly id: string;
  readonly spec: SheetSpec;
  readonly me: SheetOptions['me'];
  readonly owner: string | null;
  /** Rows as shown; reading one entry follows only that row. */
  readonly rows = new ShownRows();
  /** Row ids in the order that everybody sees. */
  order = $state.raw<readonly string[]>([]);
  /** Lines that this person added and has not left yet; a view shows them whatever it filters. */
  ownLines: readonly string[] = [];
  /** Rises with every change of any row, for what has to look at all of them. */
  version = $state(0);
  access = $state<Access>('none');
  ended = $state<Ended | null>(null);
  readonly #kept: KeptEdits;
  /** The sheet was read at least once; until then there is nothing to show. */
  isLoaded = $state(false);
  #live: LiveDoc = $state.raw() as LiveDoc;
  readonly canEdit = $derived(this.access === 'edit' && this.ended === null && this.#live.isReady);
  readonly waiting = $derived(this.#live.outbox.waiting);
  readonly isOnline = $derived(this.#live.isOnline && this.ended === null);
  readonly save: SaveState = $derived(!this.isOnline ? 'offline' : this.waiting > 0 ? 'saving' : 'saved');
  readonly peers: readonly Peer[] = $derived(this.ended === null ? this.#live.presence.peers : []);
  readonly people: readonly Peer[] = $derived(this.ended === null ? this.#live.presence.people : []);
  readonly canUndo = $derived(this.canEdit && this.#live.undo.canUndo);
  readonly canRedo = $derived(this.canEdit && this.#live.undo.canRedo);

  /** Own values that a colleague has just replaced. */
  readonly conflicts = new Conflicts();
  /** The person whose cursor this one follows. */
  following = $state<string | null>(null);
  /** Others may follow this person; kept in this browser. */
  isFollowable = $state(true);
  readonly #options: SheetOptions;
  readonly #listeners = new Set<(changes: readonly RemoteChange[]) => void>();
  readonly #shown = new Set<(ids: ReadonlySet<string> | 'all') => void>();
  readonly #remote = new Repaint((rows) => this.#paintRemote(rows));
  #rebuiltAt: number[] = [];
  #isLeft = false;
  #lingering: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SheetOptions) {
    this.#options = options;
    this.id = options.sheetId;
    this.spec = options.spec;
    this.me = options.me;
    this.owner =
      options.owner ?? (options.spec.kind === 'demand' && options.owner !== null ? options.me.organizationId : null);
    this.access = options.access;
    this.#kept = new KeptEdits(this.id, this.me.userId);
    this.isFollowable = readNote(this.me.userId, this.id, ALONE_NOTE) === null;
    this.#live = this.#open();
    window.addEventListener('beforeunload', this.#warn);
    window.addEventListener('online', this.#online);
  }

  /** Does one action; answers what was done, or why not. */
  act(action: SheetAction): string {
    if (!this.canEdit) return `Not done: ${this.whyReadOnly}`;
    this.#live.take();
    const rows = this.#live.rows;
    const set = (action.set ?? []).filter(({ row }) => rows.has(row));
    const insert = action.insert?.rows ?? [];
    const remove = (action.remove ?? []).filter((row) => rows.has(row));
    if (this.order.length + insert.length > ROWS_MAX)
      return `Not done: a sheet holds at most ${ROWS_MAX.toLocaleString('en-US')} lines`;
    if (set.length + insert.length + remove.length === 0) return 'Nothing to change';
    const keyOf = (id: string) => String(this.rows.get(id)?.[POSITION] ?? '');
    // Officials order the priorities; what others propose stands at their end.
    const positions = isProposal(this.me, this.spec.kind)
      ? []
      : keysAfter(this.order, keyOf, action.insert?.after, insert.length);
    const cells = [...set, ...insert].flatMap(({ row, cells }) =>
      Object.keys(cells).map((column) => ({ row, column })),
    );
    this.ownLines = [...this.ownLines, ...insert.map(({ row }) => row)];
    const now = performance.now();
    for (const { row, cells } of set)
      for (const [column, value] of Object.entries(cells)) this.conflicts.wrote(row, column, value ?? null, now);
    this.#live.transact({ said: action.said, cells }, () => {
      for (const { row, cells } of set)
        for (const [column, value] of Object.entries(cells)) rows.get(row)?.set(column, value ?? null);
      for (const [index, { row, cells }] of insert.entries())
        insertRow(this.#live.doc, row, this.me.organizationId, positions[index] ?? '', cells);
      for (const row of remove) rows.delete(row);
    });
    return action.said;
  }

  undo(): string {
    this.#live.take();
    return this.canEdit ? this.#live.undo.undo() : `Not undone: ${this.whyReadOnly}`;
  }

  redo(): string {
    this.#live.take();
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
    return orderedId(Date.now());
  }

  /** Tells the others where this person is. */
  showCursor(cell: Peer['cell'], isTyping: boolean): void {
    this.#live.presence.show(cell, isTyping);
  }

  /** Whether others may follow this person's cursor. */
  letFollow(isFollowable: boolean): void {
    this.isFollowable = isFollowable;
    writeNote(this.me.userId, this.id, ALONE_NOTE, isFollowable ? null : 'yes');
    this.#live.presence.letFollow(isFollowable);
  }

  /** Writes this person's value over the colleague's again. */
  keepMine(key: number): string {
    const replaced = this.conflicts.list.find((each) => each.key === key);
    if (!replaced) return 'Nothing to keep';
    const { row, column, mine } = replaced;
    this.conflicts.drop(key);
    return this.act({ said: 'Kept your value', set: [{ row, cells: { [column]: mine } }] });
  }

  /** Hears which cells others changed, each time they are repainted. */
  onRemote(listener: (changes: readonly RemoteChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hears which rows are shown anew, came or went; 'all' when the sheet was read as a whole. */
  onShown(listener: (ids: ReadonlySet<string> | 'all') => void): () => void {
    this.#shown.add(listener);
    return () => this.#shown.delete(listener);
  }

  /** Edits that the server did not take; kept here until they are entered again or let go. */
  get draft(): SheetDraft | null {
    return this.#kept.draft;
  }

  /** Something is kept that may be entered again. */
  get canReenter(): boolean {
    return this.canEdit && this.#kept.again.length > 0;
  }

  /** Enters the kept edits again, except the cell that was refused. */
  reenterDraft(): string {
    if (!this.draft) return 'Nothing is kept';
    const kept = this.#kept.again;
    const said = this.act({
      said: `Entered ${kept.length} kept ${kept.length === 1 ? 'line' : 'lines'} again`,
      set: kept.filter(({ row }) => this.#live.rows.has(row)),
      insert: { rows: kept.filter(({ row }) => !this.#live.rows.has(row)).map(({ row, cells }) => ({ row, cells })) },
    });
    if (this.canEdit) this.dropDraft();
    return said;
  }

  dropDraft(): void {
    this.#kept.drop();
  }

  /** The sheet leaves the screen. Edits that are on their way still go. */
  destroy(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#remote.clear();
    this.#listeners.clear();
    this.#shown.clear();
    this.#live.presence.leave();
    if (this.waiting === 0 || this.ended !== null) {
      this.#end();
      return;
    }
    this.#live.outbox.onEmpty = () => this.#end();
    this.#lingering = setTimeout(() => {
      if (!this.#live.isKept) this.#keepUnsaved(OUT_OF_REACH);
      this.#end();
    }, LINGER_MS);
  }

  #end(): void {
    clearTimeout(this.#lingering);
    window.removeEventListener('beforeunload', this.#warn);
    window.removeEventListener('online', this.#online);
    // Not within the frame that brought the acknowledgement: the provider is still reading it.
    setTimeout(() => this.#live.destroy());
  }

  #open(): LiveDoc {
    const {
      sheetId,
      me,
      origin = location.origin.replace(/^http/, 'ws'),
      WebSocket: Socket = WebSocket,
    } = this.#options;
    const live = new LiveDoc(
      { origin, sheetId, me, WebSocket: Socket, isKept: mayKeepCopy(this.spec.kind, this.access) },
      {
        changed: (rows, isLocal) => this.#changed(rows, isLocal),
        ready: () => this.#showAll(),
        closed: (code, refused) => void this.#closed(code, refused),
      },
    );
    if (!this.isFollowable) live.presence.letFollow(false);
    return live;
  }

  #changed(rows: ChangedRows, isLocal: boolean): void {
    if (isLocal) this.#show(rows);
    // Before the sheet is whole there is nothing to compare with; then everything is shown.
    else if (this.#live.isReady) this.#remote.add(rows);
  }

  #showAll(): void {
    this.#remote.clear();
    const live = this.#live.rows;
    const changed: ChangedRows = new Map([...live.keys()].map((id) => [id, new Set()]));
    for (const id of this.rows.keys()) changed.set(id, new Set());
    this.#show(changed, true);
    this.isLoaded = true;
  }

  async #closed(code: number, refused: Refused | null): Promise<void> {
    // Signed out, a copy stays for the same person to come back to, with its unsaved edits in it.
    if (code !== CLOSE.signedOut || !this.#live.isKept) this.#keepUnsaved(refused ?? whyClosed(code));
    if (code === CLOSE.signedOut) this.ended = 'signedOut';
    else if (code === CLOSE.noSheet) await this.#loseRight();
    else if (!this.#isLeft) return await this.#rebuild();
    if (this.#isLeft) this.#end();
  }

  /** Nothing of the sheet stays in this browser; what the person typed and the server does not have is on the page until it is left. */
  async #loseRight(): Promise<void> {
    this.ended = 'noSheet';
    this.#kept.keepOnPageOnly();
    await this.#live.forget();
  }

  #keepUnsaved(why: Refused): void {
    this.#kept.keep(why, this.#live.outbox.unsaved(), (row) => this.#live.rows.get(row)?.toJSON());
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
    if (this.#isLeft || this.#live !== old) return;
    this.access = access;
    if (access === 'none') return await this.#loseRight();
    await old.forget();
    if (!this.#isLeft) this.#live = this.#open();
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
    const ids = isWhole ? 'all' : new Set(changed.keys());
    for (const listener of this.#shown) listener(ids);
  }

  #paintRemote(changed: ChangedRows): void {
    const before = new Map([...changed.keys()].map((id) => [id, this.rows.get(id)]));
    this.#show(changed);
    tellReplaced(this.conflicts, { changed, before, after: this.rows, isUnsaved: this.waiting > 0 }, this.#live);
    const changes = remoteChanges(changed, this.#live);
    for (const listener of this.#listeners) listener(changes);
  }

  #warn = (event: BeforeUnloadEvent) => {
    if (this.waiting > 0 || this.#kept.isLoose) event.preventDefault();
  };

  #online = () => this.#live.reconnect();
}
