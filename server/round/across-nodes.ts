/**
 * What a node does about the others: greets those that come, takes away the people of those that are gone and finishes what they left half-done,
 * and looks again at everything that it may not have been told. Put together in compose.
 */
import type { Bell } from '../bell.ts';
import type { Clock } from '../clock.ts';
import type { MatchDesk } from '../match/desk.ts';
import type { Nodes } from '../nodes.ts';
import type { PoolDesk } from '../pool/desk.ts';
import type { PushServer } from '../push.ts';
import type { Sheets } from '../sync/sheets.ts';
import type { Telemetry } from '../telemetry.ts';
import type { RoundDesk } from './advance.ts';

/** How often a node looks for what no other node finished or told it. */
const LOOK_MS = 30_000;

export function workWithOthers(parts: {
  bell: Bell;
  nodes: Nodes;
  sheets: Pick<Sheets, 'greetNode' | 'loseNode'>;
  push: Pick<PushServer, 'refresh'>;
  pools: Pick<PoolDesk, 'follow'>;
  rounds: Pick<RoundDesk, 'resume'>;
  match: Pick<MatchDesk, 'recover'>;
  clock: Clock;
  telemetry: Telemetry;
}): { close(): Promise<void> } {
  const { bell, nodes, sheets, push, pools, rounds, match, clock, telemetry } = parts;
  if (!bell.reachesOthers) return { close: async () => {} };
  let looking: Promise<void> = Promise.resolve();
  let cancel = () => {};

  function look(): void {
    looking = looking.then(async () => {
      await rounds.resume();
      await pools.follow();
      await match.recover();
    });
    looking = looking.catch((error) => telemetry.fault('nodes.look', error));
  }

  function lookLater(): void {
    cancel = clock.at(new Date(clock.now().getTime() + LOOK_MS), () => {
      look();
      lookLater();
    });
  }

  nodes.onCame((node) => {
    telemetry.event('node.came', { node });
    sheets.greetNode();
  });
  nodes.onGone((node) => {
    telemetry.event('node.gone', { node });
    sheets.loseNode(node);
    look();
  });
  bell.onMissed(() => {
    push.refresh();
    look();
  });
  lookLater();
  return {
    async close() {
      cancel();
      await looking;
    },
  };
}
