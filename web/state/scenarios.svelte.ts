/** What was tried on a solved run: the list, the one on the screen, and what can be tried; kept current by the line. */
import type { ScenarioOptions, ScenarioReportView, ScenarioRunView, ShockChoice } from '#protocol/scenarios-api.ts';
import { api } from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';
import { live } from './live.svelte.ts';

export class ScenariosState {
  readonly runId: string;
  readonly options: Fetched<ScenarioOptions>;
  readonly list: Fetched<ScenarioRunView[]>;
  report = $state.raw<Fetched<ScenarioReportView> | null>(null);
  shownId = $state<string | null>(null);

  constructor(runId: string) {
    this.runId = runId;
    this.options = new Fetched(() => api.scenarios.options({ runId }));
    this.list = new Fetched(() => api.scenarios.list({ runId }));
  }

  follow(poolId: string): () => void {
    const read = async () => {
      void this.options.refresh();
      const found = await this.list.refresh();
      const newest = found?.find(({ state }) => state === 'solved');
      if (newest && this.shownId === null) this.show(newest.id);
      else if (this.shownId !== null) void this.report?.refresh();
    };
    void read();
    return live.watch(poolId, { scenario: ({ scenario }) => this.#moved(scenario) }, () => void read());
  }

  show(id: string): void {
    this.shownId = id;
    this.report = new Fetched(() => api.scenarios.report({ scenarioId: id }));
    void this.report.refresh();
  }

  async start(name: string, shocks: ShockChoice[] | null): Promise<Attempt<ScenarioRunView>> {
    const answer = await attempt(() => api.scenarios.start({ runId: this.runId, name, shocks }));
    if (answer.ok) this.#moved(answer.value);
    return answer;
  }

  async cancel(id: string): Promise<Attempt<ScenarioRunView>> {
    const answer = await attempt(() => api.scenarios.cancel({ scenarioId: id }));
    if (answer.ok) this.#moved(answer.value);
    return answer;
  }

  async rename(id: string, name: string): Promise<Attempt<ScenarioRunView>> {
    const answer = await attempt(() => api.scenarios.rename({ scenarioId: id, name }));
    if (answer.ok) this.#moved(answer.value);
    return answer;
  }

  #moved(scenario: ScenarioRunView): void {
    if (scenario.runId !== this.runId || !this.list.value) return;
    const before = this.list.value.find(({ id }) => id === scenario.id);
    const others = this.list.value.filter(({ id }) => id !== scenario.id);
    this.list.put([scenario, ...others].toSorted((a, b) => b.number - a.number));
    const isNew = scenario.state === 'solved' && before?.state !== 'solved';
    if (isNew) this.show(scenario.id);
    else if (scenario.id === this.shownId && scenario.endedAt !== before?.endedAt) void this.report?.refresh();
  }
}
