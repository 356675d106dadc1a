/** A round as its publisher knows it: the ledger of its rows, and everything shown so far. Decides the next release; stores nothing. */
import { createHash } from 'node:crypto';
import type { Catalogue } from '#domain/catalogue.ts';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { Owners } from '#domain/owner-amounts.ts';
import { canonical } from '#domain/record.ts';
import {
  type MineralHistory,
  openHistory,
  type Plan,
  planRelease,
  remember,
  standingCells,
  TESTS,
} from '#domain/release.ts';
import { foldLots } from '#domain/release-cells.ts';
import { roundTotal, type ShownCell, showCells } from '#domain/release-view.ts';
import type { Row } from '#domain/sheets.ts';
import type { Database } from '../database.ts';
import { protectionOf } from './drawn-rules.ts';
import { Ledger } from './ledger.ts';
import { type ReadBasis, readLots, readReleases, type StoredRelease, writeLots } from './releases-store.ts';
import { type RoundFacts, readRound, readSheetVersions } from './round-facts.ts';

export type ReadRows = (sheetId: string) => Promise<{ seq: bigint; rows: ReadonlyMap<string, Row> }>;

export interface RoundBook {
  facts: RoundFacts;
  ledger: Ledger;
  /** By mineral. */
  histories: ReadonlyMap<string, MineralHistory>;
  /** By cell id: the values that viewers see. */
  values: Map<string, string>;
  /** Number of the last release; 0 before the first. */
  number: number;
  isFinal: boolean;
  /** Minerals that changed since they were last decided on. */
  open: Set<string>;
}

/** Reads a round's facts and releases, those of it that are wanted. Its rows are read by `catchUpRows`. */
export async function openBook(
  database: Database,
  catalogue: Catalogue,
  roundId: string,
  isWanted: (release: StoredRelease) => boolean = () => true,
): Promise<RoundBook> {
  const facts = await readRound(database, catalogue, roundId);
  const book: RoundBook = {
    facts,
    ledger: new Ledger({
      readLine: (row, cells) => readDemandLine(row, cells, catalogue, facts.terms),
      contributorOf: (organizationId) => facts.contributors.get(organizationId) ?? null,
    }),
    histories: new Map(facts.hierarchies.map((hierarchy) => [hierarchy.mineral, openHistory(hierarchy)])),
    values: new Map(),
    number: 0,
    isFinal: false,
    open: new Set(facts.hierarchies.map(({ mineral }) => mineral)),
  };
  await recallEarlierRounds(database, book);
  await catchUpReleases(database, book, isWanted);
  return book;
}

/** A round begins with nothing shown, but people keep what they saw: a total of this round is compared with those of the rounds before it. */
async function recallEarlierRounds(database: Database, book: RoundBook): Promise<void> {
  const { number, poolId } = await database.prisma.round.findUniqueOrThrow({ where: { id: book.facts.roundId } });
  const earlier = await database.prisma.round.findMany({
    where: { poolId, number: { lt: number } },
    orderBy: { number: 'asc' },
    select: { id: true },
  });
  for (const { id } of earlier) for (const release of await readReleases(database, id, 0)) recall(book, release);
}

/** Adds releases that this book does not know yet, whichever node made them. */
export async function catchUpReleases(
  database: Database,
  book: RoundBook,
  isWanted: (release: StoredRelease) => boolean = () => true,
): Promise<void> {
  for (const release of await readReleases(database, book.facts.roundId, book.number))
    if (isWanted(release)) enter(book, release);
}

/** Brings a release into the book. Of one that this book decided on itself, the plans are at hand. */
export function enter(book: RoundBook, release: StoredRelease, plans: Draft['plans'] = new Map()): void {
  recall(book, release, plans);
  book.values = new Map(Object.entries(release.basis.values));
  book.number = release.number;
  book.isFinal ||= release.final;
}

/** Whatever was shown is kept in mind. */
function recall(book: RoundBook, release: StoredRelease, plans: Draft['plans'] = new Map()): void {
  for (const [mineral, own] of Object.entries(release.basis.minerals)) {
    const history = book.histories.get(mineral);
    if (!history) continue;
    const ids = new Set(own.fresh);
    const cells = history.hierarchy.cells.flatMap(({ id }, index) => (ids.has(id) ? [index] : []));
    const plan = plans.get(mineral);
    remember(history, plan?.lots ?? readLots(history, own, release.basis), cells, plan);
    // A cell that is no longer declared cannot be compared with: a changed catalogue ends what this round may show.
    if (cells.length < own.fresh.length) history.log = null;
    book.open.add(mineral);
  }
}

/** Members or owners changed since the book was opened. */
export function isOutdated(book: RoundBook, contributors: RoundFacts['contributors']): boolean {
  const known = book.facts.contributors;
  return (
    known.size !== contributors.size ||
    [...contributors].some(([id, { parentId, government }]) => {
      const before = known.get(id);
      return before?.parentId !== parentId || before.government !== government;
    })
  );
}

/**
 * Reads the sheets that the ledger does not hold at their present version: all of them at first; later those of new members, and those
 * whose last edit was taken by another node.
 */
export async function catchUpRows(database: Database, book: RoundBook, rowsOf: ReadRows): Promise<void> {
  for (const { sheet, seq } of await readSheetVersions(database, book.facts.roundId)) {
    const held = book.ledger.seqOf(sheet.id);
    if (held === null || held < seq) await book.ledger.load(sheet, () => rowsOf(sheet.id));
  }
}

export interface Draft {
  cells: ShownCell[];
  basis: ReadBasis;
  inputHash: string;
  /** By mineral with a new value: what was decided on it. */
  plans: ReadonlyMap<string, Plan>;
}

/** The next release; null where no cell gets a new value. `whole` looks at every mineral and always answers with a release. */
export function decide(book: RoundBook, whole: boolean): Draft | null {
  const { facts, ledger, histories } = book;
  for (const mineral of ledger.takeTouched()) book.open.add(mineral);
  const values = new Map(book.values);
  const owners = new Owners();
  const plans = new Map<string, Plan>();
  const basis: ReadBasis = { values: {}, owners: owners.names, minerals: {}, isWhole: false };
  for (const [mineral, history] of histories) {
    if (!facts.rules || !(whole || book.open.has(mineral))) continue;
    const lots = foldLots(history.hierarchy, ledger.lotsOf(mineral));
    const rules = protectionOf(facts.rules, facts.secret, mineral, history.owners.names);
    const plan = planRelease(history, lots, rules, TESTS, whole);
    const { now, fresh } = plan;
    const perUnit = facts.perUnit.get(mineral);
    if (!perUnit) continue;
    const idOf = (cell: number): string => history.hierarchy.cells[cell]?.id ?? '';
    const show = (cell: number) => values.set(idOf(cell), roundTotal(now[cell] ?? new Map(), perUnit));
    for (const cell of standingCells(history, plan, rules)) if (!values.has(idOf(cell))) show(cell);
    for (const cell of fresh) show(cell);
    if (fresh.length === 0) continue;
    plans.set(mineral, plan);
    basis.minerals[mineral] = { fresh: fresh.map(idOf), lots: writeLots(history, plan.lots, owners) };
  }
  if (Object.keys(basis.minerals).length === 0 && values.size === book.values.size && !whole) return null;
  basis.values = Object.fromEntries(values);
  return { cells: showCells(facts.hierarchies, values), basis, inputHash: hashInputs(book), plans };
}

/** Fixes what a release was decided on: the rules and every sheet's version. */
function hashInputs({ facts, ledger }: RoundBook): string {
  const sheets = Object.fromEntries(ledger.versions().map(([id, seq]) => [id, `${seq}`]));
  const inputs = canonical({ round: facts.roundId, rules: { ...facts.rules }, sheets });
  return createHash('sha256').update(inputs).digest('hex');
}
