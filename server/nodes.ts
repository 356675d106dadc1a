/**
 * Which other nodes are there: each says so every two seconds, and one that has been silent for three of them counts as gone, so that what it
 * showed of its people is taken away and what it left half-done is finished by another. Used by compose, the sheets and the rounds.
 */
import type { Bell } from './bell.ts';
import type { Clock } from './clock.ts';

const TOPIC = 'nodes';
export const BEAT_MS = 2_000;
export const GONE_MS = 7_000;
const HERE = Uint8Array.of(1);
const LEAVING = Uint8Array.of(0);

export interface Nodes {
  /** A node is heard for the first time, or again after it was gone. */
  onCame(run: (node: string) => void): void;
  onGone(run: (node: string) => void): void;
  /** Tells the others that this node leaves. */
  close(): void;
}

export async function watchNodes(bell: Bell, clock: Clock): Promise<Nodes> {
  /** When each was heard last. */
  const heardAtMs = new Map<string, number>();
  const came = new Set<(node: string) => void>();
  const gone = new Set<(node: string) => void>();

  const lose = (node: string): void => {
    if (heardAtMs.delete(node)) for (const run of gone) run(node);
  };
  const leave = await bell.join(TOPIC, ([word], node) => {
    if (word === LEAVING[0]) return lose(node);
    const isNew = !heardAtMs.has(node);
    heardAtMs.set(node, clock.now().getTime());
    if (!isNew) return;
    // It hears of us at once, not at our next beat.
    bell.ring(TOPIC, HERE);
    for (const run of came) run(node);
  });

  let cancel = () => {};
  const beat = (): void => {
    bell.ring(TOPIC, HERE);
    const now = clock.now().getTime();
    for (const [node, at] of heardAtMs) if (now - at > GONE_MS) lose(node);
    cancel = clock.at(new Date(now + BEAT_MS), beat);
  };
  if (bell.reachesOthers) beat();

  return {
    onCame: (run) => void came.add(run),
    onGone: (run) => void gone.add(run),
    close() {
      cancel();
      leave();
      bell.ring(TOPIC, LEAVING);
    },
  };
}
