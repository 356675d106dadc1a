/**
 * Group commit: while one append is under way, the updates of all rooms wait; when it ends, all of them go into the next. The only writer of the
 * log in this process. Used by the rooms.
 */
import type pg from 'pg';
import type { Clock } from '../clock.ts';
import { COMMIT_BYTES_MAX, COMMIT_MS_MAX } from './limits.ts';
import { appendShared, type SharedSource } from './shared-append.ts';
import { append, type LogHead, type SheetBatch } from './update-log.ts';

/** What became of a batch. 'declined': the sheet is frozen or moved on, so the database took nothing of it; 'lost': nobody knows. */
export type Fate = { is: 'stored'; head: LogHead } | { is: 'declined' } | { is: 'lost'; error: unknown };

export interface CommitSource extends SharedSource {
  /** Other nodes write the same sheet: it must be locked before what waits is admitted. */
  readonly needsLock: boolean;
  /** Admits and applies what waits, and hands over what must be logged. Called only while nothing of this source is under way. Does not throw. */
  prepare(): SheetBatch | null;
  /** Does not throw. */
  settle(fate: Fate): void;
}

/** SQLSTATE classes of errors that one sheet's rows can cause: data, integrity, limits; and a lock that somebody holds too long. */
const ONE_SHEETS_FAULT = /^(22|23|54)|^55P03$/;
const LOCK_MS_MAX = 2_000;
/** Sheets that are locked together. */
const SHARED_AT_ONCE_MAX = 64;
/** A node that stands still while it holds sheets that others write is cut off before they give up. */
const HELD_MS_MAX = 1_500;

export class Committer {
  readonly #pool: pg.Pool;
  readonly #clock: Clock;
  readonly #waiting = new Set<CommitSource>();
  #client: pg.PoolClient | null = null;
  #run: Promise<void> | null = null;

  constructor(pool: pg.Pool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  /** The source has something to do; it is asked for it at the next tick. */
  request(source: CommitSource): void {
    this.#waiting.add(source);
    this.#run ??= this.#ticks();
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#run) await this.#run;
  }

  close(): void {
    this.#drop(this.#client);
  }

  async #ticks(): Promise<void> {
    // What came in the same turn of the event loop goes into the same tick.
    await new Promise((turn) => setImmediate(turn));
    while (this.#waiting.size > 0) {
      const { batches, shared } = this.#collect();
      if (batches.size > 0) await this.#store(batches);
      if (shared.length > 0) await this.#storeShared(shared);
      if (batches.size + shared.length === 0) await new Promise((turn) => setImmediate(turn));
    }
    this.#run = null;
  }

  #collect(): { batches: Map<CommitSource, SheetBatch>; shared: CommitSource[] } {
    const batches = new Map<CommitSource, SheetBatch>();
    const shared: CommitSource[] = [];
    let bytes = 0;
    for (const source of this.#waiting) {
      this.#waiting.delete(source);
      if (source.needsLock) {
        if (shared.push(source) === SHARED_AT_ONCE_MAX) break;
        continue;
      }
      const batch = source.prepare();
      if (!batch) continue;
      batches.set(source, batch);
      for (const entry of batch.entries) bytes += entry.bytes.length;
      if (bytes > COMMIT_BYTES_MAX) break;
    }
    return { batches, shared };
  }

  async #store(batches: Map<CommitSource, SheetBatch>): Promise<void> {
    let heads: Map<string, LogHead>;
    try {
      heads = await this.#ask((client) => append(client, [...batches.values()]));
    } catch (error) {
      if (batches.size > 1 && ONE_SHEETS_FAULT.test(String((error as { code?: unknown }).code)))
        for (const [source, batch] of batches) await this.#store(new Map([[source, batch]]));
      else for (const source of batches.keys()) source.settle({ is: 'lost', error });
      return;
    }
    this.#settle(batches, heads);
  }

  async #storeShared(sources: CommitSource[]): Promise<void> {
    const batches = new Map<CommitSource, SheetBatch>();
    let heads: Map<string, LogHead>;
    try {
      heads = await this.#ask((client) =>
        appendShared(client, sources, batches).catch((error) => {
          this.#drop(client);
          throw error;
        }),
      );
    } catch (error) {
      const mayBeAnothers = sources.length > 1 && ONE_SHEETS_FAULT.test(String((error as { code?: unknown }).code));
      // What was admitted under the lock is appended without it: the version that it builds on is checked again.
      if (mayBeAnothers && batches.size > 0) await this.#store(batches);
      else if (mayBeAnothers) for (const source of sources) await this.#storeShared([source]);
      else for (const source of sources) source.settle({ is: 'lost', error });
      return;
    }
    this.#settle(batches, heads);
  }

  #settle(batches: Map<CommitSource, SheetBatch>, heads: Map<string, LogHead>): void {
    for (const [source, { sheetId }] of batches) {
      const head = heads.get(sheetId);
      source.settle(head ? { is: 'stored', head } : { is: 'declined' });
    }
  }

  async #ask<T>(question: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const cancel = this.#clock.at(new Date(this.#clock.now().getTime() + COMMIT_MS_MAX), () => {
      late.reject(new Error('the database did not store the updates in time'));
      this.#drop(this.#client);
    });
    try {
      const client = await Promise.race([this.#connect(), late.promise]);
      try {
        return await Promise.race([question(client), late.promise]);
      } catch (error) {
        // After an error of the statement the connection is as good as before; after any other it is not.
        if ((error as { severity?: unknown }).severity !== 'ERROR') this.#drop(client);
        throw error;
      }
    } finally {
      cancel();
    }
  }

  /** A connection of its own: a commit never waits for somebody's long query to give one back. */
  async #connect(): Promise<pg.PoolClient> {
    if (this.#client) return this.#client;
    const client = await this.#pool.connect();
    client.on('error', () => this.#drop(client));
    try {
      await client.query(`SET lock_timeout = ${LOCK_MS_MAX}`);
      await client.query(`SET idle_in_transaction_session_timeout = ${HELD_MS_MAX}`);
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#drop(this.#client);
    this.#client = client;
    return client;
  }

  #drop(client: pg.PoolClient | null): void {
    if (client === null || client !== this.#client) return;
    this.#client = null;
    client.release(true);
  }
}
