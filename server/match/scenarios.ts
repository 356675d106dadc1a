/** Solves a grid of scenarios, only the minerals that each touches, quickly first; wide gaps are named, to be searched longer. Nothing over HTTP asks for it yet. */
import type { Highs } from 'highs';
import type { Problem } from '#domain/match-model.ts';
import { conclude } from '#domain/match-result.ts';
import { isWide, SCENARIOS_MAX, type Shock, type Standing, shocked, standingOf } from '#domain/match-scenarios.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { solveProblem } from './levels.ts';

export interface MineralScenario {
  mineral: string;
  before: Standing;
  after: Standing;
  /** Its proof is wide: two scenarios must not be compared by it before it is searched longer. */
  isWide: boolean;
}

export interface ScenarioAnswer {
  shock: Shock;
  /** Of the touched minerals; the others stay as they are. */
  minerals: MineralScenario[];
}

export interface ScenarioHooks {
  /** For each mineral of each scenario; 0 gives the best of the relaxation and its dives, which needs no clock. */
  polishSeconds: number;
  isCancelled: () => boolean;
}

/** Base standings by mineral come first, each problem once. */
export function scenarioGrid(
  highs: Highs,
  problems: readonly Problem[],
  shocks: readonly Shock[],
  hooks: ScenarioHooks,
): Outcome<ScenarioAnswer[]> {
  if (shocks.length > SCENARIOS_MAX)
    return refuse(
      'too-many-scenarios',
      'grid',
      `it has ${shocks.length} scenarios`,
      `ask for at most ${SCENARIOS_MAX} at once`,
    );
  const standing = (problem: Problem): Standing =>
    standingOf(
      conclude(
        problem,
        solveProblem(highs, problem, {
          timeLimitSeconds: hooks.polishSeconds,
          isCancelled: hooks.isCancelled,
          onLevel: () => {},
          withoutTrials: true,
        }),
      ),
    );
  const base = new Map<Problem, Standing>();
  const before = (problem: Problem): Standing => {
    const known = base.get(problem) ?? standing(problem);
    base.set(problem, known);
    return known;
  };
  return accept(
    shocks.map((shock) => ({
      shock,
      minerals: problems.flatMap((problem): MineralScenario[] => {
        const changed = shocked(problem, shock);
        if (changed === problem) return [];
        const after = standing(changed);
        return [{ mineral: problem.mineral, before: before(problem), after, isWide: isWide(after) }];
      }),
    })),
  );
}
