/**
 * Scenarios as the rest of the server sees them: starting a grid of shocks on a solved run, what it told, and questions to the match.
 * 1. At most one grid of a round is under way, on any node; what a dead server leaves is failed, or keeps the answers that it has. A new grid
 *    ends the longer search of the one before.
 * 2. What may be told is decided once, in the order of the runs, and stored; every later answer is held against it.
 * 3. Nothing exact leaves but through domain/match-report-scenarios.
 */
import { randomUUID } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { type Actor, may } from '#domain/actors.ts';
import { groupOf, originOf } from '#domain/match-model.ts';
import { officialReport } from '#domain/match-report.ts';
import { type Marginal, toldAfter, toldBefore, whyOffer } from '#domain/match-report-scenarios.ts';
import type { ExactAfter } from '#domain/match-shares.ts';
import { Telling } from '#domain/match-telling.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { type Chosen, countriesOf, gridOf, suppliersOf, titleOf } from '#domain/scenario-shocks.ts';
import type { ScenarioOptions, ScenarioReportView, ScenarioRunView, WhyView } from '#protocol/scenarios-api.ts';
import { type Push, teller } from '../push.ts';
import type { Telemetry } from '../telemetry.ts';
import { orderIdOf } from './orders-store.ts';
import { protectionOf } from './protection.ts';
import { createRunLocks } from './run-locks.ts';
import { type SolvedRun, solvedRun } from './runs-store.ts';
import { type Base, baseOf, type InputParts } from './scenario-inputs.ts';
import { createScenarioPool } from './scenario-pool.ts';
import { type Grid, type Live, runGrid } from './scenario-run.ts';
import {
  answerOf,
  endPolish,
  endScenario,
  findScenario,
  leftOver,
  listScenarios,
  openScenario,
  renameScenario,
  type ScenarioRow,
  STOPPED,
} from './scenario-store.ts';
import type { WorkerStart } from './solver-messages.ts';

export interface ScenarioDesk {
  options(runId: string): Promise<Outcome<ScenarioOptions>>;
  /** Null shocks are the ready-made grid. */
  start(runId: string, name: string, shocks: readonly Chosen[] | null, actor: Actor): Promise<Outcome<ScenarioRunView>>;
  list(runId: string): Promise<ScenarioRunView[]>;
  /** Null where there is none, or none with an answer. */
  report(id: string): Promise<ScenarioReportView | null>;
  cancel(id: string, actor: Actor): Promise<Outcome<ScenarioRunView>>;
  rename(id: string, name: string, actor: Actor): Promise<Outcome<ScenarioRunView>>;
  /** `of` is the row of an offer, or the id of its order. */
  why(runId: string, of: string): Promise<Outcome<WhyView>>;
  stop(): Promise<void>;
}

export interface ScenarioDeskParts extends InputParts {
  push: Push;
  telemetry: Telemetry;
  workers: number;
  /** For each mineral of the match. */
  timeLimitSeconds: number;
  startWorker?: (start: WorkerStart) => Worker;
}

/** Marginal values of as many minerals and runs are remembered: each costs the solver a program. */
const BASES_MAX = 4;

export function createScenarioDesk(parts: ScenarioDeskParts): ScenarioDesk {
  const { database, clock, telemetry, catalogue } = parts;
  const pool = createScenarioPool(parts);
  const locks = createRunLocks(database);
  const live = new Map<string, { grid: Live; done: Promise<void> }>();
  const bases = new Map<string, Promise<Outcome<Base>>>();
  const tell = teller(parts.push, 'scenario', (scenario: ScenarioRunView, poolId) => {
    return (viewer) => (may(viewer, 'match.readAggregated') ? { poolId, scenario } : null);
  });
  parts.push.notices?.on('scenario.cancelled', z.string(), stopGrid);
  const recovered = reclaim().catch((error) => telemetry.fault('scenarios.recover', error));

  function stopGrid(id: string): void {
    const known = live.get(id)?.grid;
    if (!known) return;
    known.isCancelled = true;
    for (const stop of known.cancels) stop();
  }

  /** Its threads stop, whichever node they belong to. */
  function letGo(id: string): void {
    stopGrid(id);
    if (!live.has(id)) parts.push.notices?.tell('scenario.cancelled', id);
  }

  /** What nobody works on any more is failed; first answers stay. */
  async function reclaim(): Promise<void> {
    for (const { id, state, polishing } of await leftOver(database)) {
      if (live.has(id) || !(await locks.take(id))) continue;
      if (polishing) await endPolish(database, id);
      if (state !== 'solved') await endScenario(database, id, { state: 'failed', reason: STOPPED }, clock.now());
      await locks.release(id);
    }
  }

  const viewOf = (row: ScenarioRow): ScenarioRunView => ({
    id: row.id,
    runId: row.runId,
    number: row.number,
    name: row.name,
    state: row.state,
    progress: row.state === 'solved' ? 1 : (live.get(row.id)?.grid.progress ?? 0),
    polishing: row.polishing,
    scenarios: row.shocks.shocks.length,
    reason: row.reason,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  });

  async function told(id: string): Promise<ScenarioRunView | null> {
    const row = await findScenario(database, id);
    if (!row) return null;
    const view = viewOf(row);
    tell(row.poolId, view);
    return view;
  }

  /** Made once for a run, as long as its inputs are the same. */
  async function base(run: SolvedRun): Promise<Outcome<Base>> {
    const known = bases.get(run.id);
    if (known) return known;
    const made = baseOf(parts, pool, parts.timeLimitSeconds, run);
    bases.set(run.id, made);
    if (bases.size > BASES_MAX) bases.delete([...bases.keys()][0] ?? '');
    const outcome = await made.catch((error) => {
      bases.delete(run.id);
      throw error;
    });
    if (!outcome.ok) bases.delete(run.id);
    return outcome;
  }

  const noRun = () =>
    refuse('no-run', 'match', 'there is no such run, or none that is solved', 'look at the runs again');
  const noRight = () =>
    refuse('no-right', 'scenarios', 'only officials and the pool’s administrator try things', 'ask one of them');

  async function start(runId: string, name: string, wanted: readonly Chosen[] | null, actor: Actor) {
    await recovered;
    if (!may(actor, 'match.readAggregated')) return noRight();
    const run = await solvedRun(database, runId);
    if (!run) return noRun();
    const made = await base(run);
    if (!made.ok) return made;
    const { problems, tryables, names } = made.value;
    const grid = wanted ? { shocks: [...wanted], leftOut: 0 } : gridOf(problems, tryables);
    if (grid.shocks.length === 0)
      return refuse('no-shock', 'scenarios', 'nothing is to be tried', 'add a shock, or take the ready-made grid');
    const unknown = grid.shocks.find((chosen) => !isKnown(made.value, chosen));
    if (unknown)
      return refuse(
        'unknown-shock',
        titleOf(unknown, names),
        'no offer of this run is touched by it',
        'choose from the list',
      );
    const id = randomUUID();
    await locks.take(id);
    const shocks = grid.shocks.map((chosen) => ({ chosen, title: titleOf(chosen, names) }));
    const opened = await openScenario(database, {
      id,
      runId,
      roundId: run.roundId,
      name,
      shocks: { shocks, leftOut: grid.leftOut },
      actor,
      at: clock.now(),
    });
    if (!opened.ok) {
      await locks.release(id);
      return opened;
    }
    const { row, endedPolishes } = opened.value;
    for (const ended of endedPolishes) {
      letGo(ended);
      await told(ended);
    }
    begin(row, run, made.value, grid.shocks);
    return accept(viewOf(row));
  }

  function begin(row: ScenarioRow, run: SolvedRun, base: Base, shocks: readonly Chosen[]): void {
    const under: { grid: Live; done: Promise<void> } = {
      grid: { progress: 0, isCancelled: false, cancels: [] },
      done: Promise.resolve(),
    };
    live.set(row.id, under);
    const change = () => void told(row.id).catch((error) => telemetry.fault('scenarios.tell', error));
    const grid: Grid = {
      row,
      run,
      base,
      shocks,
      live: under.grid,
      decide: (found, before) => decide(run, found, before),
    };
    under.done = (async () => {
      change();
      await runGrid({ database, pool, clock, telemetry }, grid, change);
      live.delete(row.id);
      await locks.release(row.id).catch((error) => telemetry.fault('scenarios.release', error));
      change();
    })();
  }

  /** In the order of shocks and minerals, after everything that was told in the round before. */
  async function decide(
    run: SolvedRun,
    found: readonly (ExactAfter & { shock: number })[],
    before: Parameters<Grid['decide']>[1],
  ) {
    const protection = await protectionOf(database, run.roundId);
    const telling = new Telling(protection);
    for (const mineral of run.result.minerals) telling.knows(mineral);
    for (const { mineral, after, told } of before) telling.recall(mineral, after, told);
    const decided = (some: typeof found) =>
      some.map((one) => ({ ...one, told: telling.decide(one.mineral, one.after) }));
    return {
      entries: decided(found),
      further: decided,
      minerals: run.result.minerals.map((mineral) => ({
        mineral: mineral.mineral,
        before: toldBefore(mineral, protection),
      })),
      toldOf: toldAfter,
    };
  }

  async function cancel(id: string, actor: Actor): Promise<Outcome<ScenarioRunView>> {
    await recovered;
    if (!may(actor, 'match.readAggregated')) return noRight();
    const row = await findScenario(database, id);
    if (!row) return refuse('no-scenarios', 'scenarios', 'there are none of that id', 'look at the list again');
    // Stored before the threads stop: the grid that they leave ends as well, and must not be the first.
    if (row.polishing) await endPolish(database, id);
    else if (!(await endScenario(database, id, { state: 'cancelled' }, clock.now())))
      return refuse('run-ended', row.name, 'they have ended already', 'start others');
    letGo(id);
    const view = await told(id);
    return view
      ? accept(view)
      : refuse('no-scenarios', 'scenarios', 'there are none of that id', 'look at the list again');
  }

  async function report(id: string): Promise<ScenarioReportView | null> {
    const [row, answer] = await Promise.all([findScenario(database, id), answerOf(database, id)]);
    if (!row || !answer) return null;
    return {
      run: viewOf(row),
      minerals: answer.told.minerals,
      rows: row.shocks.shocks.map(({ chosen, title }, place) => ({
        title,
        kind: chosen.kind,
        cells: answer.told.cells
          .filter(({ shock }) => shock === place)
          .map(({ mineral, after, isWide }) => ({ mineral, after, isWide })),
      })),
      leftOut: row.shocks.leftOut,
    };
  }

  async function why(runId: string, of: string): Promise<Outcome<WhyView>> {
    const run = await solvedRun(database, runId);
    if (!run) return noRun();
    const offerRow =
      run.result.minerals
        .flatMap(({ orders }) => orders)
        .find((order) => orderIdOf(runId, order.offerRow) === of || order.offerRow === of)?.offerRow ?? of;
    const result = run.result.minerals.find(({ orders, unused }) =>
      [...orders, ...unused].some((one) => one.offerRow === offerRow),
    );
    if (!result) return refuse('no-offer', 'offer', 'this run has none of that id', 'choose one of the report');
    const protection = await protectionOf(database, run.roundId);
    const sheet = officialReport({ ...run.result, minerals: [result] }, catalogue, protection).orders.find(
      (order) => order.offerRow === offerRow,
    )?.sheet;
    const marginal = await marginalOf(run, result.mineral, offerRow);
    const answer = whyOffer(result, offerRow, marginal, sheet?.reasons ?? [], catalogue, protection);
    return answer
      ? accept(answer)
      : refuse('no-offer', 'offer', 'this run has none of that id', 'choose one of the report');
  }

  /** Null where the inputs are not at hand any more: what is stored with the match still answers. */
  async function marginalOf(run: SolvedRun, mineral: string, offerRow: string): Promise<Marginal | null> {
    const made = await base(run);
    const problem = made.ok ? made.value.problems.find((one) => one.mineral === mineral) : null;
    const result = run.result.minerals.find((one) => one.mineral === mineral);
    const supply = problem?.supplies.find(({ row }) => row === offerRow);
    if (!problem || !result || !supply) return null;
    const of = `${run.id}/${run.inputHash}/${mineral}`;
    const end = await pool.run({ kind: 'why', of, problem, result, offerRow }).done;
    if (end.state !== 'done' || !end.why) return null;
    const { answer, marginals } = end.why;
    const order = result.orders.find((one) => one.offerRow === offerRow);
    const served = new Set(
      result.lines.filter((line) => line.parts.some((part) => part.offerRow === offerRow)).map(({ row }) => row),
    );
    const worth = (marginals?.groups ?? [])
      .filter(({ asks }) => asks.some((ask) => served.has(problem.asks[ask]?.row ?? '')))
      .map(({ microPerKg }) => microPerKg - (order?.usdMicroPerKg ?? 0));
    const isFull = order !== undefined && order.kg >= order.capacityKg;
    return {
      costs: answer?.state === 'costs' ? answer : null,
      capacityMicro: isFull ? Math.max(0, ...worth) : 0,
      binding: (marginals?.binding ?? []).flatMap(({ kind, name, savesMicroPerKg }): Marginal['binding'] => {
        if (kind === 'country' && name === originOf(supply)) return [{ kind, name, savesMicroPerKg }];
        return kind === 'supplier' && name === groupOf(supply)
          ? [{ kind, name: supply.supplier, savesMicroPerKg }]
          : [];
      }),
    };
  }

  return {
    async options(runId) {
      const run = await solvedRun(database, runId);
      if (!run) return noRun();
      const made = await base(run);
      if (!made.ok) return made;
      const { problems, tryables, names } = made.value;
      const grid = gridOf(problems, tryables);
      const first = problems[0];
      return accept({
        minerals: problems.map(({ mineral }) => ({ id: mineral, name: names.mineral(mineral) })),
        countries: [...new Set(problems.flatMap(countriesOf))]
          .map((id) => ({ id, name: names.country(id) }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
        suppliers: suppliersOf(problems),
        years: first
          ? [...new Set(Array.from({ length: first.quarters }, (_, q) => Math.floor((first.firstQuarter + q) / 4)))]
          : [],
        interventions: tryables.map(({ id, mineral }) => ({
          id,
          mineral,
          title: titleOf({ kind: 'intervention', id, mineral }, names),
        })),
        gridSize: grid.shocks.length,
        leftOut: grid.leftOut,
      });
    },
    start,
    async list(runId) {
      await recovered;
      return (await listScenarios(database, runId)).map(viewOf);
    },
    report,
    cancel,
    async rename(id, name, actor) {
      if (!may(actor, 'match.readAggregated')) return noRight();
      await renameScenario(database, id, name);
      const view = await told(id);
      return view
        ? accept(view)
        : refuse('no-scenarios', 'scenarios', 'there are none of that id', 'look at the list again');
    },
    why,
    async stop() {
      await recovered;
      for (const { grid } of live.values()) {
        grid.isCancelled = true;
        grid.isStopped = true;
      }
      await pool.stop();
      await Promise.all([...live.values()].map(({ done }) => done));
      await locks.close();
    },
  };
}

/** Of this run's offers, minerals and interventions: anything else would change nothing, or be a word that nobody chose. */
function isKnown({ problems, tryables }: Base, chosen: Chosen): boolean {
  const isMineral = (mineral: string | null) => mineral === null || problems.some((one) => one.mineral === mineral);
  const isCountry = (country: string | null) =>
    country === null || problems.some((problem) => countriesOf(problem).includes(country));
  switch (chosen.kind) {
    case 'ban':
    case 'price':
      return isMineral(chosen.mineral) && isCountry(chosen.country);
    case 'demand':
      return isMineral(chosen.mineral);
    case 'supplierFails':
      return suppliersOf(problems).includes(chosen.supplier);
    case 'intervention':
      return tryables.some(({ id, mineral }) => id === chosen.id && mineral === chosen.mineral);
  }
}
