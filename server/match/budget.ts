/**
 * Fits the reserve's purchases into its budget: halving the number of tiers that are bought, and the rest of the money to the targets that
 * come next. Every level that is kept was matched and costed. Used by desk before a run, only where a budget is stated.
 */
import { cutTo, reserveMicro, STEPS, stepOf } from '#domain/match-budget.ts';
import type { Problem } from '#domain/match-model.ts';
import type { MineralResult } from '#domain/match-result.ts';

/** Matches a problem; null where the run was cancelled in between. Throws where it cannot be solved. */
export type Match = (problem: Problem) => Promise<MineralResult | null>;

/** Each halves what is unknown of the number of tiers: 5 tiers in 4,096 parts. */
const HALVINGS = 12;
/** Targets that the rest of the money is offered to. */
const RANKED_MAX = 24;

/** `onShare` hears how much of the work is done, 0 to 1: a budget that does not fit at once takes a dozen matches of each mineral. */
export async function withinBudget(
  problems: readonly Problem[],
  budget: bigint,
  matchOne: Match,
  onShare: (share: number) => void = () => {},
): Promise<readonly Problem[] | null> {
  const touched = problems.flatMap((problem, i) => (problem.asks.some((ask) => stepOf(ask) !== null) ? [i] : []));
  const most = touched.length * (1 + HALVINGS) + RANKED_MAX;
  let matched = 0;
  const match: Match = async (problem) => {
    const result = await matchOne(problem);
    matched += 1;
    onShare(Math.min(1, matched / most));
    return result;
  };
  const costOf = async (cut: readonly Problem[]): Promise<bigint | null> => {
    let total = 0n;
    for (const i of touched) {
      const result = await match(cut[i] as Problem);
      if (!result) return null;
      total += reserveMicro(result);
    }
    return total;
  };
  const full = await costOf(problems);
  if (full === null || full <= budget) return full === null ? null : problems;

  let [fits, spent, above] = [0, 0n, STEPS];
  for (let i = 0; i < HALVINGS; i += 1) {
    const level = (fits + above) / 2;
    const cost = await costOf(problems.map((problem) => cutTo(problem, level)));
    if (cost === null) return null;
    if (cost <= budget) [fits, spent] = [level, cost];
    else above = level;
  }
  return addRest(problems, fits, budget - spent, match);
}

/** By tier, then mineral and row: the first target that can still buy with what is left does. */
async function addRest(
  problems: readonly Problem[],
  level: number,
  rest: bigint,
  match: Match,
): Promise<readonly Problem[] | null> {
  const cut = problems.map((problem) => cutTo(problem, level));
  const ranked = cut
    .flatMap((problem, i) =>
      problem.asks.flatMap((ask) => {
        const step = stepOf(ask);
        return step !== null && (ask.cutKg ?? 0) > 0 && step < STEPS - 1 ? [{ i, ask, step }] : [];
      }),
    )
    .sort((a, b) => a.step - b.step || a.i - b.i)
    .slice(0, RANKED_MAX);
  const more = problems.map(() => new Map<string, number>());
  let left = rest;
  for (const { i, ask } of ranked) {
    const cheapest = Math.min(
      ...(problems[i] as Problem).supplies.flatMap(({ tiers }) => tiers.map((tier) => tier.usdMicroPerKg)),
    );
    if (!Number.isFinite(cheapest) || left < BigInt(cheapest)) continue;
    const before = await match(cut[i] as Problem);
    if (!before) return null;
    const kg = Math.min(ask.cutKg ?? 0, Number(left / BigInt(cheapest)));
    // What it really costs per kilogram shows only in a match: ask for less until it fits.
    for (let wanted = kg; wanted > 0; wanted = Math.floor(wanted / 2)) {
      const tried = new Map(more[i]).set(ask.row, wanted);
      const problem = cutTo(problems[i] as Problem, level, tried);
      const result = await match(problem);
      if (!result) return null;
      const extra = reserveMicro(result) - reserveMicro(before);
      if (extra > left) continue;
      more[i] = tried;
      cut[i] = problem;
      left -= extra;
      break;
    }
  }
  return cut;
}
