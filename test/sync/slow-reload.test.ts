/** A room that has to read its sheet anew, and a database that does not answer. */
import { afterEach, expect, test, vi } from 'vitest';
import { CLOSE } from '../../protocol/rooms.ts';
import { READ_MS_MAX } from '../../server/sync/limits.ts';
import { testDatabase } from '../support/database.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { makeNode, type Node } from '../support/socket-pair.ts';

const gate = vi.hoisted(() => ({ isHeld: false, asked: 0 }));
vi.mock('../../server/sync/sheet-store.ts', async (original) => {
  const real = await original<typeof import('../../server/sync/sheet-store.ts')>();
  const loadSheet: typeof real.loadSheet = (...asked) => {
    if (!gate.isHeld) return real.loadSheet(...asked);
    gate.asked += 1;
    return new Promise(() => {});
  };
  return { ...real, loadSheet };
});

const database = await testDatabase();
const nodes: Node[] = [];
afterEach(async () => {
  gate.isHeld = false;
  for (const node of nodes.splice(0)) await node.close();
});

test('[SY83] a sheet that is not read anew in ten seconds ends the room: its people come back, and nothing acknowledged is lost', async () => {
  const { people, sheets } = await makeSpace(database);
  // Neither hears of the other, so that what the second has under way is declined once the first wrote.
  const [here, there] = [makeNode(database), makeNode(database)];
  nodes.push(here, there);
  const ana = await here.join(sheets.maker, people.ana);
  const ben = await there.join(sheets.maker, people.ben);
  await there.settle();
  ana.add('r1', {});
  await here.settle();
  gate.isHeld = true;
  ben.add('r2', {});
  await vi.waitFor(async () => {
    there.clock.turnBy(20);
    await new Promise((turn) => setImmediate(turn));
    expect(gate.asked).toBe(1);
  }, 30_000);
  const room = there.rooms.opened(sheets.maker);
  expect([room?.state, ben.closed]).toEqual(['restoring', null]);
  there.clock.turnBy(READ_MS_MAX);
  await vi.waitFor(() => expect([room?.state, ben.closed?.code]).toEqual(['over', CLOSE.retry]), 30_000);
  gate.isHeld = false;
  const again = await there.join(sheets.maker, people.ben);
  await there.settle();
  expect([...again.rows.keys()]).toEqual(['r1']);
});
