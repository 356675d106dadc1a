/** One pool as its page shows it: a round of it, what is published, runs and awards, the sheet that is open, kept current by the line. */

import type { Access } from '#domain/actors.ts';
import { DEMAND_SHEET } from '#domain/demand-sheet.ts';
import { OFFER_SHEET } from '#domain/offer-columns.ts';
import {
  type AwardView,
  api,
  type OpenedOffer,
  type PoolView,
  type QueuedOrder,
  type ReleaseView,
  type RunView,
  type SheetRef,
} from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';
import { live } from './live.svelte.ts';
import { withSeen } from './releases.ts';
import { session } from './session.svelte.ts';
import { SheetState } from './sheet.svelte.ts';

export class PoolState {
  readonly id: string;
  /** An earlier round that is looked at; undefined: the latest, whichever that is. */
  readonly round: number | undefined;
  readonly view: Fetched<PoolView>;
  readonly release: Fetched<ReleaseView>;
  readonly releases: Fetched<ReleaseView[]>;
  readonly runs: Fetched<RunView[]>;
  readonly awards: Fetched<AwardView[]>;
  /** For those who read opened offers as a table; others open the sheet. */
  readonly offers: Fetched<OpenedOffer[]>;
  readonly orders: Fetched<QueuedOrder[]>;
  /** The sheet on the screen, for the header's marks. */
  sheet = $state.raw<SheetState | null>(null);

  constructor(id: string, round?: number) {
    this.id = id;
    this.round = round;
    const which = { poolId: id, ...(round !== undefined && { round }) };
    this.view = new Fetched(() => api.pools.get(which));
    this.release = new Fetched(() => api.pools.release(which));
    this.releases = new Fetched(() => api.pools.releases(which));
    this.runs = new Fetched(async () => newestFirst(await api.runs.list(which)));
    this.awards = new Fetched(() => api.pools.awards(which));
    this.offers = new Fetched(() => api.offers.opened(which));
    this.orders = new Fetched(async () => (await api.orders.queue()).filter((queued) => queued.poolId === id));
  }

  /** Reads the pool and follows it until the returned function is called. */
  follow(): () => void {
    this.#read();
    const stop = live.watch(
      this.id,
      {
        release: (message) => this.#isLatest(message.poolId) && this.#published(message.release),
        phase: (message) => message.poolId === this.id && this.#moved(),
        run: (message) => this.#isLatest(message.poolId) && this.#ran(message.run),
        order: (message) => message.poolId === this.id && this.#decided(),
        award: (message) => message.poolId === this.id && void this.awards.refresh(),
      },
      () => this.#read(),
    );
    return () => {
      stop();
      this.closeSheet();
    };
  }

  openSheet(ref: SheetRef): void {
    const person = session.person;
    if (this.sheet?.id === ref.id || !person) return;
    this.closeSheet();
    this.sheet = new SheetState({
      sheetId: ref.id,
      spec: ref.kind === 'offers' ? OFFER_SHEET : DEMAND_SHEET,
      me: person,
      owner: ref.organizationId,
      access: ref.access,
      askAccess: () => this.#askAccess(ref.id),
    });
  }

  closeSheet(): void {
    this.sheet?.destroy();
    this.sheet = null;
  }

  async advance(): Promise<Attempt<PoolView>> {
    const from = this.view.value?.round.phase ?? 'closed';
    const answer = await attempt(() => api.pools.advance({ poolId: this.id, from }));
    if (answer.ok) this.view.put(answer.value);
    else void this.view.refresh();
    return answer;
  }

  async startRun(): Promise<Attempt<RunView>> {
    const answer = await attempt(() => api.runs.start({ poolId: this.id }));
    if (answer.ok) this.#ran(answer.value);
    return answer;
  }

  async cancelRun(runId: string): Promise<Attempt<RunView>> {
    const answer = await attempt(() => api.runs.cancel({ runId }));
    if (answer.ok) this.#ran(answer.value);
    return answer;
  }

  async openNextRound(closesAt: string, carryOver: boolean): Promise<Attempt<PoolView>> {
    const after = this.view.value?.round.number ?? 1;
    const answer = await attempt(() => api.pools.openRound({ poolId: this.id, after, closesAt, carryOver }));
    if (answer.ok) this.view.put(answer.value);
    return answer;
  }

  async acknowledge(): Promise<Attempt<unknown>> {
    const answer = await attempt(() => api.members.acknowledge({ poolId: this.id }));
    if (answer.ok) await this.view.refresh();
    return answer;
  }

  /** Releases and runs are told of the latest round only. */
  #isLatest(poolId: string): boolean {
    return poolId === this.id && this.round === undefined;
  }

  #read(): void {
    void this.view.refresh();
    void this.release.refresh();
    if (this.releases.value) void this.releases.refresh();
    if (session.may('match.readAggregated')) void this.runs.refresh();
    if (session.may('award.readOwn')) void this.awards.refresh();
    if (session.may('orders.read')) void this.orders.refresh();
  }

  #published(release: ReleaseView): void {
    this.release.put(release);
    if (this.releases.value) this.releases.put(withSeen(this.releases.value, release));
  }

  #moved(): void {
    void this.view.refresh();
    void this.release.refresh();
    if (this.releases.value) void this.releases.refresh();
    if (this.runs.value) void this.runs.refresh();
    if (session.may('orders.read')) void this.orders.refresh();
    if (session.may('award.readOwn')) void this.awards.refresh();
  }

  #ran(run: RunView): void {
    const known = this.runs.value;
    if (!known) return;
    this.runs.put(newestFirst([run, ...known.filter((other) => other.id !== run.id)]));
    // A solved run is what the administrator needs in order to go on.
    if (run.state === 'solved') void this.view.refresh();
  }

  #decided(): void {
    void this.orders.refresh();
    if (this.view.value?.advance) void this.view.refresh();
  }

  async #askAccess(sheetId: string): Promise<Access> {
    const view = await this.view.refresh();
    return view?.sheets.find((sheet) => sheet.id === sheetId)?.access ?? 'none';
  }
}

const newestFirst = (runs: RunView[]): RunView[] => runs.toSorted((a, b) => b.number - a.number);
