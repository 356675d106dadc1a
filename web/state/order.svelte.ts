/** One order under review: read, decided on, and followed while its page is open. */
import { api, type QueuedOrder, type Verdict } from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';
import { live } from './live.svelte.ts';

export class OrderReview {
  readonly id: string;
  readonly found: Fetched<QueuedOrder>;

  constructor(id: string) {
    this.id = id;
    this.found = new Fetched(() => api.orders.get({ orderId: id }));
  }

  /** Another official may decide while this page is open. */
  follow(poolId: string): () => void {
    return live.watch(
      poolId,
      { order: (message) => message.orderId === this.id && void this.found.refresh() },
      () => void this.found.refresh(),
    );
  }

  async decide(verdict: Verdict, comment: string): Promise<Attempt<unknown>> {
    const answer = await attempt(() => api.orders.decide({ orderId: this.id, verdict, comment }));
    const known = this.found.value;
    if (answer.ok && known) this.found.put({ ...known, order: answer.value });
    else void this.found.refresh();
    return answer;
  }
}
