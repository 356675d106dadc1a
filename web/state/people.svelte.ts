/** The reader's organization and own sessions: colleagues, invitations, roles, and where one is signed in. */
import type { Role } from '#domain/actors.ts';
import { api } from './api.ts';
import * as auth from './auth.ts';
import { type Attempt, attempt } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';

export class PeopleState {
  readonly members: Fetched<auth.Member[]>;
  readonly invitations: Fetched<auth.Invitation[]>;
  readonly sessions = new Fetched(async () => {
    const [sessions, current] = await Promise.all([auth.listSessions(), auth.currentSession()]);
    return sessions
      .map((session) => ({ ...session, isCurrent: session.id === current }))
      .sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent) || b.createdAt.localeCompare(a.createdAt));
  });

  constructor(organizationId: string) {
    this.members = new Fetched(() => auth.listMembers(organizationId));
    this.invitations = new Fetched(async () =>
      (await auth.listInvitations(organizationId)).filter(
        (found) => found.status === 'pending' && new Date(found.expiresAt) > new Date(),
      ),
    );
  }

  invite(email: string, role: Role): Promise<Attempt<{ id: string; email: string }>> {
    return this.#change(
      async () => ({ id: (await api.colleagues.invite({ email, role })).id, email }),
      this.invitations,
    );
  }

  withdraw(invitationId: string): Promise<Attempt<unknown>> {
    return this.#change(() => api.colleagues.withdraw({ invitationId }), this.invitations);
  }

  changeRole(memberId: string, role: Role): Promise<Attempt<unknown>> {
    return this.#change(() => api.colleagues.changeRole({ memberId, role }), this.members);
  }

  remove(memberId: string): Promise<Attempt<unknown>> {
    return this.#change(() => api.colleagues.remove({ memberId }), this.members);
  }

  revoke(token: string): Promise<Attempt<unknown>> {
    return this.#change(() => auth.revokeSession(token), this.sessions);
  }

  async #change<T>(request: () => Promise<T>, then: { refresh(): Promise<unknown> }): Promise<Attempt<T>> {
    const answer = await attempt(request);
    await then.refresh();
    return answer;
  }
}
