/**
 * What is shown of a pool in one slot: the cells that get a new value, chosen so that nobody learns another company's number from
 * everything shown so far. A cell that is not chosen keeps its old value, or stays empty. Nothing else decides what is shown.
 */
import { type AuditLog, append, audit, EMPTY_LOG, type Equation, openWork } from './audit.ts';
import {
  areEqual,
  type Contributions,
  combine,
  differenceOf,
  mayDiffer,
  mayShow,
  ownersMin,
  type PoolRules,
} from './disclosure.ts';
import type { LotKey } from './pooling.ts';
import { type FoldedLots, type Hierarchy, isFirm, lotsOfCells, wholeOf } from './release-cells.ts';
import { type Margin, marginsOf, relativesOf } from './release-margins.ts';

/** Everything shown of one mineral so far, in this round of the pool and in those before it. Grows by `remember` alone. */
export interface MineralHistory {
  hierarchy: Hierarchy;
  margins: readonly Margin[];
  /** By cell: the contributions behind every value it has had, oldest first. */
  shown: Contributions[][];
  /** By margin: what was left of it, whenever that changed. */
  leftOver: Contributions[][];
  /** Null once more was shown than can be audited: nothing more is. */
  log: AuditLog | null;
}

export const openHistory = (hierarchy: Hierarchy): MineralHistory => {
  const margins = marginsOf(hierarchy);
  return { hierarchy, margins, shown: hierarchy.cells.map(() => []), leftOver: margins.map(() => []), log: EMPTY_LOG };
};

/** The single tests, each a function of its own so that attack tests can show what it prevents. The program always uses TESTS. */
export interface Tests {
  mayShow: typeof mayShow;
  mayDiffer: typeof mayDiffer;
  /** May this be left over when a coalition takes shown numbers of one moment from one another? */
  mayBeLeft: typeof mayShow;
  audit: typeof audit;
}

export const TESTS: Tests = {
  mayShow,
  mayDiffer,
  mayBeLeft: (left, rules) => left.size === 0 || mayShow(left, rules),
  audit,
};

/** A slot's decision: contributions of each cell now, and the indexes of the cells that show them from now on. */
export interface Plan {
  now: readonly Contributions[];
  fresh: readonly number[];
}

export function planRelease(history: MineralHistory, lots: FoldedLots, rules: PoolRules, tests: Tests = TESTS): Plan {
  const keys = lotsOfCells(history.hierarchy, lots);
  const now = keys.map((own) => sumOf(own, lots));
  const current = now.map((contributions, cell) => isLast(history, cell, contributions));
  const desk: Desk = { history, now, current, rules, tests };
  const work = openWork();
  let fresh = history.log ? candidates(desk) : new Set<number>();
  for (;;) {
    fresh = keepSafeMargins(desk, fresh);
    const ordered = [...fresh].sort((a, b) => a - b);
    if (ordered.length === 0 || !history.log) return { now, fresh: ordered };
    const equations = ordered.map((cell) => equationOf(keys[cell] ?? [], lots));
    const finding = tests.audit(history.log, equations, ownersMin(rules), work);
    if (finding === 'safe') return { now, fresh: ordered };
    // The last declared is the finest: give it up and look again. Where the audit cannot tell, nothing is shown.
    fresh = finding === 'tooLarge' ? new Set() : without(desk, fresh, ordered.at(-1) ?? 0);
  }
}

/** Cells that hold what they showed last, be it in an earlier round of the pool: to show it again tells nothing. */
export function standingCells(history: MineralHistory, now: readonly Contributions[], rules: PoolRules): number[] {
  if (!history.log) return [];
  return now.flatMap((contributions, cell) =>
    isLast(history, cell, contributions) && mayShow(contributions, rules) ? [cell] : [],
  );
}

/** Adds a release to the history. `lots` and the fresh cells are what was stored with it. */
export function remember(history: MineralHistory, lots: FoldedLots, fresh: readonly number[]): void {
  const keys = lotsOfCells(history.hierarchy, lots);
  for (const cell of fresh) history.shown[cell]?.push(sumOf(keys[cell] ?? [], lots));
  const equations = fresh.map((cell) => equationOf(keys[cell] ?? [], lots));
  history.log = history.log && append(history.log, equations);
  history.margins.forEach((margin, number) => {
    const left = remainder(margin, (cell) => history.shown[cell]?.at(-1));
    const last = history.leftOver[number]?.at(-1);
    if (left && !(last && areEqual(left, last))) history.leftOver[number]?.push(left);
  });
}

const sumOf = (keys: readonly LotKey[], lots: FoldedLots): Contributions =>
  combine(keys.map((key) => [1n, lots.get(key) ?? new Map()]));

function isLast(history: MineralHistory, cell: number, contributions: Contributions): boolean {
  const last = history.shown[cell]?.at(-1);
  return last !== undefined && areEqual(last, contributions);
}

interface Desk {
  history: MineralHistory;
  now: readonly Contributions[];
  /** By cell: what it shows is what it would show now. */
  current: readonly boolean[];
  rules: PoolRules;
  tests: Tests;
}

const lastShown = (desk: Desk, cell: number): Contributions | undefined => desk.history.shown[cell]?.at(-1);
const contributionsNow = (desk: Desk, cell: number): Contributions => desk.now[cell] ?? new Map();

/** Cells that changed, may be shown alone, and may be shown to people who have kept every earlier value of it and of its relatives. */
function candidates(desk: Desk): Set<number> {
  const found = new Set<number>();
  desk.now.forEach((contributions, cell) => {
    if (desk.current[cell] || !desk.tests.mayShow(contributions, desk.rules) || !mayStand(desk, found, cell)) return;
    const earlier = relativesOf(desk.history.hierarchy, cell).flatMap((relative) => desk.history.shown[relative] ?? []);
    if (earlier.every((shown) => desk.tests.mayDiffer(differenceOf(contributions, shown), desk.rules))) found.add(cell);
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
    const dropped = (cell: number): boolean => before.has(cell) && !fresh.has(cell);
    // Margins found safe before the unsafe one need another look only where they touch what was given up.
    open = desk.history.margins.flatMap(({ cells }, number) =>
      cells.some(dropped) || (open.includes(number) && number >= unsafe) ? [number] : [],
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
  const left = remainder(margin, (cell) => (fresh.has(cell) ? contributionsNow(desk, cell) : lastShown(desk, cell)));
  if (!left) return true;
  const used = margin.termsWhere((cell) => fresh.has(cell) || lastShown(desk, cell) !== undefined) ?? [];
  const ofOneMoment = used.every(([, cell]) => fresh.has(cell) || desk.current[cell]);
  const leftAlone = ofOneMoment && margin.isPart ? tests.mayBeLeft(left, rules) : tests.mayDiffer(left, rules);
  return (
    leftAlone &&
    (history.leftOver[number] ?? []).every((earlier) => tests.mayDiffer(differenceOf(left, earlier), rules))
  );
}

/** What is left of a margin's whole when its shown parts are taken away; null while there is nothing to take away. */
function remainder(margin: Margin, shownOf: (cell: number) => Contributions | undefined): Contributions | null {
  const terms = margin.termsWhere((cell) => shownOf(cell) !== undefined);
  return terms && combine(terms.map(([sign, cell]) => [sign, shownOf(cell) ?? new Map()]));
}

/** Unknowns are named by place and amount: an amount that did not change, or came back, is the same unknown. */
function equationOf(keys: readonly LotKey[], lots: FoldedLots): Equation {
  const equation = new Map<string, string[]>();
  for (const key of keys)
    for (const [owner, amount] of lots.get(key) ?? [])
      equation.set(owner, [...(equation.get(owner) ?? []), `${key}=${amount}`]);
  return equation;
}
