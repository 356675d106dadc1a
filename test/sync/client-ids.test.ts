/** How many Yjs client ids one person leaves behind in a sheet: each stays for ever, and every later edit of anybody looks at all of them. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { CLOSE } from '../../protocol/rooms.ts';
import { ClientIds } from '../../server/sync/client-ids.ts';
import {
  CLIENT_REST_MS,
  CLIENTS_AT_ONCE,
  CLIENTS_FREE,
  CLIENTS_FREE_IN_CROWD,
  CLIENTS_IN_CROWD,
  CLIENTS_PER_UPDATE_MAX,
} from '../../server/sync/limits.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

const person = () => ({ userId: randomUUID(), organizationId: randomUUID() });
type Person = ReturnType<typeof person>;
let next = 1;

/** So many people have written under so many ids each. */
function written(people: readonly Person[], each: number) {
  const clock = new HandClock('2026-11-24T10:00:00.000Z');
  const bound = people.flatMap((author) => Array.from({ length: each }, () => [next++, author] as const));
  return { clock, ids: new ClientIds(bound, clock) };
}

/** Brings new ids, in so many per update, until they are refused or `max` are taken; answers how many were. */
function bring(ids: ClientIds, author: Person, max: number, perUpdate = 1): number {
  let taken = 0;
  for (; taken < max && ids.mayBring(perUpdate, author); taken += perUpdate)
    for (let index = 0; index < perUpdate; index++) ids.bind(next++, author);
  return taken;
}

test('[SY85] a person leaves thousands of client ids in a sheet at most, then a few at once and one every two minutes, for ever', () => {
  const [ana, rita] = [person(), person()];
  const { clock, ids } = written([], 0);
  const perUpdate = CLIENTS_PER_UPDATE_MAX;
  expect(bring(ids, ana, 10 * CLIENTS_FREE, perUpdate)).toBe(Math.floor(CLIENTS_FREE / perUpdate) * perUpdate);
  bring(ids, ana, CLIENTS_FREE % perUpdate);
  expect(bring(ids, ana, CLIENTS_FREE)).toBe(CLIENTS_AT_ONCE);
  clock.turnBy(CLIENT_REST_MS - 1);
  expect(ids.mayBring(1, ana)).toBe(false);
  clock.turnBy(1);
  expect(bring(ids, ana, CLIENTS_FREE)).toBe(1);
  // However long somebody stays away, no more than a few come at once.
  clock.turnBy(365 * 24 * 3_600_000);
  expect(bring(ids, ana, CLIENTS_FREE)).toBe(CLIENTS_AT_ONCE);
  expect(bring(ids, rita, 64, perUpdate)).toBe(64);
});

test('[SY85] whoever opens a sheet to edit it forty times in a working day never meets the bound within two months, nor later every two minutes', () => {
  const ana = person();
  const { clock, ids } = written([], 0);
  expect(bring(ids, ana, 40 * 42)).toBe(40 * 42);
  const late = written([ana], CLIENTS_FREE + 500);
  for (let time = 0; time < 1_000; time++) {
    expect(bring(late.ids, ana, 1)).toBe(1);
    late.clock.turnBy(CLIENT_REST_MS);
  }
  expect(clock.now().getTime()).toBeLessThan(late.clock.now().getTime());
});

test('[SY85] ids that are known bring nothing, on whichever node they were bound first', () => {
  const ana = person();
  const { ids } = written([ana], CLIENTS_FREE - 1);
  for (let time = 0; time < 100; time++) ids.bind(7_000_000, ana);
  expect(bring(ids, ana, CLIENTS_FREE)).toBe(CLIENTS_AT_ONCE);
  expect([ids.mayBring(0, ana), ids.mayBring(1, ana)]).toEqual([true, false]);
});

test('[SY86] in a sheet that very many ids have written, each person brings few that are free, so that many together stay bounded too', () => {
  const people = Array.from({ length: 20 }, person);
  const { ids } = written(people, CLIENTS_IN_CROWD / people.length);
  const [ana] = people as [Person];
  expect(bring(ids, ana, CLIENTS_FREE)).toBe(CLIENTS_AT_ONCE);
  const stranger = person();
  expect(bring(ids, stranger, CLIENTS_FREE)).toBe(CLIENTS_FREE_IN_CROWD + CLIENTS_AT_ONCE);
});

test('[SY85] in a running room who brings too many is refused with what to do, and is let on later; others notice nothing', async () => {
  const { sheets, people } = await makeSpace(database);
  const sheetId = sheets.shared;
  const { userId, organizationId } = people.ana;
  const used = Array.from({ length: CLIENTS_FREE }, (_, client) => ({ sheetId, client, userId, organizationId }));
  await database.prisma.sheetClient.createMany({ data: used });
  const node = makeNode(database);
  nodes.push(node);
  const rita = await node.join(sheetId, people.rita);
  /** Ana opens the sheet anew and writes a row; answers the refusal, if there is one. */
  const open = async (row: string) => {
    const ana = await node.join(sheetId, people.ana);
    await node.settle();
    ana.add(row);
    await node.settle();
    const { refusals, closed } = ana;
    if (!closed) ana.room.leave(ana.peer);
    return { refusal: refusals.at(-1), closed };
  };
  for (let time = 0; time < CLIENTS_AT_ONCE; time++) expect((await open(`r${time}`)).closed).toBeNull();
  const { refusal, closed } = await open('late');
  expect(closed?.code).toBe(CLOSE.refused);
  expect(refusal).toMatchObject({ code: 'opened-too-often', remedy: expect.stringContaining('two minutes') });
  rita.add('hers');
  await node.settle();
  expect([rita.closed, rita.cell('late', 'org'), rita.acks.at(-1)]).toEqual([null, undefined, rita.sent]);
  node.clock.turnBy(CLIENT_REST_MS);
  expect((await open('later')).closed).toBeNull();
});
