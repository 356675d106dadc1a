/**
 * A second solver for tiny matches, written from the rules alone: every choice of tiers is tried, each with a whole-number flow of least
 * cost, costs compared as vectors of integers. No linear program, no floating point, no code shared with the match. Used by property tests.
 * Where suppliers are capped, each group must lie within one country; refiners must yield all of their feed at once (yield 1, lag 0), in
 * problems of one quarter without caps: then all of it is a flow of whole numbers.
 */
import type { Problem, Supply } from '#domain/match-model.ts';

/** Unmet kilograms by rank, in rank order, then micro-dollars including the concentration surcharge. */
export type Verdict = { unmetKg: number[]; costMicro: number };

type Cost = number[];
interface Arc {
  to: number;
  room: number;
  cost: Cost;
  back: number;
}

const RANK_COUNT = 7;
/** First entry: kilograms that a minimum still lacks (must reach 0); then unmet by rank; then money. */
const SIZE = RANK_COUNT + 2;
const MONEY = SIZE - 1;
const zero = (): Cost => new Array(SIZE).fill(0);
/** More than any test asks for. */
const ENOUGH = 1_000_000;
const unit = (at: number, value: number): Cost => zero().map((_, i) => (i === at ? value : 0));
const add = (a: Cost, b: Cost, times = 1): Cost => a.map((x, i) => x + times * (b[i] as number));
const less = (a: Cost, b: Cost): boolean => {
  for (let i = 0; i < SIZE; i += 1) if (a[i] !== b[i]) return (a[i] as number) < (b[i] as number);
  return false;
};

/** The price rules of an offer: quantities between two bounds, dollars fixed and per kilogram. */
function rulesOf(supply: Supply): { lo: number; hi: number; fixed: number; each: number }[] {
  const room = supply.capacityKg.reduce((a, b) => a + b, 0);
  let paidBefore = 0;
  return supply.tiers.flatMap((tier, i) => {
    const next = supply.tiers[i + 1];
    const fixed = supply.kind === 'incremental' ? paidBefore - tier.usdMicroPerKg * tier.fromKg : 0;
    if (next) paidBefore += tier.usdMicroPerKg * (next.fromKg - tier.fromKg);
    const last = next ? (supply.kind === 'allUnits' ? next.fromKg - 1 : next.fromKg) : room;
    const lo = Math.max(1, tier.fromKg, supply.minimumKg);
    const hi = Math.min(last, room);
    return lo <= hi ? [{ lo, hi, fixed, each: tier.usdMicroPerKg }] : [];
  });
}

export function oracle(problem: Problem): Verdict {
  const choices = problem.supplies.map((supply) => [null, ...rulesOf(supply)]);
  let best: Cost | null = null;
  const chosen: (ReturnType<typeof rulesOf>[number] | null)[] = [];
  const tryAll = (s: number): void => {
    if (s === problem.supplies.length) {
      const cost = cheapest(problem, chosen);
      if (cost && (!best || less(cost, best))) best = cost;
      return;
    }
    for (const rule of choices[s] ?? []) {
      chosen[s] = rule;
      tryAll(s + 1);
    }
  };
  tryAll(0);
  const found = best ?? zero();
  return { unmetKg: found.slice(1, 1 + RANK_COUNT), costMicro: found[MONEY] as number };
}

/** Nodes: source, sink, countries, offers, offer quarters, lines. Null where a minimum cannot be filled. */
function cheapest(problem: Problem, chosen: readonly (ReturnType<typeof rulesOf>[number] | null)[]): Cost | null {
  const graph: Arc[][] = [];
  const node = (): number => graph.push([]) - 1;
  const arc = (from: number, to: number, room: number, cost: Cost): void => {
    if (room <= 0) return;
    const there = graph[from] as Arc[];
    const back = graph[to] as Arc[];
    there.push({ to, room, cost, back: back.length });
    back.push({ to: from, room: 0, cost: cost.map((x) => -x), back: there.length - 1 });
  };
  const source = node();
  const sink = node();
  const wanted = problem.asks.reduce((kg, line) => kg + line.kg, 0);
  const counted = problem.asks.reduce((kg, line) => kg + (line.rank === null ? 0 : line.kg), 0);
  const lines = problem.asks.map((line) => {
    const at = node();
    arc(at, sink, line.kg, zero());
    arc(source, at, line.kg, line.rank === null ? zero() : unit(1 + line.rank, 1));
    return at;
  });
  const countries = new Map<string, number>();
  const groups = new Map<string, number>();
  /** Where feed arrives that a refiner works on, by its family. */
  const works: { at: number; feedFamily: string }[] = [];
  const feeds: { at: number; family: string; room: number }[] = [];
  const capped = (
    into: number,
    from: number,
    cap: { sharePct: number; excessMicroPerKg: number } | null | undefined,
  ): void => {
    arc(from, into, cap ? Math.min(Math.floor((counted * cap.sharePct) / 100), ENOUGH) : ENOUGH, zero());
    if (cap) arc(from, into, ENOUGH, unit(MONEY, cap.excessMicroPerKg));
  };
  let fixed = 0;
  let owed = 0;
  chosen.forEach((rule, s) => {
    const supply = problem.supplies[s];
    if (!rule || !supply) return;
    fixed += rule.fixed;
    owed += rule.lo;
    const name = supply.origin ?? supply.country;
    let country = countries.get(name);
    if (country === undefined) {
      country = node();
      countries.set(name, country);
      capped(country, source, problem.concentration);
    }
    const named = supply.group ?? supply.supplier;
    let group = groups.get(named);
    if (group === undefined) {
      group = node();
      groups.set(named, group);
      capped(group, country, problem.supplierCap);
    }
    const all = supply.capacityKg.reduce((a, b) => a + b, 0);
    const sure = Math.floor((all * (supply.surePct ?? 100)) / 100);
    const begin = node();
    const paid = node();
    arc(supply.refining ? begin : group, paid, sure, zero());
    arc(supply.refining ? begin : group, paid, all - sure, unit(MONEY, problem.riskMicroPerKg ?? 0));
    if (supply.refining) works.push({ at: begin, feedFamily: supply.refining.feedFamily });
    const offer = node();
    arc(paid, offer, rule.lo, add(unit(0, -1), unit(MONEY, rule.each)));
    arc(paid, offer, rule.hi - rule.lo, unit(MONEY, rule.each));
    supply.capacityKg.forEach((room, q) => {
      const quarter = node();
      arc(offer, quarter, room, zero());
      if (!supply.refining) feeds.push({ at: quarter, family: supply.family, room });
      // What first rights leave to others is a narrower way to the same lines.
      const others = node();
      const kept = supply.rights?.pct ?? 0;
      arc(quarter, others, Math.floor((room * (100 - kept)) / 100), zero());
      problem.asks.forEach((line, l) => {
        const now = problem.firstQuarter + q;
        const dearest = Math.max(rule.each * rule.lo + rule.fixed, 0) / rule.lo;
        const atEnd = (rule.each * rule.hi + rule.fixed) / rule.hi;
        const fits =
          line.family === supply.family &&
          (line.gradePct === null || (supply.gradePct ?? -1) >= line.gradePct) &&
          now >= line.from - (line.early ?? 0) &&
          now <= line.to &&
          { open: true, producing: supply.producing, qualified: supply.qualified }[line.qualification] &&
          !line.excluded.includes(supply.country) &&
          !line.excluded.includes(name) &&
          (line.requires ?? []).every((one) => supply.certificates?.includes(one)) &&
          !(line.excludedOwners ?? []).some((one) => supply.controlledFrom?.includes(one)) &&
          (line.recycledOk || !supply.recycled) &&
          (line.ceilingMicro === null || Math.max(dearest, atEnd) <= line.ceilingMicro);
        const from = supply.rights?.holder === line.buyer ? quarter : others;
        if (fits) arc(from, lines[l] as number, Math.min(room, line.kg), zero());
      });
    });
  });
  for (const work of works)
    for (const feed of feeds) if (feed.family === work.feedFamily) arc(feed.at, work.at, feed.room, zero());
  const cost = send(graph, source, sink, wanted);
  if (!cost || cost[0] !== -owed) return null;
  return add(add(cost, unit(0, owed)), unit(MONEY, fixed));
}

/** Successive cheapest paths (Bellman-Ford over cost vectors). */
function send(graph: Arc[][], source: number, sink: number, wanted: number): Cost | null {
  let total = zero();
  for (let sent = 0; sent < wanted; ) {
    const reached: (Cost | null)[] = graph.map(() => null);
    const by: { node: number; arc: Arc }[] = [];
    reached[source] = zero();
    for (let round = 0, changed = true; changed; round += 1) {
      if (round > graph.length) throw new Error('the oracle found a negative cycle');
      changed = false;
      graph.forEach((arcs, node) => {
        const here = reached[node];
        if (!here) return;
        for (const arc of arcs) {
          if (arc.room <= 0) continue;
          const there = add(here, arc.cost);
          const known = reached[arc.to];
          if (known && !less(there, known)) continue;
          reached[arc.to] = there;
          by[arc.to] = { node, arc };
          changed = true;
        }
      });
    }
    const price = reached[sink];
    if (!price) return null;
    let amount = wanted - sent;
    for (let at = sink; at !== source; ) {
      const step = by[at] as { node: number; arc: Arc };
      amount = Math.min(amount, step.arc.room);
      at = step.node;
    }
    for (let at = sink; at !== source; ) {
      const { node, arc } = by[at] as { node: number; arc: Arc };
      arc.room -= amount;
      (graph[at]?.[arc.back] as Arc).room += amount;
      at = node;
    }
    sent += amount;
    total = add(total, price, amount);
  }
  return total;
}
