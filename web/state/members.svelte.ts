/** Who sits in a pool, and the rules that its administrator sets. Used by the pages under a pool's members. */
import { api, type Candidate, type PoolMember, type RuleSettings } from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';

export class MembersState {
  readonly list: Fetched<PoolMember[]>;
  readonly candidates: Fetched<Candidate[]>;
  readonly rules: Fetched<RuleSettings>;
  readonly #poolId: string;

  constructor(poolId: string) {
    this.#poolId = poolId;
    this.list = new Fetched(() => api.members.list({ poolId }));
    this.candidates = new Fetched(() => api.members.candidates({ poolId }));
    this.rules = new Fetched(() => api.rules.get({ poolId }));
  }

  add(organizationId: string, clearance?: string): Promise<Attempt<PoolMember[]>> {
    const seat = { poolId: this.#poolId, organizationId, ...(clearance !== undefined && { clearance }) };
    return this.#seat(() => api.members.add(seat));
  }

  remove(organizationId: string): Promise<Attempt<PoolMember[]>> {
    return this.#seat(() => api.members.remove({ poolId: this.#poolId, organizationId }));
  }

  leave(): Promise<Attempt<unknown>> {
    return attempt(() => api.members.leave({ poolId: this.#poolId }));
  }

  async tighten(rules: NonNullable<RuleSettings['rules']>): Promise<Attempt<RuleSettings>> {
    const answer = await attempt(() => api.rules.tighten({ poolId: this.#poolId, rules }));
    if (answer.ok) this.rules.put(answer.value);
    return answer;
  }

  async #seat(request: () => Promise<PoolMember[]>): Promise<Attempt<PoolMember[]>> {
    const answer = await attempt(request);
    if (answer.ok) this.list.put(answer.value);
    void this.candidates.refresh();
    return answer;
  }
}
