/** Solves a grid of scenarios, only the minerals that each touches, quickly first; wide gaps are named, to be searched longer. For benches and tests; people’s grids run in scenario-worker. */
import type { Highs } from 'highs';
import type { Choice, Problem } from '#domain/match-model.ts';
import { type Program, programOf } from '#domain/match-program.ts';
import { AuditFault, conclude } from '#domain/match-result.ts';
import {
  choiceFaults,
  isWide,
  SCENARIOS_MAX,
  type Shock,
  type Standing,
  shocked,
  standingOf,
  standingOfChoice,
  stoppedBy,
} from '#domain/match-scenarios.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { type SolveHooks, solveProblem, solveProgram } from './levels.ts';
import { ScenarioModel } from './scenario-model.ts';

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
  const models = new Map<Problem, { model: ScenarioModel; before: Standing }>();
  const base = (problem: Problem) => {
    const known = models.get(problem);
    if (known) return known;
    const model = new ScenarioModel(highs, problem, hooks.isCancelled);
    const made = { model, before: polished(highs, problem, hooks) ?? audited(problem, model.choose(), model.program) };
    models.set(problem, made);
    return made;
  };
  const after = (problem: Problem, changed: Problem, shock: Shock): Standing => {
    const long = polished(highs, changed, hooks);
    if (long) return long;
    const isStopped = stoppedBy(problem, shock);
    const { model } = base(problem);
    if (isStopped) return audited(changed, model.choose(isStopped), model.program);
    const program = programOf(changed);
    return audited(changed, solveProgram(highs, program, { ...quick(hooks), isQuick: true }), program);
  };
  try {
    return accept(
      shocks.map((shock) => ({
        shock,
        minerals: problems.flatMap((problem): MineralScenario[] => {
          const changed = shocked(problem, shock);
          if (changed === problem) return [];
          const { before } = base(problem);
          const standing = after(problem, changed, shock);
          return [{ mineral: problem.mineral, before, after: standing, isWide: isWide(standing) }];
        }),
      })),
    );
  } finally {
    for (const { model } of models.values()) model.dispose();
  }
}

const quick = ({ isCancelled }: ScenarioHooks): SolveHooks => ({
  timeLimitSeconds: 0,
  isCancelled,
  onLevel: () => {},
  withoutTrials: true,
});

/** Searched longer, shared out and audited like a run; null where no time is given for that. */
function polished(highs: Highs, problem: Problem, hooks: ScenarioHooks): Standing | null {
  if (hooks.polishSeconds <= 0) return null;
  const choice = solveProblem(highs, problem, { ...quick(hooks), timeLimitSeconds: hooks.polishSeconds });
  return standingOf(conclude(problem, choice));
}

/** Throws AuditFault where the choice breaks a rule of the problem that was asked about. */
function audited(problem: Problem, choice: Choice, { segments, classes }: Program): Standing {
  const [fault] = choiceFaults(problem, choice, classes);
  if (fault) throw new AuditFault(`the scenario failed its audit: ${fault}`);
  return standingOfChoice(problem, choice, segments);
}
