/**
 * The match as the rest of the server sees it: running it and reading what it found; its orders are order-desk's part.
 * 1. At most one run of a round is under way, on any node; one that nobody works on any more is gone on with, once, or failed.
 * 2. A run ends once, with an answer for every mineral; only a better answer to the same inputs replaces it, and none that orders came from.
 * 3. Nothing of a result leaves but through domain/match-report.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Actor, may } from '#domain/actors.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { ExportBan } from '#domain/match-input.ts';
import type { Problem } from '#domain/match-model.ts';
import { officialReport } from '#domain/match-report.ts';
import type { RecordDraft } from '#domain/record.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { PHASE_TITLE } from '#domain/rounds.ts';
import type { RunReport, RunView } from '#protocol/match-api.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { type Push, teller } from '../push.ts';
import type { Telemetry } from '../telemetry.ts';
import { withinBudget } from './budget.ts';
import { describeInputs, type Gathered, gather, type SheetRows } from './gather.ts';
import { createLottery, type Lottery } from './lottery.ts';
import { createOrderDesk, type OrderDesk } from './order-desk.ts';
import { findOrders, orderIdOf, viewOf } from './orders-store.ts';
import { protectionOf } from './protection.ts';
import { cancelRun, type LiveRun, matchRun } from './run.ts';
import { createRunLocks } from './run-locks.ts';
import {
  ABANDONED,
  endRun,
  findRun,
  inputHashOf,
  listRuns,
  markRunning,
  openRun,
  type RunRow,
  solvedRun,
  takeOver,
  unfinishedRuns,
} from './runs-store.ts';
import { createSolver, type SolverOptions } from './solver.ts';

export interface MatchDesk extends OrderDesk {
  lottery: Lottery;
  start(roundId: string, actor: Actor): Promise<Outcome<RunView>>;
  cancel(runId: string, actor: Actor): Promise<Outcome<RunView>>;
  /** Newest first. */
  runs(roundId: string): Promise<RunView[]>;
  /** For officials and the administrator. Null where there is no such run, or none that is solved. */
  report(runId: string): Promise<RunReport | null>;
  /** Goes on with runs whose node died, or fails them. */
  recover(): Promise<void>;
  stop(): Promise<void>;
}

export interface MatchDeskParts {
  database: Database;
  sheets: SheetRows;
  catalogue: Catalogue;
  push: Push;
  clock: Clock;
  telemetry: Telemetry;
  record: (drafts: RecordDraft[]) => Promise<void>;
  /** Bans of exports of a mineral that the catalogue knows; none where left out. */
  bansOn?: (mineral: string) => ExportBan[];
  workers: number;
  timeLimitSeconds: number;
  /** Days that an order may wait until it is marked as overdue. */
  reviewDays: number;
  /** For tests that break a worker. */
  startWorker?: SolverOptions['startWorker'];
}

/** Share of a run's progress that fitting the reserve's targets into its budget may take. */
const FITTING = 0.5;

export function createMatchDesk(parts: MatchDeskParts): MatchDesk {
  const { database, catalogue, push, clock, telemetry, record } = parts;
  const solver = createSolver(parts);
  const locks = createRunLocks(database);
  const live = new Map<string, { run: LiveRun; done: Promise<void> }>();
  /** Of runs that are under way on other nodes, as they told. */
  const heard = new Map<string, Pick<RunView, 'progress' | 'doing'>>();
  let stopping = false;
  /** Runs are followed by those who may read their report; a member learns of its award when there is one. */
  const tellRun = teller(push, 'run', (run: RunView, poolId) => {
    if ((run.state === 'queued' || run.state === 'running') && !live.has(run.id))
      heard.set(run.id, { progress: run.progress, doing: run.doing });
    else heard.delete(run.id);
    return (viewer) => (may(viewer, 'match.readAggregated') ? { poolId, run } : null);
  });
  push.notices?.on('run.cancelled', z.string(), (runId) => {
    const known = live.get(runId);
    if (known) cancelRun(known.run);
  });
  const recovered = reclaim().catch((error) => telemetry.fault('match.recover', error));

  /** Goes on with runs that were begun and that no node works on, where their inputs are still the same; fails the others. */
  async function reclaim(roundId?: string): Promise<void> {
    for (const row of await unfinishedRuns(database, roundId)) {
      if (live.has(row.id) || !(await locks.take(row.id))) continue;
      if (await goOn(row)) continue;
      if (await endRun(database, row.id, { state: 'failed', reason: ABANDONED }, clock.now())) await failed(row);
      await locks.release(row.id);
    }
  }

  /** The lock must be held, and is then the run's. */
  async function goOn(row: RunRow): Promise<boolean> {
    const gathered = await gatherNow(row.roundId).catch(() => null);
    if (!gathered?.ok || gathered.value.inputHash !== (await inputHashOf(database, row.id))) return false;
    if (stopping || !(await takeOver(database, row.id))) return false;
    begin({ row: { ...row, reason: null }, actor: null }, gathered.value);
    return true;
  }

  async function failed({ id, poolId, number }: RunRow): Promise<void> {
    await record([{ kind: 'run.failed', poolId, body: { run: number, reason: ABANDONED } }]);
    await tell(id);
  }

  const runView = (row: RunRow): RunView => ({
    id: row.id,
    number: row.number,
    state: row.state,
    ...progressOf(row),
    reason: row.reason,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  });

  /** Below 1 a solved run is still searched for a better answer. */
  function progressOf({ id, state }: RunRow): Pick<RunView, 'progress' | 'doing'> {
    const run = live.get(id)?.run;
    if (run) {
      const doing = run.isAnswered ? 'improving' : run.isFitting ? 'budget' : 'matching';
      return { progress: run.progress, doing };
    }
    return state === 'solved' ? { progress: 1, doing: null } : (heard.get(id) ?? { progress: 0, doing: null });
  }

  async function tell(runId: string): Promise<RunView | null> {
    const row = await findRun(database, runId);
    if (!row) return null;
    const view = runView(row);
    tellRun(row.poolId, view);
    return view;
  }

  async function start(roundId: string, actor: Actor): Promise<Outcome<RunView>> {
    await recovered;
    if (!may(actor, 'match.run'))
      return refuse('no-right', 'match', 'only the pool’s administrator runs it', 'ask the administrator');
    const round = await database.prisma.round.findUnique({ where: { id: roundId }, select: { phase: true } });
    if (!round) return refuse('no-round', 'round', 'there is no such round', 'open the pool again');
    if (round.phase !== 'match')
      return refuse(
        'phase-closed',
        'round',
        `it is in the phase ${PHASE_TITLE[round.phase].toLowerCase()}`,
        'run the match in the phase matching',
      );
    await reclaim(roundId);
    const gathered = await gatherNow(roundId);
    if (!gathered.ok) return gathered;
    const { problems: _, ...inputs } = gathered.value;
    const id = randomUUID();
    await locks.take(id);
    const opened = await openRun(database, { id, roundId, actor, at: clock.now(), ...inputs }).catch(async (error) => {
      await locks.release(id);
      throw error;
    });
    if (!opened.ok) {
      await locks.release(id);
      return opened;
    }
    // A new run has the workers for itself; what the search of an older one had found stays.
    for (const { run } of live.values()) if (run.row.roundId === roundId) cancelRun(run);
    begin({ row: opened.value, actor }, gathered.value);
    return accept(runView(opened.value));
  }

  const gatherNow = (roundId: string) => gather({ ...parts, now: () => clock.now() }, roundId);

  function begin({ row, actor }: Pick<LiveRun, 'row' | 'actor'>, { problems, inputs }: Gathered): void {
    const run: LiveRun = { row, actor, problems, progress: 0, isCancelled: false, cancels: [] };
    const under = { run, done: Promise.resolve() };
    live.set(row.id, under);
    under.done = work(run, inputs.reserveBudgetMicro);
  }

  async function work(run: LiveRun, budget: string | undefined): Promise<void> {
    const { id, poolId } = run.row;
    tellRun(poolId, runView(run.row));
    if (budget === undefined || (await fitBudget(run, BigInt(budget))))
      await matchRun({ database, solver, clock, telemetry, record }, run, () => void tellProgress(run));
    live.delete(id);
    await locks.release(id).catch((error) => telemetry.fault('match.release', error));
    await tell(id).catch((error) => telemetry.fault('match.tell', error));
  }

  /** A run that is solved stays so while a better answer is looked for. */
  async function tellProgress(run: LiveRun): Promise<void> {
    if (!run.isAnswered) return tellRun(run.row.poolId, { ...runView(run.row), state: 'running' });
    await tell(run.row.id).catch((error) => telemetry.fault('match.tell', error));
  }

  /** Cuts the reserve's targets to its budget; a run that cannot be cut is failed, so that no match overspends. */
  async function fitBudget(run: LiveRun, budget: bigint): Promise<boolean> {
    run.isFitting = true;
    try {
      await markRunning(database, run.row.id);
      const match = async (problem: Problem) => {
        if (run.isCancelled) return null;
        const solving = solver.solve(problem, () => {});
        run.cancels = [solving.cancel];
        const solved = await solving.done;
        if (solved.state === 'failed') throw new Error(solved.reason);
        return solved.state === 'solved' ? solved.result : null;
      };
      const cut = await withinBudget(run.problems, budget, match, (share) => {
        run.progress = FITTING * share;
        void tellProgress(run);
      });
      if (cut) run.problems = cut;
      run.fitted = run.progress;
      run.isFitting = false;
      return true;
    } catch (error) {
      telemetry.fault('match.budget', error, { run: run.row.id });
      const reason = 'the reserve’s targets could not be fitted into its budget; run it again';
      if (await endRun(database, run.row.id, { state: 'failed', reason }, clock.now()))
        await record([{ kind: 'run.failed', poolId: run.row.poolId, body: { run: run.row.number, reason } }]);
      return false;
    }
  }

  async function cancel(runId: string, actor: Actor): Promise<Outcome<RunView>> {
    await recovered;
    if (!may(actor, 'match.run'))
      return refuse('no-right', 'match', 'only the pool’s administrator cancels it', 'ask the administrator');
    const row = await findRun(database, runId);
    if (!row) return refuse('no-run', 'match', 'there is no such run', 'look at the runs again');
    const searched = live.get(runId);
    if (searched?.run.isAnswered && row.state === 'solved') {
      // What was found stands; only the search for something better ends.
      cancelRun(searched.run);
      return accept(runView(row));
    }
    if (row.state === 'solved' && !searched && (await isSearchedElsewhere(runId))) {
      push.notices?.tell('run.cancelled', runId);
      return accept(runView(row));
    }
    // Another node may be working on it: its result then finds the run ended, and is dropped.
    if (!(await endRun(database, runId, { state: 'cancelled' }, clock.now())))
      return refuse('run-ended', `run ${row.number}`, 'it has ended already', 'start another');
    const known = live.get(runId);
    if (known) cancelRun(known.run);
    else push.notices?.tell('run.cancelled', runId);
    await record([{ kind: 'run.cancelled', poolId: row.poolId, actor, body: { run: row.number } }]);
    const view = await tell(runId);
    return view ? accept(view) : refuse('no-run', 'match', 'there is no such run', 'look at the runs again');
  }

  /** Whoever works on a run holds its lock. */
  async function isSearchedElsewhere(runId: string): Promise<boolean> {
    if (!(await locks.take(runId))) return true;
    await locks.release(runId);
    return false;
  }

  async function runs(roundId: string): Promise<RunView[]> {
    await recovered;
    // Whoever looks at the runs of a round that matches is about to start one.
    if (await database.prisma.round.count({ where: { id: roundId, phase: 'match' } })) solver.warm();
    return (await listRuns(database, roundId)).map(runView);
  }

  async function report(runId: string): Promise<RunReport | null> {
    const run = await solvedRun(database, runId);
    if (!run) return null;
    const { orders, ...rest } = officialReport(run.result, catalogue, await protectionOf(database, run.roundId));
    const stored = new Map((await findOrders(database, { runId })).map(({ order }) => [order.id, order]));
    return {
      run: runView(run),
      inputs: describeInputs(run.inputs, run.inputHash, run.result.solver),
      ...rest,
      orders: orders.map(({ offerRow, sheet }, i) => {
        const id = orderIdOf(runId, offerRow);
        return stored.get(id) ?? viewOf({ id, number: i + 1, state: 'proposed' }, sheet, []);
      }),
    };
  }

  return {
    lottery: createLottery(database, () => clock.now()),
    recover: () => reclaim(),
    start,
    cancel,
    runs,
    report,
    ...createOrderDesk(parts),
    async stop() {
      stopping = true;
      await recovered;
      await solver.stop();
      await Promise.all([...live.values()].map(({ done }) => done));
      await locks.close();
    },
  };
}
