/**
 * Short notices from node to node: what happened, by kind and ids. Each node looks up, and decides for each of its own viewers, what may be seen.
 * Used by push, the rounds and the match.
 */
import type { z } from 'zod';
import type { Bell } from './bell.ts';
import type { Telemetry } from './telemetry.ts';

export interface Notices {
  tell(kind: string, body: unknown): void;
  /** Hears the notices of a kind from other nodes. */
  on<T>(kind: string, shape: z.ZodType<T>, hear: (body: T) => Promise<void> | void): void;
}

const TOPIC = 'notices';

export async function createNotices(bell: Bell, telemetry: Telemetry): Promise<Notices> {
  const listeners = new Map<string, (body: unknown) => Promise<void> | void>();
  await bell.join(TOPIC, (bytes) => {
    const [kind, body] = JSON.parse(Buffer.from(bytes).toString()) as [string, unknown];
    const hear = listeners.get(kind);
    if (hear)
      Promise.resolve()
        .then(() => hear(body))
        .catch((error) => telemetry.fault('notice', error, { kind }));
  });
  return {
    tell(kind, body) {
      if (bell.reachesOthers) bell.ring(TOPIC, Buffer.from(JSON.stringify([kind, body])));
    },
    on: (kind, shape, hear) => void listeners.set(kind, (body) => hear(shape.parse(body))),
  };
}
