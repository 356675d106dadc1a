/** How far apart the ticks of a sheet are that many people have open. */
import { afterEach, expect, test } from 'vitest';
import { TICK_MS, TICK_MS_MAX } from '../../server/sync/limits.ts';
import { testDatabase } from '../support/database.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
let node: Node;

afterEach(() => node.close());

test.for([
  { sockets: 19, restMs: 0 },
  { sockets: 20, restMs: TICK_MS },
  { sockets: 50, restMs: 2 * TICK_MS },
  { sockets: 300, restMs: TICK_MS_MAX },
])('[SY43] with $sockets sockets an edit after a pause goes at once, and the next after $restMs ms', async (given) => {
  const { people, sheets } = await makeSpace(database);
  node = makeNode(database);
  const clients = [];
  for (let n = 0; n < given.sockets; n++) clients.push(await node.join(sheets.maker, people.ana));
  const [ana, ben] = clients;
  await node.settle();
  const reaches = async (note: string) => {
    // What is not written here until the tick is over waits for the clock.
    await node.committer.idle();
    ben?.deliver();
    return ben?.cell('r1', 'note') === note;
  };
  node.clock.turnBy(1_000);
  ana?.add('r1', { note: 'first' });
  expect(await reaches('first')).toBe(true);
  ana?.set('r1', 'note', 'second');
  expect(await reaches('second')).toBe(given.restMs === 0);
  node.clock.turnBy(given.restMs - 1);
  expect(await reaches('second')).toBe(given.restMs === 0);
  node.clock.turnBy(1);
  expect(await reaches('second')).toBe(true);
});
