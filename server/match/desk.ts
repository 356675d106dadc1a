/** PLACEHOLDER of the lead so that the server starts; the match's owner overwrites this file. */
import type { Actor } from '#domain/actors.ts';
import { type Outcome, refuse } from '#domain/refusals.ts';
import type { AwardView, OrderView, RunReport, RunView } from '#protocol/api.ts';

export type Verdict = 'open' | 'approve' | 'return' | 'reject' | 'comment';
export interface MatchDesk {
  start(roundId: string, actor: Actor): Promise<Outcome<RunView>>;
  cancel(runId: string, actor: Actor): Promise<Outcome<RunView>>;
  runs(roundId: string): Promise<RunView[]>;
  report(runId: string): Promise<RunReport | null>;
  awards(roundId: string, organizationId: string): Promise<AwardView[]>;
  propose(roundId: string, actor: Actor): Promise<Outcome<number>>;
  orders(filter: { poolIds: string[] }): Promise<{ poolId: string; order: OrderView }[]>;
  order(orderId: string): Promise<{ poolId: string; order: OrderView } | null>;
  decide(orderId: string, verdict: Verdict, comment: string, actor: Actor): Promise<Outcome<OrderView>>;
  stop(): Promise<void>;
}
const not = async () => refuse('later', 'match', 'not there yet', 'wait');
export function createMatchDesk(_: unknown): MatchDesk {
  return {
    start: not, cancel: not, runs: async () => [], report: async () => null, awards: async () => [], propose: not,
    orders: async () => [], order: async () => null, decide: not, stop: async () => {},
  };
}
