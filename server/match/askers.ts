/**
 * The models of the matches that were asked about last, kept warm in a thread: making one costs a hundred times what a question does. Used by
 * scenario-worker, whose threads are chosen by what they keep.
 */
import type { Highs } from 'highs';
import { segmentsOf } from '#domain/match-eligible.ts';
import type { Choice, Problem } from '#domain/match-model.ts';
import type { MineralResult } from '#domain/match-result.ts';
import type { ScenarioWork, WhyFound } from './scenario-messages.ts';
import { KEPT_MAX } from './threads.ts';
import { type Marginals, WhyNot } from './why-not.ts';

type Question = Extract<ScenarioWork, { kind: 'why' }>;

export interface Askers {
  ask(question: Question): WhyFound;
}

interface Kept {
  why: WhyNot;
  marginals: Marginals | null;
  supplies: ReadonlyMap<string, number>;
}

export function createAskers(highs: Highs): Askers {
  /** The one that was asked last is last. */
  const kept = new Map<string, Kept>();

  function forget(of: string): void {
    const known = kept.get(of);
    kept.delete(of);
    known?.why.dispose();
  }

  function make({ of, problem, result }: Question): Kept {
    // Before another one is made: the solver's memory is bounded.
    while (kept.size >= KEPT_MAX) forget([...kept.keys()][0] ?? '');
    const why = new WhyNot(highs, problem, choiceOf(problem, result));
    const supplies = new Map(problem.supplies.map(({ row }, s) => [row, s]));
    const one: Kept = { why, marginals: null, supplies };
    kept.set(of, one);
    one.marginals = why.marginals();
    return one;
  }

  return {
    ask(question) {
      const { of, offerRow } = question;
      try {
        const one = kept.get(of) ?? make(question);
        kept.delete(of);
        kept.set(of, one);
        const supply = one.supplies.get(offerRow);
        return { answer: supply === undefined ? null : one.why.answer(supply), marginals: one.marginals };
      } catch (error) {
        // A model in an unknown state answers nothing more.
        forget(of);
        throw error;
      }
    },
  };
}

/** What of a stored match the questions need: which prices were chosen, and what stayed unmet beyond what the budget left out. */
function choiceOf(problem: Problem, result: MineralResult): Choice {
  const orders = new Map(result.orders.map((order) => [order.offerRow, order.kg]));
  const cut = (rank: number) => problem.asks.reduce((kg, ask) => kg + (ask.rank === rank ? (ask.cutKg ?? 0) : 0), 0);
  return {
    segments: problem.supplies.map((supply) => {
      const kg = orders.get(supply.row) ?? 0;
      return kg === 0 ? -1 : segmentsOf(supply).findIndex(({ lo, hi }) => lo <= kg && kg <= hi);
    }),
    flows: [],
    levels: result.levels.map(({ rank, unmetKg, boundKg }) => ({
      rank,
      unmetKg: unmetKg - cut(rank),
      boundKg: boundKg - cut(rank),
    })),
    boundMicro: 0,
    trials: [],
    limited: result.limited,
  };
}
