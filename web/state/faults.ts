/** What did not work and what to do about it, in words for the place where it happened. Used by every state class and form. */
import { ORPCError } from '@orpc/client';

export interface Fault {
  kind: 'signedOut' | 'nothingHere' | 'refused' | 'invalid' | 'unreachable' | 'broken';
  text: string;
  remedy: string;
}

/** Thrown by requests outside the contract (signing in); carries its own words. */
export class Refused extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.text);
    this.fault = fault;
  }
}

export const UNREACHABLE: Fault = {
  kind: 'unreachable',
  text: 'The server does not answer',
  remedy: 'Check your connection; nothing you saved is lost. Then try again.',
};

interface Problem {
  reason: string;
  remedy: string;
}

const isProblem = (data: unknown): data is Problem =>
  typeof data === 'object' && data !== null && 'remedy' in data && typeof data.remedy === 'string';

const KIND: Record<number, Fault['kind']> = { 400: 'invalid', 401: 'signedOut', 404: 'nothingHere', 409: 'refused' };

export function faultOf(error: unknown): Fault {
  if (error instanceof Refused) return error.fault;
  if (!(error instanceof ORPCError)) return UNREACHABLE;
  const kind = KIND[error.status] ?? 'broken';
  if (isProblem(error.data))
    return { kind, text: capital(error.data.reason || error.message), remedy: `${capital(error.data.remedy)}.` };
  if (kind === 'invalid')
    return { kind, text: 'Something that you entered is not right', remedy: 'Check the fields and send it again.' };
  return {
    kind,
    text: 'The server met an error',
    remedy: 'Nothing was changed. Try again; if it happens again, tell the person who runs this workspace.',
  };
}

/** A page's own address named it, so a malformed id is a thing that does not exist. */
export const isNothingHere = (fault: Fault | null): boolean =>
  fault?.kind === 'nothingHere' || fault?.kind === 'invalid';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '');

export type Attempt<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** Runs a request and turns whatever goes wrong into a fault. */
export async function attempt<T>(request: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await request() };
  } catch (error) {
    return { ok: false, fault: faultOf(error) };
  }
}
