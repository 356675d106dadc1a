/** Who sits at this browser and what they may do. One per page; every route reads it. */
import { RIGHTS, type Right } from '#domain/actors.ts';
import { api, type Me } from './api.ts';
import * as auth from './auth.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';
import { keepNothingMore, keptSheets, wipeCopies } from './local-copies.ts';
import { wipeMarks } from './person-marks.ts';

class SessionState {
  me = new Fetched<Me>(() => api.me());
  person = $derived(this.me.value?.person ?? null);
  isDemo = $derived(this.me.value?.demo ?? false);
  #rights = $derived(
    new Set(this.me.value?.rights.filter((name): name is Right => (RIGHTS as string[]).includes(name)) ?? []),
  );

  may(right: Right): boolean {
    return this.#rights.has(right);
  }

  async signIn(email: string, password: string): Promise<Attempt<unknown>> {
    const answer = await attempt(() => auth.signIn(email, password));
    if (answer.ok) await this.me.refresh();
    return answer;
  }

  /**
   * Nothing of the person stays in this browser: its copies of sheets are removed, and the page is left with a full load, so that no number
   * stays in memory.
   */
  async signOut(): Promise<void> {
    await attempt(() => auth.signOut());
    keepNothingMore();
    wipeMarks(() => false);
    await wipeCopies(() => false);
    location.assign('/signin');
  }

  /** Removes what is kept for others who sat here, and of sheets that are not open to this person any more. */
  async tidyCopies({ userId }: { userId: string }): Promise<void> {
    wipeMarks((owner) => owner === userId);
    await wipeCopies((owner) => owner === userId);
    if (keptSheets(userId).length === 0) return;
    const open = await attempt(() => api.sheets.open());
    if (!open.ok) return;
    const stays = new Set(open.value);
    await wipeCopies((_owner, sheetId) => stays.has(sheetId));
  }
}

export const session = new SessionState();
