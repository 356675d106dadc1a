/** What every part of the HTTP contract is made of: route builders with the common errors, and the shared kinds of value. Used by api and its parts. */

import { oc } from '@orpc/contract';
import { z } from 'zod';

export const Id = z.uuid();
export const Instant = z.iso.datetime();
/** A pool, and one of its rounds: the latest unless another is asked for. */
export const OfRound = z.object({ poolId: Id, round: z.coerce.number().int().min(1).optional() });
export const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Data of every error: the thing, and what to do. The code is the error's code, the text its message. */
export const Problem = z.object({ place: z.string(), remedy: z.string(), reason: z.string() }).meta({ id: 'Problem' });

const base = oc.errors({
  UNAUTHORIZED: { status: 401, message: 'You are not signed in', data: Problem },
  NOT_FOUND: { status: 404, message: 'There is no such thing, or none for you', data: Problem },
  CONFLICT: { status: 409, message: 'That cannot be done now', data: Problem },
});
export const get = (path: `/${string}`, tag: string, summary: string) =>
  base.route({ method: 'GET', path, tags: [tag], summary });
export const post = (path: `/${string}`, tag: string, summary: string) =>
  base.route({ method: 'POST', path, tags: [tag], summary });
