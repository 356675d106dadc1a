/** What the person is told of: one list for the bell and the page, kept current by the line. */
import { api, type Mails, type Notifications } from './api.ts';
import { type Attempt, attempt, type Fault } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';
import { live } from './live.svelte.ts';

type Item = Notifications['items'][number];

class NotificationState {
  readonly first = new Fetched<Notifications>(() => api.notifications.list({}));
  readonly mails = new Fetched<Mails>(() => api.notifications.mails());
  /** Pages after the first. */
  #older = $state.raw<readonly Item[]>([]);
  #next = $state.raw<string | null | undefined>(undefined);
  fault = $state.raw<Fault | null>(null);

  get items(): readonly Item[] {
    return [...(this.first.value?.items ?? []), ...this.#older];
  }

  get unread(): number {
    return this.first.value?.unread ?? 0;
  }

  get hasMore(): boolean {
    return (this.#next === undefined ? this.first.value?.next : this.#next) != null;
  }

  /** Reads them and follows until the returned function is called. */
  follow(): () => void {
    const read = () => {
      this.#older = [];
      this.#next = undefined;
      void this.first.refresh();
    };
    read();
    return live.hear({ notifications: read }, read);
  }

  async more(): Promise<void> {
    const before = this.#next ?? this.first.value?.next;
    if (before == null) return;
    const answer = await attempt(() => api.notifications.list({ before }));
    this.fault = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    this.#older = [...this.#older, ...answer.value.items];
    this.#next = answer.value.next;
  }

  /** All when `ids` is left out. */
  async read(ids?: string[]): Promise<void> {
    const answer = await attempt(() => api.notifications.read(ids ? { ids } : {}));
    this.fault = answer.ok ? null : answer.fault;
    if (answer.ok) await this.first.refresh();
  }

  async setMails(choice: Mails['choice']): Promise<Attempt<Mails>> {
    const answer = await attempt(() => api.notifications.setMails({ choice }));
    if (answer.ok) this.mails.put(answer.value);
    return answer;
  }
}

export const notifications = new NotificationState();
