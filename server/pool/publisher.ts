/** CONDUCTOR of one round's publication: what happens at a slot, and at the end of collection. */
import type { Catalogue } from '#domain/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Telemetry } from '../telemetry.ts';
import type { SheetCommit } from './ledger.ts';
import { insertRelease } from './releases-store.ts';
import {
  catchUpReleases,
  catchUpRows,
  decide,
  enter,
  isOutdated,
  openBook,
  type ReadRows,
  type RoundBook,
} from './round-book.ts';
import { readContributors } from './round-facts.ts';
import { nextSlot, PUSH_LAG_MS } from './slots.ts';

/** What the pool needs of the sheets. A commit is told of once it is durable, in the order of its sheet. */
export interface DemandRows {
  rowsOf: ReadRows;
  onCommit(listener: (commit: SheetCommit) => void): () => void;
}

export interface PublisherParts {
  database: Database;
  catalogue: Catalogue;
  sheets: DemandRows;
  clock: Clock;
  telemetry: Telemetry;
  /** Sends what the store says is shown to everybody of the pool. */
  push(slotAt: Date): Promise<void>;
  slotSecondsDefault: number;
}

/** Brings the book up to date and decides; stores a release where a cell changed. Another node that was first wins. */
async function publishSlot(parts: PublisherParts, book: RoundBook, slotAt: Date, isLast: boolean): Promise<boolean> {
  const { database } = parts;
  await catchUpReleases(database, book);
  await catchUpRows(database, book, (id) => parts.sheets.rowsOf(id));
  if (book.isFinal) return true;
  const draft = decide(book, isLast);
  if (draft) {
    const release = { number: book.number + 1, slotAt, final: isLast, ...draft };
    if (!(await insertRelease(database, { roundId: book.facts.roundId, ...release }))) return false;
    enter(book, release);
  }
  book.open.clear();
  return true;
}

/** Tries of the last release against nodes that publish a slot at the same time. */
const LAST_TRIES_MAX = 5;

/** The last release of a round, from rows read anew: its sheets are frozen. Does nothing where it is out already. */
export async function publishLast(parts: PublisherParts, roundId: string): Promise<RoundBook> {
  const book = await openBook(parts.database, parts.catalogue, roundId);
  for (let tried = 0; tried < LAST_TRIES_MAX; tried += 1) {
    // A slot of this very millisecond would be taken.
    const at = new Date(parts.clock.now().getTime() + tried);
    if (await publishSlot(parts, book, at, true)) return book;
  }
  throw new Error('the last release of a round found no place among the releases of other nodes');
}

/** Publishes one round slot by slot, until stopped or until its last release is out. */
export interface Publisher {
  readonly roundId: string;
  readonly poolId: string;
  readonly slotSeconds: number;
  /** The last slot whose release viewers may read. */
  shownUntil(): Date;
  stop(): Promise<void>;
}

export async function startPublisher(parts: PublisherParts, roundId: string): Promise<Publisher> {
  const { clock, telemetry } = parts;
  let book = await openBook(parts.database, parts.catalogue, roundId);
  if (!book.facts.rules) telemetry.fault('pool.rules', new Error('not readable'), { round: roundId });
  // Listening comes first: an edit that is made while its sheet is read waits in the ledger.
  const unsubscribe = parts.sheets.onCommit((commit) => book.ledger.apply(commit));
  await catchUpRows(parts.database, book, (id) => parts.sheets.rowsOf(id)).catch((error) => {
    unsubscribe();
    throw error;
  });
  const slotSeconds = Math.max(parts.slotSecondsDefault, book.facts.rules?.slotSeconds ?? 0);
  const pushable = (): Date => new Date(clock.now().getTime() - PUSH_LAG_MS);
  let shownUntil = new Date(nextSlot(pushable(), slotSeconds).getTime() - slotSeconds * 1000);
  let cancelSlot = (): void => {};
  const cancelPush = new Set<() => void>();
  let busy: Promise<unknown> = Promise.resolve();
  let isDeciding = false;
  let stopped = false;

  const report = (name: string) => (error: unknown) => telemetry.fault(name, error, { round: roundId });

  /** Members may have joined, left or changed owner since the last slot: then everything is read anew. */
  async function refresh(): Promise<void> {
    const contributors = await readContributors(parts.database, book.facts.poolId);
    if (isOutdated(book, contributors)) book = await openBook(parts.database, parts.catalogue, roundId);
  }

  /** A slot that comes while the one before is still being decided shows what that one stored. */
  function decideAt(slotAt: Date): void {
    if (isDeciding) return;
    isDeciding = true;
    const decided = busy.then(refresh).then(() => publishSlot(parts, book, slotAt, false));
    busy = decided.catch(report('pool.slot')).finally(() => {
      isDeciding = false;
    });
  }

  function arm(after: Date): void {
    const slotAt = nextSlot(after, slotSeconds);
    cancelSlot = clock.at(slotAt, () => {
      if (stopped) return;
      // A timer may ring a little early; after a long sleep the slots that passed are left out.
      arm(new Date(Math.max(slotAt.getTime(), clock.now().getTime())));
      decideAt(slotAt);
      // Viewers hear of every slot at the same distance from it, whatever had to be computed or stored.
      const cancel = clock.at(new Date(slotAt.getTime() + PUSH_LAG_MS), () => {
        cancelPush.delete(cancel);
        busy = busy.then(() => show(slotAt)).catch(report('pool.push'));
      });
      cancelPush.add(cancel);
    });
  }

  async function show(slotAt: Date): Promise<void> {
    if (stopped) return;
    shownUntil = slotAt;
    await parts.push(slotAt);
    if (book.isFinal) end();
  }

  function end(): void {
    stopped = true;
    unsubscribe();
    cancelSlot();
    for (const cancel of cancelPush) cancel();
  }

  arm(clock.now());
  return {
    roundId,
    poolId: book.facts.poolId,
    slotSeconds,
    shownUntil: () => shownUntil,
    async stop() {
      end();
      await busy;
    },
  };
}
