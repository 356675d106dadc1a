/** The endpoints of better-auth that the web app uses: signing in and out, own sessions, and the lists of colleagues and invitations. */

import { z } from 'zod';
import { type Fault, Refused, UNREACHABLE } from './faults.ts';

const BASE = '/api/auth';

const Refusal = z.object({ message: z.string().optional(), code: z.string().optional() });

/** Words of our own for what better-auth refuses most often. */
const WORDS: Record<string, Fault> = {
  INVALID_EMAIL_OR_PASSWORD: {
    kind: 'refused',
    text: 'Mail address and password do not fit together',
    remedy: 'Check both; passwords tell capital and small letters apart.',
  },
};

async function call<T>(path: string, shape: z.ZodType<T>, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`${BASE}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused(UNREACHABLE);
  }
  const text = await answer.text();
  if (answer.ok) return shape.parse(text ? JSON.parse(text) : null);
  throw new Refused(faultOf(answer.status, text));
}

function faultOf(status: number, text: string): Fault {
  if (status === 429)
    return { kind: 'refused', text: 'Too many tries in a short time', remedy: 'Wait a minute, then try again.' };
  const refusal = Refusal.safeParse(parsed(text));
  const known = refusal.success ? WORDS[refusal.data.code ?? ''] : undefined;
  if (known) return known;
  if (status === 401) return { kind: 'signedOut', text: 'You are not signed in', remedy: 'Sign in and try again.' };
  return {
    kind: status >= 500 ? 'broken' : 'refused',
    text: (refusal.success && refusal.data.message) || 'The server refused this',
    remedy: 'Check what you entered and try again.',
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const Anything = z.unknown();

export const signIn = (email: string, password: string) => call('/sign-in/email', Anything, { email, password });
export const signOut = () => call('/sign-out', Anything, {});

const Session = z.object({
  id: z.string(),
  token: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  ipAddress: z.string().nullish(),
  userAgent: z.string().nullish(),
});
export type Session = z.infer<typeof Session>;

export const listSessions = () => call('/list-sessions', z.array(Session));
export const revokeSession = (token: string) => call('/revoke-session', Anything, { token });
export const currentSession = () =>
  call('/get-session', z.object({ session: z.object({ id: z.string() }) }).nullable()).then(
    (found) => found?.session.id ?? null,
  );

const Member = z.object({
  id: z.string(),
  role: z.string(),
  createdAt: z.string(),
  userId: z.string(),
  user: z.object({ name: z.string(), email: z.string() }),
});
export type Member = z.infer<typeof Member>;

const Invitation = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string().nullish(),
  status: z.string(),
  expiresAt: z.string(),
});
export type Invitation = z.infer<typeof Invitation>;

const at = (organizationId: string) => `organizationId=${encodeURIComponent(organizationId)}`;

export const listMembers = (organizationId: string) =>
  call(`/organization/list-members?${at(organizationId)}`, z.object({ members: z.array(Member) })).then(
    (found) => found.members,
  );
export const listInvitations = (organizationId: string) =>
  call(`/organization/list-invitations?${at(organizationId)}`, z.array(Invitation));
