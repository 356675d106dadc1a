/** The antitrust desk of one pool as its pages show it: briefing, talk, the meter for counsel and who saw what; kept current by the line. */
import type { TalkKind } from '#domain/talk.ts';
import { api, type BriefingView, type MeterView, type Sighting, type TalkMessage } from './api.ts';
import { type Attempt, attempt, type Fault } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';
import { live } from './live.svelte.ts';

const SIGHTINGS_PAGE = 100;

export class DeskState {
  readonly poolId: string;
  readonly briefing: Fetched<BriefingView>;
  readonly talk: Fetched<TalkMessage[]>;
  readonly meter: Fetched<MeterView>;
  /** Newest first; null until they were read. */
  sightings = $state.raw<readonly Sighting[] | null>(null);
  hasMoreSightings = $state(false);
  sightingsFault = $state.raw<Fault | null>(null);
  /** Older messages were asked for and there are none. */
  isWhole = $state(false);

  constructor(poolId: string) {
    this.poolId = poolId;
    this.briefing = new Fetched(() => api.desk.briefing({ poolId }));
    this.talk = new Fetched(() => api.desk.talk({ poolId }));
    this.meter = new Fetched(() => api.desk.meter({ poolId }));
  }

  /** Reads the talk and follows it until the returned function is called. */
  followTalk(): () => void {
    const read = () => void this.talk.refresh();
    read();
    return live.watch(this.poolId, { talk: (message) => message.poolId === this.poolId && read() }, read);
  }

  async acknowledge(): Promise<Attempt<unknown>> {
    const answer = await attempt(() => api.desk.acknowledge({ poolId: this.poolId }));
    if (answer.ok) this.briefing.put(answer.value);
    return answer;
  }

  async older(): Promise<void> {
    const shown = this.talk.value ?? [];
    const [first] = shown;
    if (!first) return;
    const answer = await attempt(() => api.desk.talk({ poolId: this.poolId, before: first.id }));
    if (!answer.ok) return;
    this.isWhole = answer.value.length === 0;
    this.talk.put([...answer.value, ...shown]);
  }

  async say(kind: TalkKind, text: string): Promise<Attempt<TalkMessage>> {
    const answer = await attempt(() => api.desk.say({ poolId: this.poolId, kind, text }));
    if (answer.ok) await this.talk.refresh();
    return answer;
  }

  async decide(messageId: string, verdict: 'show' | 'withhold', reason: string): Promise<Attempt<TalkMessage>> {
    const answer = await attempt(() => api.desk.decide({ poolId: this.poolId, messageId, verdict, reason }));
    await this.talk.refresh();
    return answer;
  }

  /** The first page, or, with some on the page already, the next one. */
  async readSightings(shown: readonly Sighting[] = []): Promise<void> {
    const answer = await attempt(() => api.desk.sightings({ poolId: this.poolId, skip: shown.length }));
    this.sightingsFault = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    this.sightings = [...shown, ...answer.value];
    this.hasMoreSightings = answer.value.length >= SIGHTINGS_PAGE;
  }

  async enterShare(mineral: string, percent: number | null): Promise<Attempt<MeterView>> {
    const answer = await attempt(() => api.desk.enterShare({ poolId: this.poolId, mineral, percent }));
    if (answer.ok) this.meter.put(answer.value);
    return answer;
  }
}
