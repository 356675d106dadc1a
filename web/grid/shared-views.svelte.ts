/** The views that somebody saved for everyone who may open this sheet. */
import type { SharedView } from '#protocol/views-api.ts';
import { api } from '#web/state/api.ts';
import { attempt, type Fault } from '#web/state/faults.ts';
import type { ViewState } from './view-state.svelte.ts';

export class SharedViews {
  list = $state.raw<readonly SharedView[]>([]);
  isBusy = $state(false);
  readonly #sheetId: string;

  constructor(sheetId: string) {
    this.#sheetId = sheetId;
  }

  /** Without an answer the list stays as it is: the sheet works without. */
  async refresh(): Promise<void> {
    const answer = await attempt(() => api.sheets.views({ sheetId: this.#sheetId }));
    if (answer.ok) this.list = answer.value;
  }

  /** Null: done. */
  async save(view: ViewState, name: string): Promise<Fault | null> {
    return this.#put(view, () => api.sheets.saveView({ sheetId: this.#sheetId, name, body: view.body }));
  }

  async change(view: ViewState): Promise<Fault | null> {
    const id = view.shared?.id ?? '';
    return this.#put(view, () => api.sheets.changeView({ viewId: id, body: view.body }));
  }

  async remove(view: ViewState): Promise<Fault | null> {
    const id = view.shared?.id ?? '';
    this.isBusy = true;
    const answer = await attempt(() => api.sheets.deleteView({ viewId: id }));
    this.isBusy = false;
    if (!answer.ok) return answer.fault;
    this.list = this.list.filter((each) => each.id !== id);
    view.open(null);
    return null;
  }

  async #put(view: ViewState, ask: () => Promise<SharedView>): Promise<Fault | null> {
    this.isBusy = true;
    const answer = await attempt(ask);
    this.isBusy = false;
    if (!answer.ok) return answer.fault;
    const saved = answer.value;
    const isNew = !this.list.some(({ id }) => id === saved.id);
    this.list = isNew ? [...this.list, saved] : this.list.map((each) => (each.id === saved.id ? saved : each));
    view.open(saved);
    return null;
  }
}
