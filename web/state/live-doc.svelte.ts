/** One Yjs document on one stock y-websocket provider, with its outbox, presence, undo and the copy that this browser keeps. Lives until it is rebuilt. */

import * as decoding from 'lib0/decoding';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { CLOSE, MESSAGE, type Refused, retryDelayMs, SYNC_PATH } from '#protocol/rooms.ts';
import { rowsOf, type YRow, type YRows } from '#protocol/sheet-doc.ts';
import { Inbox } from './inbox.ts';
import { SheetCopy } from './local-copies.ts';
import { Outbox, type TouchedCell } from './outbox.svelte.ts';
import { type Action, OwnUndo } from './own-undo.svelte.ts';
import { type Person, Presence } from './presence.svelte.ts';
import { sheetSocket } from './sheet-socket.ts';

/** Rows that a transaction changed, with the columns; every column of a row that is new, none of one that is gone. */
export type ChangedRows = Map<string, Set<string>>;

export interface LiveEvents {
  changed: (rows: ChangedRows, isLocal: boolean) => void;
  /** The document holds the whole sheet: as this browser kept it, or as the server has it. */
  ready: () => void;
  /** The server ended this for good: a code of 4400 to 4499, with its refusal where it sent one. */
  closed: (code: number, refused: Refused | null) => void;
}

const LOCAL = 'this person';
/** Second byte of a sync frame that carries an edit; the others belong to the handshake. */
const UPDATE = 2;
const BACKOFF_MIN_MS = 200;
const BACKOFF_MAX_MS = 5000;

export class LiveDoc {
  isOnline = $state(false);
  /** There is a whole sheet to show and to edit. */
  isReady = $state(false);
  readonly rows: YRows;
  readonly outbox = new Outbox();
  readonly presence: Presence;
  readonly undo: OwnUndo;
  readonly #doc = new Y.Doc();
  readonly #provider: WebsocketProvider;
  readonly #copy: SheetCopy | null;
  /** What others do, taken together some times a second. */
  readonly #inbox = new Inbox((all) => this.#doc.transact(all, this.#provider));
  #isOver = false;
  #refused: Refused | null = null;
  #touched: TouchedCell[] = [];

  constructor(
    where: { origin: string; sheetId: string; me: Person; WebSocket: typeof WebSocket; isKept: boolean },
    events: LiveEvents,
  ) {
    const isLocal = (origin: unknown) => origin !== this.#provider && origin !== this.#copy?.origin;
    this.rows = rowsOf(this.#doc);
    this.rows.observeDeep((changes, transaction) => {
      const rows = changedRows(this.rows, changes);
      if (isLocal(transaction.origin))
        for (const [row, columns] of rows) for (const column of columns) this.#touched.push({ row, column });
      events.changed(rows, isLocal(transaction.origin));
    });
    // Before the provider listens: the edit must be counted when its frame leaves.
    this.#doc.on('update', (_update: Uint8Array, origin: unknown) => {
      if (!isLocal(origin)) return;
      this.outbox.made(this.#touched);
      this.#touched = [];
    });
    this.#provider = new WebsocketProvider(where.origin + SYNC_PATH, where.sheetId, this.#doc, {
      connect: false,
      disableBc: true,
      params: { ack: '1' },
      WebSocketPolyfill: sheetSocket(where.WebSocket, this.outbox, () => this.#doc.clientID),
    });
    this.presence = new Presence(this.#provider.awareness, where.me);
    this.undo = new OwnUndo(this.rows, LOCAL, (clientId) => this.presence.nameOf(clientId));
    this.#listen(events);
    this.#copy = where.isKept ? new SheetCopy(where.me.userId, where.sheetId, this.#doc) : null;
    if (this.#copy) void this.#begin(this.#copy, events);
    else this.#provider.connect();
  }

  /** One action of this person: one transaction, one frame, one undo step. */
  transact(action: Action, write: () => void): void {
    this.take();
    this.undo.record(action, () => this.#doc.transact(write, LOCAL));
  }

  /** Whatever has come is in the document now, so that what this person does next comes after it. */
  take = (): void => this.#inbox.take();

  get doc(): Y.Doc {
    return this.#doc;
  }

  /** Tries at once instead of waiting for the next turn. */
  reconnect = () => {
    if (this.#provider.shouldConnect) this.#provider.connect();
  };

  destroy(): void {
    this.#copy?.close();
    this.#end();
  }

  /** Ends, and nothing of the sheet stays in this browser. */
  async forget(): Promise<void> {
    this.#end();
    await this.#copy?.forget();
  }

  /** Unsaved edits outlive this page. */
  get isKept(): boolean {
    return this.#copy?.isWorking ?? false;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inbox.close();
    this.presence.destroy();
    this.undo.destroy();
    this.#provider.destroy();
    this.#doc.destroy();
  }

  /** First what this browser kept, so that the server sends only what is new and edits of an earlier page go out. */
  async #begin(copy: SheetCopy, events: LiveEvents): Promise<void> {
    const hasCopy = await copy.load();
    if (this.#isOver) return;
    if (hasCopy) {
      const { edits, cells } = copy.adopt();
      if (edits > 0) this.outbox.made(cells, edits);
      this.isReady = true;
      events.ready();
    }
    this.outbox.onChange = () => copy.follow(() => ({ edits: this.outbox.waiting, cells: this.outbox.unsavedCells() }));
    this.#provider.connect();
  }

  #listen(events: LiveEvents): void {
    const provider = this.#provider;
    const stock = provider.messageHandlers[MESSAGE.sync];
    provider.messageHandlers[MESSAGE.sync] = (reply, message, ...rest) => {
      const take = () => stock?.(reply, message, ...rest);
      // An edit is answered with nothing, so it may wait; a handshake is answered at once, with all that came before it.
      if (message.arr[message.pos] === UPDATE && this.isReady) return this.#inbox.hold(take);
      this.take();
      take();
    };
    // The stock provider tells the server whatever it hears of others; what they say is theirs to tell.
    const tell = provider._awarenessUpdateHandler;
    provider.awareness.off('update', tell);
    provider.awareness.on('update', (changes: Parameters<typeof tell>[0], origin: unknown) => {
      if (origin !== provider) tell(changes, origin);
    });
    provider.messageHandlers[MESSAGE.ack] = (_reply, message) =>
      this.outbox.acknowledged(decoding.readVarUint(message));
    provider.messageHandlers[MESSAGE.refusal] = (_reply, message) => {
      this.#refused = readRefused(decoding.readVarString(message));
    };
    provider.on('status', ({ status }) => {
      if (status !== 'connected') this.isOnline = false;
    });
    provider.on('sync', (isSynced) => {
      this.isOnline = isSynced;
      if (!isSynced) return;
      this.#copy?.markKnown();
      this.isReady = true;
      events.ready();
    });
    provider.on('connection-close', (event) => {
      this.take();
      const asked = retryDelayMs(event?.reason ?? '');
      if (asked !== null) {
        // The provider waits 100 ms times two to the number of tries, but never longer than its ceiling.
        provider.wsUnsuccessfulReconnects = Math.max(
          provider.wsUnsuccessfulReconnects,
          Math.ceil(Math.log2(asked / 100)),
        );
        provider.maxBackoffTime = asked;
        return;
      }
      // Everybody loses the server at the same moment; nobody should come back at the same moment.
      const ceiling = Math.min(BACKOFF_MAX_MS, 2 ** provider.wsUnsuccessfulReconnects * BACKOFF_MIN_MS);
      provider.maxBackoffTime = ceiling * (0.5 + Math.random() / 2);
    });
    provider.on('closed', ({ code }) => events.closed(code, code === CLOSE.refused ? this.#refused : null));
  }
}

/** A row event names its row by the path; an event of the root names rows that came or went. */
function changedRows(rows: YRows, changes: readonly Y.YEvent<Y.AbstractType<unknown>>[]): ChangedRows {
  const out: ChangedRows = new Map();
  for (const change of changes) {
    if (change.target === (rows as Y.AbstractType<unknown>))
      for (const id of change.keys.keys()) out.set(id, new Set(rows.get(id)?.keys() ?? []));
    else if (change instanceof Y.YMapEvent && typeof change.path[0] === 'string') {
      const columns = out.get(change.path[0]) ?? new Set<string>();
      for (const column of change.keysChanged) columns.add(column as string);
      out.set(change.path[0], columns);
    }
  }
  return out;
}

/** Who wrote the present value of a cell. Yjs has no public way to ask; the item behind a map entry carries it. */
export const writerOf = (row: YRow | undefined, column: string): number | undefined => row?._map.get(column)?.id.client;

function readRefused(json: string): Refused | null {
  try {
    const { code, row, column, message, remedy } = JSON.parse(json) as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === 'string' ? value : '');
    const place = (value: unknown) => (typeof value === 'string' ? value : null);
    return { code: text(code), row: place(row), column: place(column), message: text(message), remedy: text(remedy) };
  } catch {
    return null;
  }
}
