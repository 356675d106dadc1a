/** The record page by page, newest first, or what of it fits a search. */
import type { RecordFilter } from '#domain/record-search.ts';
import { api, type RecordEntry } from './api.ts';
import { attempt, type Fault } from './faults.ts';

export class RecordPages {
  entries = $state.raw<readonly RecordEntry[]>([]);
  hasMore = $state(true);
  isBusy = $state(true);
  fault = $state.raw<Fault | null>(null);
  readonly #asked: RecordFilter & { poolId?: string };
  #next: number | undefined;

  constructor(poolId: string | undefined, filter: RecordFilter) {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
    this.#asked = { ...Object.fromEntries(given), ...(poolId !== undefined && { poolId }) };
  }

  async more(): Promise<void> {
    this.isBusy = true;
    const answer = await attempt(() =>
      api.record.search({ ...this.#asked, ...(this.#next !== undefined && { before: this.#next }) }),
    );
    this.isBusy = false;
    this.fault = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    this.entries = [...this.entries, ...answer.value.entries];
    this.#next = answer.value.next ?? undefined;
    this.hasMore = answer.value.next !== null;
  }
}
