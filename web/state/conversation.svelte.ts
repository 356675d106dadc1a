/** The comments of one sheet as its page shows them, kept current by the line. */
import { api, type Conversation, type Mentionable, type Thread } from './api.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';
import { live } from './live.svelte.ts';

export class ConversationState {
  readonly sheetId: string;
  readonly all: Fetched<Conversation>;
  /** Whom this person may mention; read when the first comment is begun. */
  readonly people: Fetched<Mentionable[]>;
  /** Open threads by place, for the marks in the grid. */
  readonly open: ReadonlyMap<string, number> = $derived(countOpen(this.threads));

  constructor(sheetId: string) {
    this.sheetId = sheetId;
    this.all = new Fetched(() => api.comments.list({ sheetId }));
    this.people = new Fetched(() => api.comments.people({ sheetId }));
  }

  get threads(): readonly Thread[] {
    return this.all.value?.threads ?? [];
  }

  /** Reads the comments and follows them until the returned function is called. */
  follow(): () => void {
    const read = () => void this.all.refresh();
    read();
    return live.hear({ comments: ({ sheetId }) => sheetId === this.sheetId && read() }, read);
  }

  needPeople(): void {
    if (this.people.value === null && !this.people.isBusy) void this.people.refresh();
  }

  start(row: string, column: string, text: string): Promise<Attempt<Thread>> {
    return this.#do(() => api.comments.start({ sheetId: this.sheetId, row, column, text }));
  }

  reply(threadId: string, text: string): Promise<Attempt<Thread>> {
    return this.#do(() => api.comments.reply({ threadId, text }));
  }

  change(commentId: string, text: string): Promise<Attempt<Thread>> {
    return this.#do(() => api.comments.change({ commentId, text }));
  }

  remove(commentId: string): Promise<Attempt<unknown>> {
    return this.#do(() => api.comments.remove({ commentId }));
  }

  resolve(threadId: string, isResolved: boolean): Promise<Attempt<Thread>> {
    return this.#do(() => api.comments.resolve({ threadId, isResolved }));
  }

  decide(commentId: string, verdict: 'show' | 'withhold', reason: string): Promise<Attempt<Thread>> {
    return this.#do(() => api.comments.decide({ commentId, verdict, reason }));
  }

  async #do<T>(request: () => Promise<T>): Promise<Attempt<T>> {
    const answer = await attempt(request);
    await this.all.refresh();
    return answer;
  }
}

export const placeKey = (row: string, column: string): string => `${column} ${row}`;

function countOpen(threads: readonly Thread[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { row, column, resolved } of threads) {
    const key = placeKey(row, column);
    if (!resolved) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
