/** Errors of the API that no operation names itself, as people are told them: with place, reason and remedy. Used by the API. */
import { ORPCError } from '@orpc/server';
import type { z } from 'zod';
import { tellsDiskFull } from '../data-folder.ts';
import { problem } from './context.ts';

/** null: nothing better can be said of it. `bytesMax`: of a request's body. */
export function toldFault(error: unknown, bytesMax: number): ORPCError<string, unknown> | null {
  if (isDiskFull(error))
    return new ORPCError('SERVICE_UNAVAILABLE', {
      message: 'The server’s disk is full; nothing was stored',
      ...problem('server', 'its disk is full', 'tell who runs this workspace, and try again once there is space'),
    });
  if (!(error instanceof ORPCError)) return null;
  if (error.code === 'PAYLOAD_TOO_LARGE') {
    const reason = `it is larger than ${bytesMax.toLocaleString('en-US')} bytes`;
    return new ORPCError('PAYLOAD_TOO_LARGE', {
      message: `body: ${reason}`,
      ...problem('body', reason, 'send less, or in parts'),
    });
  }
  return error.code === 'BAD_REQUEST' ? invalidInput(error) : null;
}

/** Input that does not fit the contract: the first field that is wrong, by name, with what would fit. */
function invalidInput(error: ORPCError<string, unknown>): ORPCError<string, unknown> | null {
  const [first] = (error.data as { issues?: z.core.$ZodIssue[] } | undefined)?.issues ?? [];
  if (!first) return null;
  const place = first.path.map(String).join('.') || 'request';
  return new ORPCError('BAD_REQUEST', {
    message: `${place}: ${first.message}`,
    ...problem(place, first.message, 'correct it and send again'),
  });
}

/** Causes nest: the driver's error is inside the one of the ORM. */
function isDiskFull(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) if (tellsDiskFull(inner.message)) return true;
  return false;
}
