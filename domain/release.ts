/**
 * What is shown of a pool in one slot: the cells that get a new value, chosen so that nobody learns another company's number from
 * everything shown so far. A cell that is not chosen keeps its old value, or stays empty. Nothing else decides what is shown.
 */
import { type AuditLog, append, auditGrown, type Batch, EMPTY_LOG, openWork } from './audit.ts';
import { mayDiffer, mayShow, ownersMin, type PoolRules } from './disclosure.ts';
import { addInto, addUp, areSame, minusAmounts, OwnerAmounts, Owners } from './owner-amounts.ts';
import type { LotKey } from './pooling.ts';
import { cellsByLot, type FoldedLots, type Hierarchy, isFirm, wholeOf } from './release-cells.ts';
import { type Margin, marginsOf, relativesOf } from './release-margins.ts';
import { Unknowns } from './release-unknowns.ts';

/** Everything shown of one mineral so far, in this round of the pool and in those before it. Grows by `remember` alone. */
export interface MineralHistory {
  hierarchy: Hierarchy;
  margins: readonly Margin[];
  /** By cell: those whose numbers share lots with it. */
  relatives: readonly (readonly number[])[];
  cellsByLot: ReadonlyMap<LotKey, readonly number[]>;
  owners: Owners;
  unknowns: Unknowns;
  /** As of the last release. */
  lots: LotAmounts;
  /** By cell: the contributions behind every value it has had, oldest first. */
  shown: OwnerAmounts[][];
  /** By margin: what was left of it, whenever that changed. */
  leftOver: OwnerAmounts[][];
  /** Null once more was shown than can be audited: nothing more is. */
  log: AuditLog | null;
}

export function openHistory(hierarchy: Hierarchy): MineralHistory {
  const margins = marginsOf(hierarchy);
  return {
    hierarchy,
    margins,
    relatives: relativesOf(hierarchy),
    cellsByLot: cellsByLot(hierarchy),
    owners: new Owners(),
    unknowns: new Unknowns(),
    lots: new Map(),
    shown: hierarchy.cells.map(() => []),
    leftOver: margins.map(() => []),
    log: EMPTY_LOG,
  };
}

/** The single tests, each a function of its own so that attack tests can show what it prevents. The program always uses TESTS. */
export interface Tests {
  mayShow: typeof mayShow;
  mayDiffer: typeof mayDiffer;
  /** May this be left over when a coalition takes shown numbers of one moment from one another? */
  mayBeLeft: typeof mayShow;
  audit: typeof auditGrown;
}

export const TESTS: Tests = {
  mayShow,
  mayDiffer,
  mayBeLeft: (left, rules) => mayShow(left, rules) || left.size === 0,
  audit: auditGrown,
};

/** Grams by owner in each innermost place. */
export type LotAmounts = ReadonlyMap<LotKey, OwnerAmounts>;

/** A slot's decision: what each lot and each cell is made of now, and the indexes of the cells that show it from now on. */
export interface Plan {
  lots: LotAmounts;
  now: readonly OwnerAmounts[];
  fresh: readonly number[];
  /** Everything shown, these cells included. Null where that is more than can be audited. */
  log: AuditLog | null;
  /** By margin with a fresh cell: what is left of it; null where nothing can be taken away. */
  left: ReadonlyMap<number, OwnerAmounts | null>;
  /** By cell that could have been shown alone: what it was given up for. */
  givenUp: ReadonlyMap<number, GivenUp>;
}

/** What would have been left of a margin, by its number; what the audit found; or that there is more than can be audited. */
export type GivenUp = { rule: 'margin'; margin: number } | { rule: 'audit' | 'tooLarge' };

/** Merged cells are decided on in the last release only. */
export function planRelease(
  history: MineralHistory,
  lots: FoldedLots,
  rules: PoolRules,
  tests: Tests = TESTS,
  isLast = false,
): Plan {
  const amounts = amountsOf(history.owners, lots);
  const now = sumCells(history, amounts);
  const current = now.map((own, cell) => isLastShown(history, cell, own));
  const left = new Map<number, OwnerAmounts | null>();
  const givenUp = new Map<number, GivenUp>();
  const desk: Desk = { history, now, current, rules, tests, isLast, left, givenUp };
  const planned = (cells: readonly number[], log: AuditLog | null): Plan => ({
    lots: amounts,
    now,
    fresh: cells,
    log,
    left,
    givenUp,
  });
  const work = openWork();
  let fresh = history.log ? candidates(desk) : new Set<number>();
  for (;;) {
    fresh = keepSafeMargins(desk, fresh);
    const ordered = [...fresh].sort((a, b) => a - b);
    if (ordered.length === 0 || !history.log) return planned(ordered, history.log);
    const log = append(history.log, batchOf(history, amounts, ordered), work);
    const finding = log ? tests.audit(history.log, log, ownersMin(rules), work) : 'tooLarge';
    if (finding === 'safe') return planned(ordered, log);
    // The last declared is the finest: give it up and look again. Where the audit cannot tell, nothing is shown.
    const kept = finding === 'tooLarge' ? new Set<number>() : without(desk, fresh, ordered.at(-1) ?? 0);
    note(desk, fresh, kept, { rule: finding === 'tooLarge' ? 'tooLarge' : 'audit' });
    fresh = kept;
  }
}

/**
 * Cells that hold what they showed in an earlier round of the pool: to show it again tells nothing. All of them or none, beside the fresh
 * ones: a single one that is missing would tell where somebody changed something.
 */
export function standingCells(history: MineralHistory, { now, fresh }: Plan, rules: PoolRules): number[] {
  const isFresh = new Set(fresh);
  const earlier = history.shown.flatMap((shown, cell) => (shown.length > 0 && !isFresh.has(cell) ? [cell] : []));
  const stands = (cell: number): boolean =>
    isLastShown(history, cell, now[cell] ?? NOTHING) && mayShow(now[cell] ?? NOTHING, rules);
  return history.log && earlier.every(stands) ? earlier : [];
}

/** Adds a release to the history. */
export function remember(
  history: MineralHistory,
  lots: FoldedLots | LotAmounts,
  fresh: readonly number[],
  planned?: Plan,
): void {
  history.lots = amountsOf(history.owners, lots);
  const now = planned?.now ?? sumCells(history, history.lots);
  for (const cell of fresh) history.shown[cell]?.push(now[cell] ?? NOTHING);
  history.log = planned ? planned.log : history.log && append(history.log, batchOf(history, history.lots, fresh));
  const isFresh = new Set(fresh);
  history.margins.forEach((margin, number) => {
    if (!margin.cells.some((cell) => isFresh.has(cell))) return;
    const known = planned?.left.get(number);
    const left = known === undefined ? remainder(margin, (cell) => history.shown[cell]?.at(-1)) : known;
    const last = history.leftOver[number]?.at(-1);
    if (left && !(last && areSame(left, last))) history.leftOver[number]?.push(left);
  });
}

const NOTHING = new OwnerAmounts(new Float64Array(0), 0);

function amountsOf(owners: Owners, lots: FoldedLots | LotAmounts): LotAmounts {
  const numbered = new Map<LotKey, OwnerAmounts>();
  for (const [key, held] of lots) numbered.set(key, held instanceof OwnerAmounts ? held : numberAmounts(owners, held));
  return numbered;
}

/** Owners that are met later are in none of the amounts, which may be shorter than others for that. */
export function numberAmounts(
  owners: Owners,
  held: Iterable<readonly [owner: string, grams: bigint | number]>,
): OwnerAmounts {
  let grams = new Float64Array(owners.count);
  let bound = 0;
  for (const [owner, amount] of held) {
    const number = owners.numberOf(owner);
    if (number >= grams.length) grams = withRoom(grams, number);
    const value = Number(amount);
    grams[number] = value;
    if (value > bound) bound = value;
  }
  return new OwnerAmounts(grams, bound);
}

function withRoom(grams: Float64Array<ArrayBuffer>, number: number): Float64Array<ArrayBuffer> {
  const roomy = new Float64Array(2 * number + 8);
  roomy.set(grams);
  return roomy;
}

function sumCells(history: MineralHistory, amounts: LotAmounts): OwnerAmounts[] {
  let length = 0;
  for (const { grams } of amounts.values()) length = Math.max(length, grams.length);
  const sums = history.hierarchy.cells.map(() => new Float64Array(length));
  const bounds = new Float64Array(sums.length);
  for (const [key, { grams, bound }] of amounts)
    for (const cell of history.cellsByLot.get(key) ?? []) {
      const sum = sums[cell];
      if (!sum) continue;
      addInto(sum, grams, 1);
      bounds[cell] = (bounds[cell] ?? 0) + bound;
    }
  return sums.map((sum, cell) => new OwnerAmounts(sum, bounds[cell] ?? 0));
}

function batchOf(history: MineralHistory, amounts: LotAmounts, fresh: readonly number[]): Batch {
  const isFresh = new Set(fresh);
  const sums = new Map(fresh.map((cell): [number, number[]] => [cell, []]));
  const lots: Batch['lots'][number][] = [];
  for (const [key, own] of amounts) {
    const cells = (history.cellsByLot.get(key) ?? []).filter((cell) => isFresh.has(cell));
    if (cells.length === 0) continue;
    for (const cell of cells) sums.get(cell)?.push(lots.length);
    lots.push(history.unknowns.of(key, own));
  }
  return { lots, sums: [...sums.values()], ownerOf: history.unknowns.ownerOf };
}

function isLastShown(history: MineralHistory, cell: number, amounts: OwnerAmounts): boolean {
  const last = history.shown[cell]?.at(-1);
  return last !== undefined && areSame(last, amounts);
}

interface Desk {
  history: MineralHistory;
  now: readonly OwnerAmounts[];
  /** By cell: what it shows is what it would show now. */
  current: readonly boolean[];
  rules: PoolRules;
  tests: Tests;
  isLast: boolean;
  /** What was left of each margin when it was last looked at. */
  left: Map<number, OwnerAmounts | null>;
  givenUp: Map<number, GivenUp>;
}

function note({ givenUp }: Desk, before: ReadonlySet<number>, kept: ReadonlySet<number>, why: GivenUp): void {
  for (const cell of before) if (!kept.has(cell)) givenUp.set(cell, why);
}

const lastShown = (desk: Desk, cell: number): OwnerAmounts | undefined => desk.history.shown[cell]?.at(-1);
const amountsNow = (desk: Desk, cell: number): OwnerAmounts => desk.now[cell] ?? NOTHING;

/** Cells that changed, may be shown alone, and may be shown to people who have kept every earlier value of it and of its relatives. */
function candidates(desk: Desk): Set<number> {
  const { history, rules, tests, current, isLast } = desk;
  const found = new Set<number>();
  desk.now.forEach((amounts, cell) => {
    if (current[cell] || (history.hierarchy.merged.has(cell) && !isLast)) return;
    if (!tests.mayShow(amounts, rules) || !mayStand(desk, found, cell)) return;
    const isSafeBeside = (relative: number): boolean =>
      (history.shown[relative] ?? []).every((shown) => tests.mayDiffer(minusAmounts(amounts, shown), rules));
    if ((history.relatives[cell] ?? []).every(isSafeBeside)) found.add(cell);
  });
  return found;
}

/** A part is shown only beside its whole: the place around it, and for firm lines all lines. */
function mayStand(desk: Desk, fresh: ReadonlySet<number>, cell: number): boolean {
  const isShown = (other: number): boolean => fresh.has(other) || lastShown(desk, other) !== undefined;
  const above = desk.history.hierarchy.above[cell] ?? null;
  return (above === null || isShown(above)) && (!isFirm(cell) || isShown(wholeOf(cell)));
}

/** Gives up a cell, and those that could only stand beside it. */
function without(desk: Desk, fresh: ReadonlySet<number>, cell: number): Set<number> {
  const kept = new Set<number>();
  for (const other of [...fresh].sort((a, b) => a - b))
    if (other !== cell && mayStand(desk, kept, other)) kept.add(other);
  return kept;
}

/** Gives up cells until nothing that can be left over of any whole and its parts gives an owner away. */
function keepSafeMargins(desk: Desk, candidates: ReadonlySet<number>): Set<number> {
  let fresh = new Set(candidates);
  let open = desk.history.margins.map((_, number) => number);
  while (open.length > 0) {
    const unsafe = open.find((number) => !isSafe(desk, fresh, number));
    if (unsafe === undefined) break;
    const before = fresh;
    fresh = without(desk, fresh, victimOf(desk, fresh, unsafe));
    note(desk, before, fresh, { rule: 'margin', margin: unsafe });
    const dropped = (cell: number): boolean => before.has(cell) && !fresh.has(cell);
    // Margins found safe before the unsafe one need another look only where they touch what was given up.
    const stillOpen = new Set(open.filter((number) => number >= unsafe));
    open = desk.history.margins.flatMap(({ cells }, number) =>
      stillOpen.has(number) || cells.some(dropped) ? [number] : [],
    );
  }
  return fresh;
}

/** The last declared cell whose loss alone helps; if none does, simply the last declared. */
function victimOf(desk: Desk, fresh: ReadonlySet<number>, margin: number): number {
  const own = (desk.history.margins[margin]?.cells ?? []).filter((cell) => fresh.has(cell)).sort((a, b) => b - a);
  return own.find((cell) => isSafe(desk, without(desk, fresh, cell), margin)) ?? own[0] ?? -1;
}

function isSafe(desk: Desk, fresh: ReadonlySet<number>, number: number): boolean {
  const { history, rules, tests } = desk;
  const margin = history.margins[number];
  if (!margin?.cells.some((cell) => fresh.has(cell))) return true;
  const left = remainder(margin, (cell) => (fresh.has(cell) ? amountsNow(desk, cell) : lastShown(desk, cell)));
  desk.left.set(number, left);
  if (!left) return true;
  const used = margin.termsWhere((cell) => fresh.has(cell) || lastShown(desk, cell) !== undefined) ?? [];
  const ofOneMoment = used.every(([, cell]) => fresh.has(cell) || desk.current[cell]);
  const leftAlone = ofOneMoment && margin.isPart ? tests.mayBeLeft(left, rules) : tests.mayDiffer(left, rules);
  return (
    leftAlone &&
    (history.leftOver[number] ?? []).every((earlier) => tests.mayDiffer(minusAmounts(left, earlier), rules))
  );
}

/** What is left of a margin's whole when its shown parts are taken away; null while there is nothing to take away. */
function remainder(margin: Margin, shownOf: (cell: number) => OwnerAmounts | undefined): OwnerAmounts | null {
  const terms = margin.termsWhere((cell) => shownOf(cell) !== undefined);
  return terms && addUp(terms.map(([sign, cell]) => [sign, shownOf(cell) ?? NOTHING]));
}
