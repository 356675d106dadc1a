/** Questions to a match: which thread answers them, what it keeps, and that an answer does not depend on those before. */
import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { createAskers } from '#server/match/askers.ts';
import { loadHighs } from '#server/match/load-highs.ts';
import { createThreads, KEPT_MAX, type Order, type Threads } from '#server/match/threads.ts';
import { ask, problem, solve, supply } from '../support/match-cases.ts';

interface Work {
  name: string;
}
type Report = { job: number };

/** A thread that does nothing until it is told that its job is over. */
class Hand extends EventEmitter {
  readonly heard: (Work & Order)[] = [];
  postMessage(work: Work & Order): void {
    this.heard.push(work);
  }
  finish(): void {
    this.emit('message', { job: this.heard.at(-1)?.job });
  }
  unref(): void {}
  async terminate(): Promise<void> {}
}

const open: Threads<Work, Report, 'done'>[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});

function threads(workers: number) {
  const hands: Hand[] = [];
  const pool = createThreads<Work, Report, 'done'>({
    workers,
    startWorker: () => {
      const hand = new Hand();
      hands.push(hand);
      return hand as unknown as Worker;
    },
    triesMax: 1,
    waitingMax: 20,
    crowded: '',
  });
  open.push(pool);
  const run = (name: string, about?: string) => pool.run({ name }, () => ({ is: 'over', end: 'done' }), about);
  const heard = () => hands.map((hand) => hand.heard.map(({ name }) => name));
  return { hands, run, heard };
}

test('[MT103] questions about one match go to the thread that keeps it, before grids that wait; a busy one is waited for only while it answers others', async () => {
  const { hands, run, heard } = threads(2);
  run('grid 1');
  run('grid 2');
  await vi.waitUntil(() => hands.length === 2 && hands.every((hand) => hand.heard.length === 1));
  run('grid 3');
  run('a1', 'A');
  run('b1', 'B');
  hands[0]?.finish();
  hands[1]?.finish();
  expect(heard()).toEqual([
    ['grid 1', 'a1'],
    ['grid 2', 'b1'],
  ]);
  run('a2', 'A');
  hands[1]?.finish();
  // The first thread answers about A: the other one takes what is nobody's.
  expect(heard()[1]).toEqual(['grid 2', 'b1', 'grid 3']);
  hands[0]?.finish();
  expect(heard()[0]).toEqual(['grid 1', 'a1', 'a2']);
  // The one that keeps B has a grid to do: the other one answers.
  run('b2', 'B');
  hands[0]?.finish();
  expect(heard()[0]?.at(-1)).toBe('b2');
  hands[0]?.finish();
  hands[1]?.finish();
  run('a3', 'A');
  expect(heard()[0]?.at(-1)).toBe('a3');
});

test('[MT103] a thread keeps the models of the last few matches, and an answer is the same whatever was asked before', async () => {
  const highs = await loadHighs();
  const models = vi.spyOn(highs, 'createModel');
  const of = problem(
    [ask('d', 100), ask('e', 30)],
    [supply('A', 90, 5), supply('B', 60, 9), supply('C', 60, 12), supply('D', 60, 14)],
  );
  const result = await solve(of);
  const question = (match: string, offerRow: string) => ({
    kind: 'why' as const,
    of: match,
    problem: of,
    result,
    offerRow,
  });
  const begun = models.mock.calls.length;
  const askers = createAskers(highs);
  const first = askers.ask(question('m0', 'C'));
  expect(first.answer).toEqual({ state: 'costs', kg: 1, extraMicro: 3_000_000 });
  expect(askers.ask(question('m0', 'D')).answer).toEqual({ state: 'costs', kg: 1, extraMicro: 5_000_000 });
  expect(askers.ask(question('m0', 'C'))).toEqual(first);
  expect(askers.ask(question('m0', 'nowhere')).answer).toBeNull();
  expect(models.mock.calls.length - begun).toBe(1);
  for (let i = 1; i <= KEPT_MAX; i += 1) askers.ask(question(`m${i}`, 'C'));
  expect(models.mock.calls.length - begun).toBe(1 + KEPT_MAX);
  askers.ask(question('m1', 'D'));
  expect(models.mock.calls.length - begun).toBe(1 + KEPT_MAX);
  expect(askers.ask(question('m0', 'C'))).toEqual(first);
  expect(models.mock.calls.length - begun).toBe(2 + KEPT_MAX);
  models.mockRestore();
});
