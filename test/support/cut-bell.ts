/** A bell with a switch, for tests of what happens while a node cannot be heard and cannot hear. */
import { type Bell, Ears } from '../../server/bell.ts';

export interface CutBell extends Bell {
  cut(): void;
  /** The line is back, and says that rings may have been missed. */
  heal(): void;
}

export function withSwitch(bell: Bell): CutBell {
  const ears = new Ears();
  let isCut = false;
  return {
    ...bell,
    ring: (topic, body) => {
      if (!isCut) bell.ring(topic, body);
    },
    join: (topic, hear) =>
      bell.join(topic, (body, node) => {
        if (!isCut) hear(body, node);
      }),
    onMissed: (run) => ears.onMissed(run),
    cut() {
      isCut = true;
    },
    heal() {
      isCut = false;
      ears.missed();
    },
  };
}
