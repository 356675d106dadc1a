/** The endpoints of better-auth that the web app uses: signing in and out, own sessions, and the lists of colleagues and invitations. */

import { type Fault, Refused, UNREACHABLE } from './faults.ts';
import { anything, list, object, orNull, type Reader, type Shape, text } from './shapes.ts';

const BASE = '/api/auth';

const Refusal = object({ message: orNull(text), code: orNull(text) });

/** Words of our own for what better-auth refuses most often. */
const WORDS: Record<string, Fault> = {
  INVALID_EMAIL_OR_PASSWORD: {
    kind: 'refused',
    text: 'Mail address and password do not fit together',
    remedy: 'Check both; passwords tell capital and small letters apart.',
  },
};

async function call<T>(path: string, read: Reader<T>, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`${BASE}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused(UNREACHABLE);
  }
  const said = await answer.text();
  if (answer.ok) return read(said ? JSON.parse(said) : null);
  throw new Refused(faultOf(answer.status, said));
}

function faultOf(status: number, said: string): Fault {
  if (status === 429)
    return { kind: 'refused', text: 'Too many tries in a short time', remedy: 'Wait a minute, then try again.' };
  const refusal = refusalOf(said);
  const known = WORDS[refusal?.code ?? ''];
  if (known) return known;
  if (status === 401) return { kind: 'signedOut', text: 'You are not signed in', remedy: 'Sign in and try again.' };
  return {
    kind: status >= 500 ? 'broken' : 'refused',
    text: refusal?.message || 'The server refused this',
    remedy: 'Check what you entered and try again.',
  };
}

function refusalOf(said: string): Shape<typeof Refusal> | null {
  try {
    return Refusal(JSON.parse(said));
  } catch {
    return null;
  }
}

export const signIn = (email: string, password: string) => call('/sign-in/email', anything, { email, password });
export const signOut = () => call('/sign-out', anything, {});

const Session = object({
  id: text,
  token: text,
  createdAt: text,
  expiresAt: text,
  ipAddress: orNull(text),
  userAgent: orNull(text),
});
export type Session = Shape<typeof Session>;

export const listSessions = () => call('/list-sessions', list(Session));
export const revokeSession = (token: string) => call('/revoke-session', anything, { token });
export const currentSession = () =>
  call('/get-session', orNull(object({ session: object({ id: text }) }))).then((found) => found?.session.id ?? null);

const Member = object({
  id: text,
  role: text,
  createdAt: text,
  userId: text,
  user: object({ name: text, email: text }),
});
export type Member = Shape<typeof Member>;

const Invitation = object({
  id: text,
  email: text,
  role: orNull(text),
  status: text,
  expiresAt: text,
});
export type Invitation = Shape<typeof Invitation>;

const at = (organizationId: string) => `organizationId=${encodeURIComponent(organizationId)}`;

export const listMembers = (organizationId: string) =>
  call(`/organization/list-members?${at(organizationId)}`, object({ members: list(Member) })).then(
    (found) => found.members,
  );
export const listInvitations = (organizationId: string) =>
  call(`/organization/list-invitations?${at(organizationId)}`, list(Invitation));
