/**
 * Whole kilograms from a solution in parts of kilograms. Yields of processors, and caps that cross, make the program more than a flow; what
 * is between two whole numbers is then rounded so that every rule still holds, and the result is audited like any other. Used by
 * server/match/levels.
 */
import { holdsRights } from './match-eligible.ts';
import { type BoundedArc, boundedFlow } from './match-flow.ts';
import { type Choice, feedKg, openCapacityKg, productKg } from './match-model.ts';
import type { Program } from './match-program.ts';

export type Whole = Pick<Choice, 'flows'> & { feeds: NonNullable<Choice['feeds']> };

interface Amount {
  supply: number;
  quarter: number;
  cls: number;
  kg: number;
}
/** Product of one processor from one feed, delivered in one quarter. */
interface Path {
  feed: number;
  into: number;
  quarter: number;
  arrives: number;
  perKg: number;
  /** By class. */
  product: Amount[];
}
/** A path in whole kilograms. */
type Settled = Path & { feedKg: number; whole: number[] };

/** Less than this part of a kilogram is none; so near to a whole one is that. */
const NONE = 1e-3;
const near = (kg: number): number => (Math.abs(kg - Math.round(kg)) < NONE ? Math.round(kg) + 0 : kg);

/** `segments` are the chosen ones. Null where no rounding keeps every minimum: some processor's order is too close to its smallest. */
export function wholeFlows(program: Program, columns: Float64Array, segments: readonly number[]): Whole | null {
  const kgOf = (col: number) => near((columns[col] ?? 0) * program.unitKg);
  const direct = program.flows.flatMap(({ col, supply, quarter, cls, feed, into }): Amount[] =>
    feed === undefined && !into && kgOf(col) > 0 ? [{ supply, quarter, cls, kg: kgOf(col) }] : [],
  );
  const paths = pathsIn(program, kgOf);
  for (const settle of [together, fullest, safest]) {
    const settled = settle(program, paths);
    const isKept = settled && keepsMinimums(program, settled, segments);
    const rounded = isKept ? around(program, direct, settled, segments) : null;
    if (!settled || !rounded) continue;
    return {
      flows: [...rounded, ...settled.flatMap(productsOf)].filter(({ kg }) => kg > 0),
      feeds: settled.flatMap(({ feed, quarter, into, arrives, feedKg: kg }) =>
        kg > 0 ? [{ supply: feed, quarter, into, arrives, kg }] : [],
      ),
    };
  }
  return null;
}

function pathsIn(program: Program, kgOf: (col: number) => number): Path[] {
  const groups = new Map<string, Path>();
  for (const { col, supply: feed, quarter, cls, into } of program.flows) {
    if (!into || kgOf(col) === 0) continue;
    const key = `${feed}/${into.supply}/${into.arrives}`;
    const { supply, arrives, perKg } = into;
    const path = groups.get(key) ?? { feed, into: supply, quarter, arrives, perKg, product: [] };
    path.product.push({ supply, quarter: arrives, cls, kg: kgOf(col) });
    groups.set(key, path);
  }
  return [...groups.values()];
}

const totalOf = (path: Path): number => near(path.product.reduce((sum, { kg }) => sum + kg, 0));

type Settle = (program: Program, paths: readonly Path[]) => Settled[] | null;

/** Parts of kilograms of several paths make whole ones together: no total of a processor, a line or a priority is rounded down. */
const together: Settle = (program, paths) => {
  const names = [
    ...new Set(
      paths.flatMap((path, p) => [`p${p}`, workOf(path), ...path.product.flatMap((one) => lineOf(program, one))]),
    ),
  ];
  const node = (name: string) => 2 + names.indexOf(name);
  const bounds = (kg: number) => ({ low: Math.floor(kg), high: Math.ceil(kg) });
  const sums = <T>(list: readonly T[], keyOf: (one: T) => string, kgOf: (one: T) => number) =>
    [...Map.groupBy(list, keyOf)].map(([key, own]) => [key, near(own.reduce((kg, one) => kg + kgOf(one), 0))] as const);
  const amounts = paths.flatMap((path, p) => path.product.map((one) => ({ one, p })));
  const kg = ({ one }: (typeof amounts)[number]) => one.kg;
  const line = (i: 0 | 1) => (entry: (typeof amounts)[number]) => lineOf(program, entry.one)[i];
  const arcs: BoundedArc[] = [
    ...amounts.map((entry) => ({ from: node(`p${entry.p}`), to: node(line(0)(entry)), ...bounds(entry.one.kg) })),
    ...paths.map((path, p) => ({ from: node(workOf(path)), to: node(`p${p}`), ...bounds(totalOf(path)) })),
    ...sums(paths, workOf, totalOf).map(([work, total]) => ({ from: 0, to: node(work), ...bounds(total) })),
    ...sums(amounts, line(0), kg).map(([name, total]) => {
      const rank = line(1)(amounts.find((entry) => line(0)(entry) === name) as (typeof amounts)[number]);
      return { from: node(name), to: node(rank), ...bounds(total) };
    }),
    ...sums(amounts, line(1), kg).map(([name, total]) => ({ from: node(name), to: 1, ...bounds(total) })),
  ];
  const flows = boundedFlow(names.length + 2, arcs);
  if (!flows) return null;
  return paths.map((path, p) => {
    const first = amounts.findIndex((entry) => entry.p === p);
    const whole = path.product.map((_, i) => flows[first + i] ?? 0);
    return { ...path, whole, feedKg: feedFor(program, path, whole) };
  });
};
const workOf = ({ into, arrives }: Path): string => `w${into}/${arrives}`;
const lineOf = (program: Program, { cls }: Amount): [string, string] => [`c${cls}`, `r${program.classes[cls]?.rank}`];

function feedFor(program: Program, path: Path, whole: readonly number[]): number {
  const refining = program.problem.supplies[path.into]?.refining;
  return refining
    ? feedKg(
        refining,
        whole.reduce((sum, kg) => sum + kg, 0),
      )
    : 0;
}

/** Of each path as much product as there is in whole kilograms, with the feed that it takes. */
const fullest: Settle = (program, paths) => paths.map((path) => fullestOf(program, path));
/** Of each path no more feed than there was, and no more product than that gives. */
const safest: Settle = (program, paths) => paths.map((path) => safestOf(program, path));

function fullestOf(program: Program, path: Path): Settled {
  const most = Math.floor(totalOf(path));
  const whole = path.product.map(({ kg }) => Math.floor(kg));
  const byRest = path.product.map((_, i) => i).sort((a, b) => rest(path, b) - rest(path, a) || a - b);
  let left = most - whole.reduce((sum, kg) => sum + kg, 0);
  for (const i of byRest)
    if (left > 0 && rest(path, i) > 0) {
      whole[i] = (whole[i] ?? 0) + 1;
      left -= 1;
    }
  return { ...path, whole, feedKg: feedFor(program, path, whole) };
}
const rest = (path: Path, i: number): number => (path.product[i]?.kg ?? 0) % 1;

/** The last priorities give way. */
function safestOf(program: Program, path: Path): Settled {
  const refining = program.problem.supplies[path.into]?.refining;
  const feed = Math.floor(near(totalOf(path) * path.perKg));
  const whole = path.product.map(({ kg }) => Math.floor(kg));
  let over = whole.reduce((sum, kg) => sum + kg, 0) - (refining ? productKg(refining, feed) : 0);
  const rankAt = (i: number) => program.classes[path.product[i]?.cls ?? -1]?.rank ?? 99;
  for (const i of path.product.map((_, i) => i).sort((a, b) => rankAt(b) - rankAt(a))) {
    const less = Math.max(0, Math.min(over, whole[i] ?? 0));
    whole[i] = (whole[i] ?? 0) - less;
    over -= less;
  }
  // Feed of which no whole kilogram comes is not bought: nobody would receive it.
  const made = whole.reduce((sum, kg) => sum + kg, 0);
  return { ...path, whole, feedKg: made === 0 ? 0 : feed };
}

const productsOf = ({ product, whole, feed }: Settled) =>
  product.map(({ supply, quarter, cls }, i) => ({ supply, quarter, cls, kg: whole[i] ?? 0, feed }));

function keepsMinimums(program: Program, settled: readonly Settled[], segments: readonly number[]): boolean {
  const made = new Map<number, number>();
  for (const path of settled)
    made.set(path.into, (made.get(path.into) ?? 0) + path.whole.reduce((sum, kg) => sum + kg, 0));
  return [...made].every(([s, kg]) => kg >= (program.segments[s]?.[segments[s] ?? -1]?.lo ?? 0));
}

/** The other flows, each rounded up or down, so that what the paths take is left to them and no total leaves its bounds. */
function around(
  program: Program,
  direct: readonly Amount[],
  settled: readonly Settled[],
  segments: readonly number[],
): Amount[] | null {
  const { supplies } = program.problem;
  const nodes = new Map<string, number>();
  const node = (name: string): number => {
    const known = nodes.get(name) ?? nodes.size + 2;
    nodes.set(name, known);
    return known;
  };
  const sum = <T>(list: readonly T[], kgOf: (one: T) => number): number =>
    near(list.reduce((kg, one) => kg + kgOf(one), 0));
  const fed = (s: number, quarter?: number) =>
    sum(settled, (path) => (path.feed === s && (quarter ?? path.quarter) === path.quarter ? path.feedKg : 0));
  const given = (cls: number) =>
    sum(settled, (path) => path.product.reduce((kg, one, i) => kg + (one.cls === cls ? (path.whole[i] ?? 0) : 0), 0));
  const bounded = (kg: number, least: number, most: number): Pick<BoundedArc, 'low' | 'high'> => ({
    low: Math.max(Math.floor(kg), least),
    high: Math.min(Math.ceil(kg), most),
  });
  const groups = <K>(keyOf: (one: Amount) => K) => [...Map.groupBy(direct, keyOf)];
  const holds = (one: Amount) => {
    const need = program.classes[one.cls]?.need;
    const supply = supplies[one.supply];
    return need !== undefined && supply !== undefined && holdsRights(need, supply);
  };
  const arcs: BoundedArc[] = [];
  const taking = new Set([...direct.map(({ supply }) => supply), ...settled.map(({ feed }) => feed)]);
  for (const s of taking) {
    const own = direct.filter(({ supply }) => supply === s);
    const run = program.segments[s]?.[segments[s] ?? -1];
    const bounds = bounded(
      sum(own, ({ kg }) => kg),
      (run?.lo ?? 0) - fed(s),
      (run?.hi ?? Infinity) - fed(s),
    );
    arcs.push({ from: 0, to: node(`s${s}`), ...bounds });
  }
  for (const [key, own] of groups(({ supply, quarter }) => `${supply}/${quarter}`)) {
    const { supply: s, quarter } = own[0] as Amount;
    const supply = supplies[s];
    const room = (supply?.capacityKg[quarter] ?? 0) - fed(s, quarter);
    arcs.push({
      from: node(`s${s}`),
      to: node(`q${key}`),
      ...bounded(
        sum(own, ({ kg }) => kg),
        0,
        room,
      ),
    });
    const others = own.filter((one) => !holds(one));
    const open = supply ? openCapacityKg(supply, quarter) - fed(s, quarter) : 0;
    arcs.push({
      from: node(`q${key}`),
      to: node(`o${key}`),
      ...bounded(
        sum(others, ({ kg }) => kg),
        0,
        open,
      ),
    });
  }
  for (const one of direct) {
    const key = `${one.supply}/${one.quarter}`;
    const from = node(holds(one) ? `q${key}` : `o${key}`);
    arcs.push({ from, to: node(`c${one.cls}`), ...bounded(one.kg, 0, Infinity) });
  }
  for (const [c, own] of groups(({ cls }) => cls)) {
    const cls = program.classes[c];
    const most = (cls?.kg ?? 0) - given(c);
    arcs.push({
      from: node(`c${c}`),
      to: node(`r${cls?.rank}`),
      ...bounded(
        sum(own, ({ kg }) => kg),
        0,
        most,
      ),
    });
  }
  for (const [rank, own] of groups(({ cls }) => program.classes[cls]?.rank ?? null))
    arcs.push({
      from: node(`r${rank}`),
      to: 1,
      ...bounded(
        sum(own, ({ kg }) => kg),
        0,
        Infinity,
      ),
    });
  const first = arcs.length - direct.length - new Set(direct.map(({ cls }) => cls)).size;
  const ranks = new Set(direct.map(({ cls }) => program.classes[cls]?.rank ?? null)).size;
  const flows = boundedFlow(nodes.size + 2, arcs);
  return flows && direct.map((one, i) => ({ ...one, kg: flows[first - ranks + i] ?? 0 }));
}
