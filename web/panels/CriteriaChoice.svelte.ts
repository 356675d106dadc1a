/** Which weights a person looks with: the programme's, or own ones that stay in this browser. Shared by the pages of minerals and partners. */
import { untrack } from 'svelte';
import { EQUAL_WEIGHTS, readWeights, sameWeights, type Weights } from '#domain/criteria.ts';
import { api } from '#web/state/api.ts';
import { type Attempt, attempt } from '#web/state/faults.ts';
import { Fetched } from '#web/state/fetched.svelte.ts';
import { session } from '#web/state/session.svelte.ts';

export interface WeightsVersion {
  version: number;
  weights: Weights;
  reason: string;
  organization: string;
  at: string | null;
}

const keyOf = (): string => `weights ${session.person?.userId ?? ''}`;

/** What is not readable any more is as if it were not there. */
function keptWeights(): Weights | null {
  try {
    const read = readWeights(JSON.parse(localStorage.getItem(keyOf()) ?? 'null'));
    return read.ok ? read.value : null;
  } catch {
    return null;
  }
}

class CriteriaChoice {
  saved = new Fetched<{ mayChange: boolean; versions: WeightsVersion[] }>(
    async () => (await api.criteria.weights()) as { mayChange: boolean; versions: WeightsVersion[] },
  );
  #own = $state.raw<Weights | null>(null);

  need(): void {
    untrack(() => {
      this.#own = keptWeights();
      if (!this.saved.value && !this.saved.isBusy) void this.saved.refresh();
    });
  }

  get newest(): WeightsVersion | null {
    return this.saved.value?.versions[0] ?? null;
  }

  /** The programme's; all alike until they have arrived, or where nobody set any. */
  get programmes(): Weights {
    return this.newest?.weights ?? EQUAL_WEIGHTS;
  }

  get weights(): Weights {
    return this.#own ?? this.programmes;
  }

  get isOwn(): boolean {
    return this.#own !== null;
  }

  change(weights: Weights): void {
    this.#own = sameWeights(weights, this.programmes) ? null : weights;
    try {
      if (this.#own) localStorage.setItem(keyOf(), JSON.stringify(this.#own));
      else localStorage.removeItem(keyOf());
    } catch {
      // A browser that keeps nothing still shows them until the page is left.
    }
  }

  back(): void {
    this.change(this.programmes);
  }

  async save(reason: string): Promise<Attempt<unknown>> {
    const weights = { ...this.weights } as Record<keyof Weights, number>;
    const answer = await attempt(() => api.criteria.change({ weights, reason, after: this.newest?.version ?? 0 }));
    await this.saved.refresh();
    if (answer.ok) this.back();
    return answer;
  }
}

export const criteriaChoice = new CriteriaChoice();
