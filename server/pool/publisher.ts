/** CONDUCTOR of one round's publication: what happens at a slot, and at the end of collection. */
import type { Catalogue } from '#domain/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Telemetry } from '../telemetry.ts';
import { readLastSeal, sealRelease } from './certificates.ts';
import type { SheetCommit } from './ledger.ts';
import { insertRelease, type StoredRelease } from './releases-store.ts';
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
    const { plans, ...stored } = draft;
    const release = { number: book.number + 1, slotAt, final: isLast, ...stored };
    const { roundId } = book.facts;
    const seal = isSeen(book, release) ? sealRelease(book, release, await readLastSeal(database, roundId)) : null;
    if (!(await insertRelease(database, { roundId, ...release }, seal))) return false;
    enter(book, release, plans);
  }
  book.open.clear();
  return true;
}

/** Viewers see another table than before, or that it is the last. */
function isSeen(book: RoundBook, { final, basis }: StoredRelease): boolean {
  const values = Object.entries(basis.values);
  return final || values.length !== book.values.size || values.some(([id, value]) => book.values.get(id) !== value);
}

/** Tries of the last release against nodes that publish a slot at the same time. */
const LAST_TRIES_MAX = 5;

/** The last release of a round, from rows read anew: its sheets are frozen. Does nothing where it is out already. */
export async function publishLast(parts: PublisherParts, roundId: string): Promise<void> {
  const book = await openBook(parts.database, parts.catalogue, roundId);
  if (book.isFinal) return;
  for (let tried = 0; tried < LAST_TRIES_MAX; tried += 1) {
    // A slot of this very millisecond would be taken.
    const at = new Date(parts.clock.now().getTime() + tried);
    if (await publishSlot(parts, book, at, true)) return parts.push(at);
  }
  throw new Error('the last release of a round found no place among the releases of other nodes');
}

/** Opens a round and begins to publish it. */
export async function startPublisher(parts: PublisherParts, roundId: string): Promise<Publisher> {
  const publisher = new Publisher(parts, await openBook(parts.database, parts.catalogue, roundId));
  await publisher.start();
  return publisher;
}

/** Publishes one round slot by slot, until stopped or until its last release is out. */
export class Publisher {
  readonly roundId: string;
  readonly slotSeconds: number;
  /** The last slot whose release viewers may read. */
  shownUntil: Date;
  private readonly parts: PublisherParts;
  private book: RoundBook;
  /** Ends when everything that was begun is done. */
  private busy: Promise<unknown> = Promise.resolve();
  private isDeciding = false;
  private isStopped = false;
  /** Cancellations of the next slot, of pushes to come, and of listening to edits. */
  private readonly cancellations = new Set<() => void>();

  constructor(parts: PublisherParts, book: RoundBook) {
    const { facts } = book;
    this.parts = parts;
    this.book = book;
    this.roundId = facts.roundId;
    this.slotSeconds = Math.max(parts.slotSecondsDefault, facts.rules?.slotSeconds ?? 0);
    const pushable = new Date(parts.clock.now().getTime() - PUSH_LAG_MS);
    this.shownUntil = new Date(nextSlot(pushable, this.slotSeconds).getTime() - this.slotSeconds * 1000);
    if (!facts.rules) parts.telemetry.fault('pool.rules', new Error('not readable'), { round: facts.roundId });
  }

  async start(): Promise<void> {
    const { database, sheets, clock } = this.parts;
    // Listening comes first: an edit that is made while its sheet is read waits in the ledger.
    this.cancellations.add(sheets.onCommit((commit) => this.book.ledger.apply(commit)));
    try {
      await catchUpRows(database, this.book, (id) => sheets.rowsOf(id));
    } catch (error) {
      this.end();
      throw error;
    }
    this.arm(clock.now());
  }

  async stop(): Promise<void> {
    this.end();
    await this.busy;
  }

  private end(): void {
    this.isStopped = true;
    for (const cancel of this.cancellations) cancel();
    this.cancellations.clear();
  }

  private at(when: Date, run: () => void): void {
    const cancel = this.parts.clock.at(when, () => {
      this.cancellations.delete(cancel);
      if (!this.isStopped) run();
    });
    this.cancellations.add(cancel);
  }

  private arm(after: Date): void {
    const slotAt = nextSlot(after, this.slotSeconds);
    this.at(slotAt, () => {
      // A timer may ring a little early; after a long sleep the slots that passed are left out.
      this.arm(new Date(Math.max(slotAt.getTime(), this.parts.clock.now().getTime())));
      this.decideAt(slotAt);
      // Viewers hear of every slot at the same distance from it, whatever had to be computed or stored.
      this.at(new Date(slotAt.getTime() + PUSH_LAG_MS), () => this.queue('pool.push', () => this.show(slotAt)));
    });
  }

  /** A slot that comes while the one before is still being decided shows what that one stored. */
  private decideAt(slotAt: Date): void {
    if (this.isDeciding) return;
    this.isDeciding = true;
    this.queue('pool.slot', async () => {
      try {
        await this.reopenIfOutdated();
        await publishSlot(this.parts, this.book, slotAt, false);
      } finally {
        this.isDeciding = false;
      }
    });
  }

  private queue(name: string, step: () => Promise<void>): void {
    this.busy = this.busy.then(step).catch((error) => this.parts.telemetry.fault(name, error, { round: this.roundId }));
  }

  /** Members may have joined, left or changed owner since the last slot: then everything is read anew. */
  private async reopenIfOutdated(): Promise<void> {
    const { database, catalogue } = this.parts;
    const contributors = await readContributors(database, this.book.facts.poolId);
    if (isOutdated(this.book, contributors)) this.book = await openBook(database, catalogue, this.roundId);
  }

  private async show(slotAt: Date): Promise<void> {
    if (this.isStopped) return;
    this.shownUntil = slotAt;
    await this.parts.push(slotAt);
    // Another node has ended the round.
    if (this.book.isFinal) this.end();
  }
}
