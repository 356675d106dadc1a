/** The record page by page, newest first. */
import { api, type RecordEntry } from './api.ts';
import { attempt, type Fault } from './faults.ts';

const PER_PAGE = 100;

export class RecordPages {
  entries = $state.raw<readonly RecordEntry[]>([]);
  hasMore = $state(true);
  isBusy = $state(true);
  fault = $state.raw<Fault | null>(null);
  readonly #poolId: string | undefined;

  constructor(poolId: string | undefined) {
    this.#poolId = poolId;
  }

  async more(): Promise<void> {
    const before = this.entries.at(-1)?.seq;
    this.isBusy = true;
    const answer = await attempt(() =>
      api.record.list({
        ...(this.#poolId === undefined ? {} : { poolId: this.#poolId }),
        ...(before === undefined ? {} : { before }),
      }),
    );
    this.isBusy = false;
    this.fault = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    this.entries = [...this.entries, ...answer.value];
    this.hasMore = answer.value.length >= PER_PAGE;
  }
}
