/** One client sends thousands of updates whose history nobody has: what that costs the server, and whether it lets the client go on. */
import { setTimeout as wait } from 'node:timers/promises';
import { HAVE_NOTHING, updateIn } from '../dialects.ts';
import { makeBase, makeMessages, makeScript } from '../edits.ts';
import { openFull } from '../full-client.ts';
import { quiet } from '../load.ts';
import type { Target } from '../targets.ts';
import { figures, ofEach, type Scenario, withServer } from './scenario.ts';

const NAME = 'no-history-cpu-s';
const UPDATES = 3_000;
const UPDATES_QUICK = 600;
const ANSWER_MS_MAX = 120_000;

export const noHistory: Scenario = {
  names: [NAME],
  async run(bench) {
    const base = makeBase(200);
    const edits = 2 * (bench.quick ? UPDATES_QUICK : UPDATES);
    const script = makeScript(base, { writer: 0, edits, rows: base.rows, textBytes: 24 });
    // Before each of them one is missing, so that none can ever be applied.
    const messages = makeMessages(script).filter((_, n) => n % 2 === 1);
    const notes: string[] = [];
    const spent = await ofEach(bench, notes, async (name) => {
      const { seconds, closedBy } = await withServer(bench, name, { large: 1 }, (on) => flood(on, messages));
      notes.push(`${name} ${closedBy === null ? 'kept the connection' : `closed the connection (${closedBy})`}`);
      bench.say(`${NAME} ${seconds.toFixed(2)} ${notes.at(-1)}`);
      return seconds;
    });
    const what = `CPU s for ${messages.length} updates`;
    return [{ name: NAME, what, bar: 0.5, counts: 'value', notes, ...figures(spent) }];
  },
};

async function flood(
  target: Target,
  messages: readonly Uint8Array[],
): Promise<{ seconds: number; closedBy: number | null }> {
  const room = target.room('large');
  const colleague = await openFull(target, room, 1);
  const offender = await openFull(target, room, 0);
  await colleague.synced();
  await offender.synced();
  await quiet(target);
  const before = target.server.usedNs();
  for (const message of messages) offender.send(message);
  // Messages of one socket are taken in order, so its answer to this means that all before are done with.
  const answered = new Promise<void>((done) => offender.onMessage((message) => updateIn(message)?.isStep2 && done()));
  offender.send(HAVE_NOTHING);
  await Promise.race([offender.whenClosed, target.dialect.hasDocuments ? answered : wait(1_000), wait(ANSWER_MS_MAX)]);
  await quiet(target);
  const seconds = (target.server.usedNs() - before) / 1e9;
  const closedBy = offender.closedBy();
  offender.close();
  colleague.close();
  return { seconds, closedBy };
}
