/** The reserve as its page shows it: the ledger for officials, the own account for a company; each change puts the answer in place. */
import { api } from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';

type Answer<T> = T extends (...input: never[]) => Promise<infer A> ? A : never;
export type ReserveView = Answer<typeof api.reserve.get>;
export type ReserveLot = ReserveView['lots'][number];
export type Drawdown = ReserveView['drawdowns'][number];
export type OwnAccount = Answer<typeof api.reserve.own>;
export type OwnDrawdown = OwnAccount['drawdowns'][number];
export type ReserveMovement = Answer<typeof api.reserve.movements>[number];

export class ReserveBook {
  readonly view = new Fetched<ReserveView>(() => api.reserve.get());
  readonly movements = new Fetched<ReserveMovement[]>(() => api.reserve.movements({}));

  refresh(): void {
    void this.view.refresh();
    void this.movements.refresh();
  }

  /** Older movements below those shown; true while there may be more. */
  async older(): Promise<boolean> {
    const shown = this.movements.value ?? [];
    const last = shown.at(-1);
    const answer = last && (await attempt(() => api.reserve.movements({ before: last.number })));
    if (!answer?.ok) return false;
    this.movements.put([...shown, ...answer.value]);
    return answer.value.length > 0 && (answer.value.at(-1)?.number ?? 1) > 1;
  }

  async change(deed: () => Promise<ReserveView>): Promise<Attempt<unknown>> {
    const answer = await attempt(deed);
    if (answer.ok) {
      this.view.put(answer.value);
      void this.movements.refresh();
    }
    return answer;
  }
}

export class OwnReserve {
  readonly view = new Fetched<OwnAccount>(() => api.reserve.own());

  async change(deed: () => Promise<OwnAccount>): Promise<Attempt<unknown>> {
    const answer = await attempt(deed);
    if (answer.ok) this.view.put(answer.value);
    return answer;
  }
}
