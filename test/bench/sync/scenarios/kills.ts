/** kill -9 while somebody types: edits that were acknowledged, or that a colleague has seen, and that are not there afterwards. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as Y from 'yjs';
import { seeded } from '../../../support/seeded.ts';
import { updateIn, updateMessage } from '../dialects.ts';
import { BASE_MARK, makeBase, makeScript, type Script } from '../edits.ts';
import { openFull } from '../full-client.ts';
import { makeFolder, prepareKept } from '../ours.ts';
import { startPeer } from '../peers.ts';
import type { Room, ServerName, Target } from '../targets.ts';
import { type Bench, figures, ofEach, type Scenario } from './scenario.ts';

const NAME = 'kill9-lost';
/** Ours is killed as often as asked for; of the peers one sees enough after a few. */
const PEER_KILLS = 3;
const PER_SECOND = 100;
const TYPING_MS_MIN = 500;
const TYPING_MS_MAX = 2_500;
const SEED = 20_261_124;

/** A server that finds its documents again when it is started again. */
interface Kept {
  start(): Promise<Target>;
  room(): Room;
}

export const kills: Scenario = {
  names: [NAME],
  async run(bench) {
    const base = makeBase(200);
    const edits = (TYPING_MS_MAX / 1000) * PER_SECOND;
    const script = makeScript(base, { writer: 0, edits, rows: base.rows });
    const notes: string[] = [`times of the kills come from the seed ${SEED}`];
    const lost = await ofEach(
      bench,
      notes,
      async (name) => {
        const count = name === 'ours' ? bench.kills : Math.min(PEER_KILLS, bench.kills);
        const kept = await keep(name, bench, count);
        const random = seeded(SEED);
        const sums = { lost: 0, acknowledged: 0, seen: 0 };
        for (let n = 0; n < count; n++) {
          const typingMs = TYPING_MS_MIN + random() * (TYPING_MS_MAX - TYPING_MS_MIN);
          const one = await killWhileTyping(kept, kept.room(), { typingMs, base: base.update, script });
          for (const key of ['lost', 'acknowledged', 'seen'] as const) sums[key] += one[key];
          bench.say(`${NAME} ${name} ${n + 1} of ${count}: ${JSON.stringify(one)}`);
        }
        notes.push(
          `${name}: ${count} kills, ${sums.acknowledged || 'no'} edits acknowledged, ${sums.seen} seen by a colleague, ${sums.lost} of them lost`,
        );
        return sums.lost;
      },
      ['y-websocket', 'hocuspocus', 'ours'],
    );
    const what = 'edits lost that were acknowledged or seen';
    return [{ name: NAME, what, bar: 0, counts: 'value', notes, ...figures(lost) }];
  },
};

async function keep(name: ServerName, bench: Bench, count: number): Promise<Kept> {
  if (name === 'ours') return prepareKept(bench.cores, { small: count });
  const folder = join(makeFolder(), 'documents');
  mkdirSync(folder);
  let number = 0;
  return {
    start: () => startPeer(name, bench.cores.server, folder),
    room: () => ({ document: `kept-${number++}`, owner: '-'.repeat(36), headers: () => ({}) }),
  };
}

async function killWhileTyping(
  kept: Kept,
  room: Room,
  plan: { typingMs: number; base: (owner: string) => Uint8Array; script: Script },
): Promise<{ lost: number; acknowledged: number; seen: number }> {
  const target = await kept.start();
  const writer = await openFull(target, room, 0);
  const colleague = await openFull(target, room, 1);
  await colleague.synced();
  const based = colleague.sees(BASE_MARK, 10_000);
  let acks = 0;
  writer.onMessage((message) => {
    acks = target.dialect.acknowledged(message, acks) ?? acks;
  });
  await writer.synced();
  const copy = new Y.Doc();
  colleague.onMessage((message) => {
    const found = updateIn(message);
    if (found) Y.applyUpdate(copy, found.update);
  });
  writer.send(updateMessage(plan.base(room.owner)));
  if (!(await based)) throw new Error(`${target.name} did not take the sheet`);
  await wait(300);
  const acksBefore = acks;
  const timer = typeOn(plan.script, (update) => writer.send(updateMessage(update)));
  await wait(plan.typingMs);
  await target.end();
  clearInterval(timer);
  // What is on its way to us has been sent: it counts.
  await Promise.all([writer.whenClosed, colleague.whenClosed]);
  const seen = editsIn(copy, plan.script);
  const acknowledged = acks - acksBefore;

  const again = await kept.start();
  const reader = await openFull(again, room, 2);
  const found = new Y.Doc();
  reader.onMessage((message) => {
    const part = updateIn(message);
    if (part) Y.applyUpdate(found, part.update);
  });
  await reader.synced();
  await wait(200);
  const there = editsIn(found, plan.script);
  reader.close();
  await again.end();
  return { lost: Math.max(0, Math.max(seen, acknowledged) - there), acknowledged, seen };
}

function typeOn({ updates }: Script, send: (update: Uint8Array) => void): NodeJS.Timeout {
  const startedAt = performance.now();
  let sent = 0;
  return setInterval(() => {
    const due = Math.min(updates.length, ((performance.now() - startedAt) / 1000) * PER_SECOND);
    for (; sent < due; sent++) send(updates[sent] ?? new Uint8Array());
  }, 2);
}

/** An edit is one step of its client's clock, and a document has all steps up to its clock. */
const editsIn = (doc: Y.Doc, { client }: Script): number => Y.getState(doc.store, client);
