/** Supervised sessions as pages show them: the list of a pool, and one session that is followed and in which the reader stays present. */
import { api, type MeetingAct, type MeetingCard, type MeetingView } from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';
import { live } from './live.svelte.ts';

/** Well under the time after which the server takes somebody as dropped out. */
const SEEN_EVERY_MS = 25_000;

export class MeetingList {
  readonly poolId: string;
  readonly cards: Fetched<MeetingCard[]>;

  constructor(poolId: string) {
    this.poolId = poolId;
    this.cards = new Fetched(() => api.meetings.list({ poolId }));
  }

  follow(): () => void {
    const read = () => void this.cards.refresh();
    read();
    return live.watch(this.poolId, { meeting: (message) => message.poolId === this.poolId && read() }, read);
  }
}

export class MeetingRoom {
  readonly id: string;
  readonly poolId: string;
  readonly view: Fetched<MeetingView>;
  /** The reader came, and did not leave: after a break, the page comes back by itself. */
  #stays = false;

  constructor(poolId: string, id: string) {
    this.id = id;
    this.poolId = poolId;
    this.view = new Fetched(() => api.meetings.get({ meetingId: id }));
  }

  /** Reads the session and follows it until the returned function is called. */
  follow(): () => void {
    const read = async () => {
      const view = await this.view.refresh();
      if (view?.isHere) this.#stays = true;
      else if (this.#stays && view?.phase === 'open') await this.act({ do: 'join' });
    };
    void read();
    const timer = setInterval(() => {
      if (this.#stays && this.view.value?.phase === 'open')
        void this.act({ do: this.view.value.isHere ? 'seen' : 'join' });
    }, SEEN_EVERY_MS);
    const stop = live.watch(
      this.poolId,
      { meeting: (message) => message.meetingId === this.id && void read() },
      () => void read(),
    );
    return () => {
      clearInterval(timer);
      stop();
    };
  }

  async act(act: MeetingAct): Promise<Attempt<MeetingView>> {
    const answer = await attempt(() => api.meetings.act({ meetingId: this.id, act }));
    if (answer.ok) {
      this.view.put(answer.value);
      if (act.do === 'join' || act.do === 'open') this.#stays = true;
      if (act.do === 'leave') this.#stays = false;
    } else void this.view.refresh();
    return answer;
  }
}
