/** What became of an approved order, and of a round: read, entered, struck out. */
import { api, type FulfilmentView, type FunnelView } from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';

export type OrderStep = FulfilmentView['steps'][number];

export class OrderFulfilment {
  readonly id: string;
  readonly found: Fetched<FulfilmentView>;

  constructor(orderId: string) {
    this.id = orderId;
    this.found = new Fetched(() => api.fulfilment.get({ orderId }));
  }

  async change(ask: () => Promise<FulfilmentView>): Promise<Attempt<FulfilmentView>> {
    const answer = await attempt(ask);
    if (answer.ok) this.found.put(answer.value);
    return answer;
  }
}

export const roundFunnel = (poolId: string, round: number | undefined): Fetched<FunnelView> =>
  new Fetched(() => api.fulfilment.funnel({ poolId, ...(round !== undefined && { round }) }));
