/**
 * The bell between the nodes of one installation: that a sheet's log has grown, who is where in a sheet, what happened in a pool. What must not
 * get lost is in the database; a ring that is lost, doubled or late costs time, never data. Used by the sheets, the events and the rounds.
 *
 * Every bell keeps this contract (test/nodes/bell.test.ts):
 * 1. What a node rings is heard by every other node that has joined the topic, and never by itself.
 * 2. Rings of one node on one topic come in order, as long as none is lost.
 * 3. Whoever may have missed rings is told once it hears again.
 * 4. Ringing neither waits nor throws; what cannot be sent is dropped.
 */
import { randomUUID } from 'node:crypto';
import type { Telemetry } from './telemetry.ts';

export type Hear = (body: Uint8Array, node: string) => void;

export interface Bell {
  /** This process among the nodes, as the others hear of it. */
  readonly node: string;
  /** False where there cannot be another node. */
  readonly reachesOthers: boolean;
  /** Largest body that can be rung; a larger one is dropped, so its teller has to send a pointer instead. */
  readonly bodyBytesMax: number;
  ring(topic: string, body: Uint8Array): void;
  /** Resolves once rings of the topic are heard. Answers the way to stop. */
  join(topic: string, hear: Hear): Promise<() => void>;
  /** Runs when rings may have been missed and are heard again. */
  onMissed(run: () => void): () => void;
  close(): Promise<void>;
}

/** Who hears what on this node. Shared by the bells. */
export class Ears {
  readonly #topics = new Map<string, Set<Hear>>();
  readonly #missed = new Set<() => void>();
  readonly #telemetry: Telemetry | null;

  constructor(telemetry: Telemetry | null = null) {
    this.#telemetry = telemetry;
  }

  /** True when it is the first of its topic. */
  add(topic: string, hear: Hear): boolean {
    const known = this.#topics.get(topic);
    if (known) known.add(hear);
    else this.#topics.set(topic, new Set([hear]));
    return !known;
  }

  /** True when it was the last of its topic. */
  remove(topic: string, hear: Hear): boolean {
    const known = this.#topics.get(topic);
    if (!known?.delete(hear) || known.size > 0) return false;
    return this.#topics.delete(topic);
  }

  hear(topic: string, body: Uint8Array, node: string): void {
    for (const hear of [...(this.#topics.get(topic) ?? [])])
      try {
        hear(body, node);
      } catch (error) {
        // One who cannot make sense of a ring, as of a node of another version, keeps no other from hearing.
        this.#telemetry?.fault('bell.hear', error);
      }
  }

  onMissed(run: () => void): () => void {
    this.#missed.add(run);
    return () => this.#missed.delete(run);
  }

  missed(): void {
    for (const run of [...this.#missed]) run();
  }
}

const LOCAL_BODY_BYTES_MAX = 64 << 10;

/** Bells within this process: for the tests of several nodes in one, which use all of them on one hub. */
export function localBells(): () => Bell {
  const hub = new Map<string, Ears>();
  return () => {
    const node = randomUUID();
    const ears = new Ears();
    hub.set(node, ears);
    return {
      node,
      reachesOthers: true,
      bodyBytesMax: LOCAL_BODY_BYTES_MAX,
      ring(topic, body) {
        if (!hub.has(node) || body.length > LOCAL_BODY_BYTES_MAX) return;
        queueMicrotask(() => {
          for (const [other, ears] of hub) if (other !== node) ears.hear(topic, body, node);
        });
      },
      join: async (topic, hear) => {
        ears.add(topic, hear);
        return () => void ears.remove(topic, hear);
      },
      onMissed: (run) => ears.onMissed(run),
      close: async () => void hub.delete(node),
    };
  };
}

/** The bell of a node that is alone: nobody hears, nothing is paid. */
export const loneBell = (): Bell => ({
  node: randomUUID(),
  reachesOthers: false,
  bodyBytesMax: LOCAL_BODY_BYTES_MAX,
  ring: () => {},
  join: async () => () => {},
  onMissed: () => () => {},
  close: async () => {},
});
