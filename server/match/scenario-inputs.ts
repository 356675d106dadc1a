/** The problems that a solved run was made from, made again, and what can be tried on them. Used by scenario-desk. */
import type { Catalogue } from '#domain/catalogue.ts';
import { bansOf } from '#domain/match-bans.ts';
import { originOf, type Problem } from '#domain/match-model.ts';
import { shocked } from '#domain/match-scenarios.ts';
import type { Intervention } from '#domain/mineral-facts.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { bansTrying, type Chosen, type ShockNames, shockOf, type Tryable, tryable } from '#domain/scenario-shocks.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { withinBudget } from './budget.ts';
import { gather, type SheetRows } from './gather.ts';
import type { SolvedRun } from './runs-store.ts';
import type { Task } from './scenario-messages.ts';
import type { ScenarioPool } from './scenario-pool.ts';

export interface InputParts {
  database: Database;
  sheets: SheetRows;
  catalogue: Catalogue;
  clock: Clock;
  interventionsOf: (mineral: string) => readonly Intervention[];
}

export interface Base {
  problems: readonly Problem[];
  tryables: Tryable[];
  names: ShockNames;
  /** What each shock does to a mineral, by its place; a mineral that it does not touch is not there. */
  tasks(shocks: readonly Chosen[]): Promise<Map<Problem, Task[]>>;
}

/** Refused where the inputs are not those of the run any more: another match is then the one to try things on. */
export async function baseOf(
  parts: InputParts,
  pool: ScenarioPool,
  seconds: number,
  run: SolvedRun,
): Promise<Outcome<Base>> {
  const sheets = remembered(parts.sheets);
  const gatherWith = (bansOn: (mineral: string) => ReturnType<typeof bansOf>) =>
    gather({ ...parts, sheets, bansOn, now: () => parts.clock.now() }, run.roundId);
  const standing = (mineral: string) => bansOf(parts.interventionsOf(mineral), mineral);
  const gathered = await gatherWith(standing);
  if (!gathered.ok) return gathered;
  if (gathered.value.inputHash !== run.inputHash)
    return refuse(
      'inputs-changed',
      `run ${run.number}`,
      'what it was made from has changed since',
      'run the match again and try it on that',
    );
  const budget = gathered.value.inputs.reserveBudgetMicro;
  const problems =
    budget === undefined
      ? gathered.value.problems
      : await withinBudget(gathered.value.problems, BigInt(budget), async (problem) => {
          const end = await pool.run({ kind: 'solve', problem, timeLimitSeconds: seconds }).done;
          return end.state === 'done' ? end.result : null;
        });
  if (!problems)
    return refuse('budget', `run ${run.number}`, 'the reserve’s budget could not be fitted again', 'try again later');
  const tryables = problems.flatMap((problem) =>
    tryable(parts.interventionsOf(problem.mineral), problem.mineral).filter((one) => isTouched(problem, one)),
  );
  const { countries, minerals } = parts.catalogue;

  /** Null where the problem stays as it is. */
  async function changeOf(chosen: Chosen, problem: Problem): Promise<Task['by'] | null> {
    const shock = shockOf(chosen);
    if (shock) return shocked(problem, shock) === problem ? null : shock;
    if (chosen.kind !== 'intervention' || chosen.mineral !== problem.mineral) return null;
    return tried(chosen, problem);
  }

  async function tried(chosen: Extract<Chosen, { kind: 'intervention' }>, problem: Problem): Promise<Problem | null> {
    const other = await gatherWith((mineral) =>
      mineral === chosen.mineral ? bansTrying(parts.interventionsOf(mineral), mineral, chosen.id) : standing(mineral),
    );
    const supplies = other.ok && other.value.problems.find(({ mineral }) => mineral === problem.mineral)?.supplies;
    if (!supplies || JSON.stringify(supplies) === JSON.stringify(problem.supplies)) return null;
    return { ...problem, supplies };
  }

  return accept({
    problems,
    tryables,
    names: {
      country: (id) => countries.get(id)?.name ?? id,
      mineral: (id) => minerals.get(id)?.name ?? id,
      interventions: tryables,
    },
    async tasks(shocks) {
      const tasks = new Map<Problem, Task[]>();
      for (const [place, chosen] of shocks.entries())
        for (const problem of problems) {
          const by = await changeOf(chosen, problem);
          if (!by) continue;
          tasks.set(problem, [...(tasks.get(problem) ?? []), { shock: place, by }]);
        }
      return tasks;
    },
  });
}

/** Making the problems anew takes longer than all the rest: only for what can change one. */
const isTouched = ({ supplies }: Problem, { effect, country }: Tryable): boolean =>
  supplies.some((supply) =>
    effect === 'ends' ? supply.banned?.country === country : supply.country === country || originOf(supply) === country,
  );

/** A sheet is read once, however often problems are made from it. */
function remembered(sheets: SheetRows): SheetRows {
  const known = new Map<string, ReturnType<SheetRows['rowsOf']>>();
  return {
    rowsOf(sheetId) {
      const rows = known.get(sheetId) ?? sheets.rowsOf(sheetId);
      known.set(sheetId, rows);
      return rows;
    },
  };
}
