/** The solver's threads: answers, cancelling, and what happens when a thread breaks. */
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { mustFit } from '#server/match/memory.ts';
import { createSolver, type First, type Solver } from '#server/match/solver.ts';
import type { WorkerStart } from '#server/match/solver-messages.ts';
import { ask, hardProblem, problem, solve, supply } from '../support/match-cases.ts';

const WORKER = new URL('../../server/match/solver-worker.ts', import.meta.url);
const open: Solver[] = [];
const threads: Worker[] = [];
const solver = (workers = 1, resourceLimits?: ConstructorParameters<typeof Worker>[1]) => {
  const startWorker = (start: WorkerStart) => {
    const thread = new Worker(WORKER, { ...resourceLimits, workerData: start });
    threads.push(thread);
    return thread;
  };
  const one = createSolver({ workers, timeLimitSeconds: 120, startWorker });
  open.push(one);
  return one;
};
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
  threads.splice(0);
});

const EASY = problem([ask('d', 92)], [supply('X', 500, 5, { minimumKg: 100 }), supply('Y', 60, 9)]);
const quiet = () => {};
/** Resolves once the job has begun to be solved. */
const begun = (one: Solver) => {
  let heard = quiet;
  const first = new Promise<void>((done) => (heard = done));
  return { job: one.solve(hardProblem(), () => heard()), first };
};

test('[MT16] a worker gives the same answer as the main thread, and progress on the way', async () => {
  const shares: number[] = [];
  const answer = await solver().solve(EASY, (share) => shares.push(share)).done;
  expect(answer).toMatchObject({ state: 'solved', result: await solve(EASY) });
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort());
});

test('[MT16] several problems share the workers, and each gets its own answer', async () => {
  const one = solver(2);
  const sizes = [10, 20, 30, 40, 50];
  const answers = await Promise.all(
    sizes.map((kg) => one.solve(problem([ask('d', kg)], [supply('X', 100, 5)]), quiet).done),
  );
  expect(answers.map((answer) => answer.state === 'solved' && answer.result.costMicro)).toEqual(
    sizes.map((kg) => String(kg * 5_000_000)),
  );
  expect(threads.length).toBeLessThanOrEqual(2);
});

test('[MT16] a worker can be started ahead of the first problem, and is not started twice', async () => {
  const one = solver(2);
  one.warm();
  one.warm();
  expect(await one.solve(EASY, quiet).done).toMatchObject({ state: 'solved' });
  one.warm();
  expect(threads).toHaveLength(1);
});

test('[MT17] a match can be cancelled in the middle, and the worker goes on to the next', async () => {
  const one = solver();
  const { job, first } = begun(one);
  await first;
  job.cancel();
  expect(await job.done).toEqual({ state: 'cancelled' });
  expect(await one.solve(EASY, quiet).done).toMatchObject({ state: 'solved' });
  expect(threads).toHaveLength(1);
});

test('[MT17] a match that waits for a worker can be cancelled too', async () => {
  const one = solver();
  const { job, first } = begun(one);
  await first;
  const waits = one.solve(EASY, quiet);
  waits.cancel();
  expect(await waits.done).toEqual({ state: 'cancelled' });
  job.cancel();
  await job.done;
});

test('[MT90] a worker that dies in the middle costs nothing: another one solves its match', async () => {
  const one = solver();
  const sizes = [40, 60].map((kg) => problem([ask('d', kg)], [supply('X', 100, 5)]));
  const { job, first } = begun(one);
  const others = sizes.map((of) => one.solve(of, quiet).done);
  await first;
  await threads[0]?.terminate();
  expect((await Promise.all(others)).map(({ state }) => state)).toEqual(['solved', 'solved']);
  job.cancel();
  expect(threads).toHaveLength(2);
}, 120_000);

test('[MT90] a match that breaks a second worker fails with a reason, and the next one is solved', async () => {
  const one = solver();
  const { job, first } = begun(one);
  await first;
  await threads[0]?.terminate();
  while (threads.length < 2) await new Promise((done) => threads[0]?.once('exit', done) ?? setImmediate(done));
  await threads[1]?.terminate();
  expect(await job.done).toEqual({ state: 'failed', reason: 'the solver stopped unexpectedly' });
  expect(await one.solve(EASY, quiet).done).toMatchObject({ state: 'solved' });
});

test('[MT91] an audited first answer comes before the longer search, and the last is never worse', async () => {
  const firsts: First[] = [];
  const of = hardProblem(12, 16, 8);
  const answer = await solver().solve(of, quiet, (first) => firsts.push(first)).done;
  expect(firsts).toHaveLength(1);
  if (answer.state !== 'solved') throw new Error(answer.state);
  const [first] = firsts;
  expect(first?.result).toEqual(await solve(of, { timeLimitSeconds: 0 }));
  expect(answer.result.gapPct).toBeLessThanOrEqual(first?.result.gapPct ?? 0);
  expect(answer.result.levels[0]?.unmetKg).toBeLessThanOrEqual(first?.result.levels[0]?.unmetKg ?? 0);
});

test('[MT92] a problem that would not fit into the solver is refused in words before it is tried', async () => {
  expect(() => mustFit({ numCols: 1_000_000 })).toThrow(
    /1,000,000 pairs of lines and offers and would take about 7.5 GiB/,
  );
  expect(() => mustFit({ numCols: 100_000 })).not.toThrow();
});

test('[MT18] a worker that runs out of memory fails its match with a reason', async () => {
  const one = solver(1, { resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 } });
  expect(await one.solve(hardProblem(), quiet).done).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('the solver'),
  });
});

test('[MT18] a solution in parts of a kilogram fails the match instead of being rounded away', async () => {
  // A capacity of parts of a kilogram cannot come from match-input; whatever the cause, it must not pass.
  const broken = problem([ask('d', 10, { kg: 10.5 })], [supply('X', 100, 5)]);
  const answer = await solver().solve(broken, quiet).done;
  expect(answer).toMatchObject({ state: 'failed', reason: 'the solver returned a part of a kilogram' });
});

test('[MT19] when time runs out the best answer so far comes with its proved distance', async () => {
  const one = createSolver({ workers: 1, timeLimitSeconds: 0.05 });
  open.push(one);
  const answer = await one.solve(hardProblem(30, 40, 8), quiet).done;
  expect(answer.state).toBe('solved');
  if (answer.state !== 'solved') return;
  expect(answer.result.limited).toBe(true);
  expect(answer.result.gapPct).toBeGreaterThan(0);
  expect(answer.result.gapPct).toBeLessThan(20);
});

test('[MT100] a result is stored with the version of the solver, the options that decide it and the longest search', async () => {
  const answer = await solver().solve(EASY, () => {}).done;
  expect(answer.state === 'solved' && answer.solver).toMatch(
    /^HiGHS \d+\.\d+\.\d+, relaxations without presolve, one thread, ranks to the kilogram, cost to 1e-7, search of \d+ s at most$/,
  );
});
