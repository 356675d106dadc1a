/** Scenarios over the published demand and supply of minerals: computed in the browser while assumptions move; a run is put on the record by the server. */
import {
  ASSUMPTIONS,
  type Assumptions,
  type MineralSupply,
  type Mitigation,
  mitigate,
  type Scenario,
  type Shortfall,
  shortfallOf,
} from '#domain/shortfall.ts';
import { api } from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';

export interface ScenarioResult {
  mineral: MineralSupply;
  shortfall: Shortfall;
  ways: Mitigation[];
  /** Of the ways that have a price; null where none has. */
  usd: number | null;
}

export class ShortfallDesk {
  readonly supplies = new Fetched<MineralSupply[]>(() => api.reserve.supplies());
  kind = $state<Scenario['kind']>('cut');
  days = $state(60);
  iso3 = $state('CHN');
  pricePct = $state(80);
  assumptions = $state<Assumptions>({ ...ASSUMPTIONS });
  recorded = $state.raw<string | null>(null);

  scenarioOf(kind: Scenario['kind']): Scenario {
    if (kind === 'cut') return { kind, days: Math.min(365, Math.max(1, Math.round(this.days || 1))) };
    if (kind === 'embargo') return { kind, iso3: this.iso3 };
    return kind === 'ceiling' ? { kind, pricePct: Math.min(200, Math.max(1, this.pricePct || 1)) } : { kind };
  }

  readonly scenario = $derived(this.scenarioOf(this.kind));
  readonly isAsPlanned = $derived(
    (Object.keys(ASSUMPTIONS) as (keyof Assumptions)[]).every((name) => this.assumptions[name] === ASSUMPTIONS[name]),
  );
  /** The largest part of demand short first. */
  readonly results: ScenarioResult[] = $derived(
    (this.supplies.value ?? [])
      .map((mineral) => this.run(mineral, this.scenario))
      .sort(
        (a, b) => shareOf(b.shortfall) - shareOf(a.shortfall) || a.mineral.name.localeCompare(b.mineral.name, 'en'),
      ),
  );
  /** Countries that any mineral comes from, by name. */
  readonly countries = $derived(
    [
      ...new Map(
        (this.supplies.value ?? []).flatMap(({ sources }) =>
          sources.flatMap(({ iso3, name, kind }) => (iso3 && kind !== 'home' ? [[iso3, name] as const] : [])),
        ),
      ),
    ].sort((a, b) => a[1].localeCompare(b[1], 'en')),
  );

  run(mineral: MineralSupply, scenario: Scenario): ScenarioResult {
    const shortfall = shortfallOf(mineral, scenario, this.assumptions);
    const ways = mitigate(mineral, shortfall, this.assumptions);
    const priced = ways.flatMap(({ usd }) => usd ?? []);
    return { mineral, shortfall, ways, usd: priced.length === 0 ? null : priced.reduce((sum, usd) => sum + usd, 0) };
  }

  async record(): Promise<Attempt<unknown>> {
    const { scenario, assumptions } = this;
    const answer = await attempt(() => api.reserve.runScenario({ scenario, assumptions: { ...assumptions } }));
    if (answer.ok) this.recorded = answer.value.hash;
    return answer;
  }
}

/** Part of the demand that is not met after stock, 0 to 1. */
export const shareOf = ({ gapT, demandT }: Shortfall): number => (demandT === 0 ? 0 : gapT / demandT);
