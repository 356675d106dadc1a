/**
 * The pool of one round, kept as rows change: a changed row takes its old part away and adds its new one when somebody looks at the lots, so that
 * an edit costs next to nothing and a look what changed since, however many rows there are. Used by the publisher.
 * Invariant: the lots, when looked at, are those of a full recomputation over the last known row of every sheet.
 */
import { createHash } from 'node:crypto';
import { ReadingText } from '#domain/certificate.ts';
import type { Contributions } from '#domain/disclosure.ts';
import {
  addParts,
  type Contributor,
  type Lot,
  type LotKey,
  type MutableLots,
  type PooledLine,
  partsOf,
  readLotKey,
} from '#domain/pooling.ts';
import { OWNER, type Row, type RowReading } from '#domain/sheets.ts';
import type { Grams } from '#domain/units.ts';

/** Rows that changed in a sheet and are durable; `after` is null where the row is gone. */
export interface SheetCommit {
  sheetId: string;
  seq: bigint;
  rows: readonly { row: string; after: Row | null }[];
}

/** A demand sheet of the round. Without an owner (an open pool) each row names its organization itself. */
export interface DemandSheet {
  id: string;
  organizationId: string | null;
}

export interface LedgerParts {
  readLine(row: string, cells: Row): RowReading<PooledLine>;
  /** Null: no member of the pool; its rows do not count. */
  contributorOf(organizationId: string): Contributor | null;
}

/** What a row adds now: enough to take it away again, whoever owned it. */
interface Entry {
  organizationId: string;
  parentId: string;
  parts: readonly (readonly [lot: LotName, grams: Grams])[];
}

interface LotName {
  key: LotKey;
  mineral: string;
  /** Place among all keys, sorted; right only while the ledger is in order. */
  place: number;
}

type Holding =
  /** Commits that arrive while the rows are read wait here. */
  | { state: 'loading'; waiting: SheetCommit[] }
  | {
      state: 'live';
      seq: bigint;
      rows: Map<string, Entry>;
      /** Rows that changed and were not read yet: a row that is written ten times before anybody looks at the lots is read once. */
      changed: Map<string, Row | null>;
      digests: ReadonlyMap<string, string> | null;
    };

/** Commits that wait for one sheet; more than that and the sheet is read again at the next slot. */
const WAITING_MAX = 500;

export class Ledger {
  private readonly parts: LedgerParts;
  private readonly lots = new Map<string, MutableLots>();
  /** One string and one entry for each lot that was ever named: thousands of rows name the same few lots. */
  private readonly names = new Map<LotKey, LotName>();
  /** `names` have their places in the order of keys. */
  private isOrdered = true;
  private ordered: readonly LotName[] = [];
  private readonly sheets = new Map<string, { sheet: DemandSheet; holding: Holding }>();
  private readonly touched = new Set<string>();
  /** Sheets with changed rows that were not read yet. */
  private readonly unread = new Set<string>();

  constructor(parts: LedgerParts) {
    this.parts = parts;
  }

  /** Reads a sheet whole, in place of what was known of it. A failed reading leaves it out and throws. */
  async load(sheet: DemandSheet, read: () => Promise<{ seq: bigint; rows: ReadonlyMap<string, Row> }>): Promise<void> {
    const waiting: SheetCommit[] = [];
    this.forget(sheet.id);
    this.sheets.set(sheet.id, { sheet, holding: { state: 'loading', waiting } });
    try {
      const { seq, rows } = await read();
      this.sheets.set(sheet.id, {
        sheet,
        holding: { state: 'live', seq, rows: new Map(), changed: new Map(), digests: null },
      });
      for (const [row, cells] of rows) this.change(sheet.id, row, cells);
    } catch (error) {
      this.sheets.delete(sheet.id);
      throw error;
    }
    if (waiting.length > WAITING_MAX) this.forget(sheet.id);
    for (const commit of waiting) this.apply(commit);
  }

  apply(commit: SheetCommit): void {
    const holding = this.sheets.get(commit.sheetId)?.holding;
    if (!holding) return;
    if (holding.state === 'loading') {
      if (holding.waiting.length <= WAITING_MAX) holding.waiting.push(commit);
      return;
    }
    if (commit.seq <= holding.seq) return;
    for (const { row, after } of commit.rows) holding.changed.set(row, after);
    this.unread.add(commit.sheetId);
    holding.seq = commit.seq;
    holding.digests = null;
  }

  /** Version of a sheet that the lots stand at; null where the sheet has to be read. */
  seqOf(sheetId: string): bigint | null {
    const holding = this.sheets.get(sheetId)?.holding;
    return holding?.state === 'live' ? holding.seq : null;
  }

  /** Every sheet with its version, sorted. */
  versions(): (readonly [sheetId: string, seq: bigint])[] {
    return [...this.sheets.keys()].sort().flatMap((id) => {
      const seq = this.seqOf(id);
      return seq === null ? [] : [[id, seq] as const];
    });
  }

  /** By organization: digest of what was read of it in a sheet. The owner of a sheet is named also where it has no lines. */
  digestsOf(sheetId: string): ReadonlyMap<string, string> {
    this.readChanged();
    const found = this.sheets.get(sheetId);
    if (found?.holding.state !== 'live') return new Map();
    found.holding.digests ??= this.readDigests(found.sheet, found.holding);
    return found.holding.digests;
  }

  private readDigests(sheet: DemandSheet, { seq, rows }: { seq: bigint; rows: ReadonlyMap<string, Entry> }) {
    const sorted = this.sortedNames();
    const nothing = () => new Array<number | bigint>(sorted.length).fill(0);
    /** By organization: grams by the lot's place. */
    const read = new Map<string, (number | bigint)[]>();
    const owner = sheet.organizationId !== null && this.parts.contributorOf(sheet.organizationId);
    if (sheet.organizationId !== null && owner && !owner.government) read.set(sheet.organizationId, nothing());
    for (const { organizationId, parts } of rows.values()) {
      if (parts.length === 0) continue;
      const lots = read.get(organizationId) ?? nothing();
      read.set(organizationId, lots);
      for (const [{ place }, grams] of parts) lots[place] = exactSum(lots[place] ?? 0, grams);
    }
    const digestOf = (lots: readonly (number | bigint)[]): string => {
      const lines = new ReadingText(`${seq}`);
      for (let place = 0; place < lots.length; place += 1)
        if (lots[place]) lines.add(sorted[place]?.key ?? '', lots[place] ?? 0);
      return lines.digest(sha256);
    };
    return new Map([...read].map(([id, lots]) => [id, digestOf(lots)] as const));
  }

  /** Sheets name much the same lots, so their keys are sorted once for all. */
  private sortedNames(): readonly LotName[] {
    if (!this.isOrdered) {
      this.ordered = [...this.names.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
      for (const [place, name] of this.ordered.entries()) name.place = place;
      this.isOrdered = true;
    }
    return this.ordered;
  }

  private nameOf(key: LotKey): LotName {
    const known = this.names.get(key);
    if (known) return known;
    const name = { key, mineral: readLotKey(key).mineral, place: 0 };
    this.names.set(key, name);
    this.isOrdered = false;
    return name;
  }

  *lotsOf(mineral: string): Generator<readonly [Lot, Contributions]> {
    this.readChanged();
    for (const [key, held] of this.lots.get(mineral) ?? []) yield [readLotKey(key), held];
  }

  /** Minerals that changed since this was last asked. */
  takeTouched(): Set<string> {
    this.readChanged();
    const taken = new Set(this.touched);
    this.touched.clear();
    return taken;
  }

  private readChanged(): void {
    for (const sheetId of this.unread) {
      const holding = this.sheets.get(sheetId)?.holding;
      if (holding?.state !== 'live') continue;
      for (const [row, after] of holding.changed) this.change(sheetId, row, after);
      holding.changed.clear();
    }
    this.unread.clear();
  }

  private change(sheetId: string, row: string, after: Row | null): void {
    const found = this.sheets.get(sheetId);
    if (found?.holding.state !== 'live') return;
    const { rows } = found.holding;
    const before = rows.get(row);
    const next = after && this.entryOf(found.sheet, row, after);
    if (before) this.add(before, -1n);
    if (next) this.add(next, 1n);
    if (next) rows.set(row, next);
    else rows.delete(row);
  }

  private forget(sheetId: string): void {
    const holding = this.sheets.get(sheetId)?.holding;
    if (holding?.state === 'live') for (const entry of holding.rows.values()) this.add(entry, -1n);
    this.sheets.delete(sheetId);
  }

  /** Null where the row adds nothing: it is empty or wrong, or its organization is no buyer of the pool. */
  private entryOf(sheet: DemandSheet, row: string, cells: Row): Entry | null {
    const organizationId = sheet.organizationId ?? cells[OWNER];
    if (typeof organizationId !== 'string') return null;
    const contributor = this.parts.contributorOf(organizationId);
    const reading = contributor && this.parts.readLine(row, cells);
    if (!contributor || reading?.state !== 'valid') return null;
    const parts = partsOf(reading.value, contributor).map(([key, mass]) => [this.nameOf(key), mass] as const);
    return { organizationId, parentId: contributor.parentId, parts };
  }

  private add(entry: Entry, sign: 1n | -1n): void {
    for (const [{ key, mineral }, grams] of entry.parts) {
      const lots = this.lots.get(mineral) ?? new Map<LotKey, Map<string, bigint>>();
      this.lots.set(mineral, lots);
      addParts(lots, entry.parentId, [[key, grams]], sign);
      this.touched.add(mineral);
    }
  }
}

/** A number as long as it holds the sum exactly. */
function exactSum(a: number | bigint, b: number): number | bigint {
  const sum = Number(a) + b;
  return typeof a === 'number' && sum <= Number.MAX_SAFE_INTEGER ? sum : BigInt(a) + BigInt(b);
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
