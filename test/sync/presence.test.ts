/** Who is seen in a room, and where: presence is quick, bounded, true to the account, and stays in its room. */

import * as encoding from 'lib0/encoding';
import { afterEach, expect, test } from 'vitest';
import { CLOSE, MESSAGE } from '../../protocol/rooms.ts';
import { PRESENCE_MS } from '../../server/sync/limits.ts';
import { shownState } from '../../server/sync/shown-state.ts';
import { testDatabase } from '../support/database.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

async function pair() {
  const space = await makeSpace(database);
  const node = makeNode(database);
  nodes.push(node);
  const ana = await node.join(space.sheets.maker, space.people.ana);
  const ben = await node.join(space.sheets.maker, space.people.ben);
  await node.settle();
  return { ...space, node, settle: node.settle, ana, ben };
}

const at = (row: string) => ({ user: { name: 'Ana' }, cell: { row, column: 'note' } });
const seen = (state: unknown) => (state as { cell?: { row: string } } | null)?.cell?.row;

test('[SY14] a cursor is seen at once, then at most once in 40 ms, and always where it is last', async () => {
  const { ana, ben, node } = await pair();
  const id = ana.doc.clientID;
  ana.show(at('r1'), 1);
  ben.deliver();
  expect(seen(ben.presence.get(id))).toBe('r1');
  ana.show(at('r2'), 2);
  ana.show(at('r3'), 3);
  expect(ben.deliver()).toBe(0);
  node.clock.turnBy(PRESENCE_MS);
  expect(ben.deliver()).toBe(1);
  expect(seen(ben.presence.get(id))).toBe('r3');
});

test('[SY15] the name and id shown are the account’s, whatever the client says', async () => {
  const { ana, ben, people } = await pair();
  ana.show({ user: { name: 'The minister', id: 'x', color: '#f00' }, typing: true }, 1);
  ben.deliver();
  expect(ben.presence.get(ana.doc.clientID)).toEqual({
    user: { name: people.ana.name, id: people.ana.userId },
    cell: null,
    typing: true,
  });
});

test('[SY15] a socket speaks for its own client id only; what it says of others is skipped', async () => {
  const { ana, ben, node } = await pair();
  ana.show(at('r1'), 1);
  ben.show(at('r5'), 1);
  node.clock.turnBy(PRESENCE_MS);
  ben.show(at('forged'), 99, ana.doc.clientID);
  ben.show(null, 100, ana.doc.clientID);
  node.clock.turnBy(PRESENCE_MS);
  ben.deliver();
  expect(seen(ben.presence.get(ana.doc.clientID))).toBe('r1');
});

test('[SY15] an id that somebody shows cannot be taken by another account, but by the same person who comes back', async () => {
  const { ana, people, node, sheets, settle } = await pair();
  ana.show(at('r1'), 5);
  const thief = await node.join(sheets.maker, people.ben);
  thief.show(at('stolen'), 9, ana.doc.clientID);
  const back = await node.join(sheets.maker, people.ana);
  back.show(at('r2'), 6, ana.doc.clientID);
  node.clock.turnBy(PRESENCE_MS);
  await settle();
  expect(seen(thief.presence.get(ana.doc.clientID))).toBe('r2');
  ana.leave();
  node.clock.turnBy(PRESENCE_MS);
  await settle();
  expect(seen(thief.presence.get(ana.doc.clientID))).toBe('r2');
});

test('[SY16] who leaves is gone for all, and is seen at once when coming back with the same clock', async () => {
  const { ana, ben, people, node, sheets, settle } = await pair();
  ana.show(at('r1'), 7);
  ana.leave();
  node.clock.turnBy(PRESENCE_MS);
  ben.deliver();
  expect(ben.presence.get(ana.doc.clientID)).toBeNull();
  const back = await node.join(sheets.maker, people.ana);
  back.show(at('r2'), 7, ana.doc.clientID);
  node.clock.turnBy(PRESENCE_MS);
  await settle();
  expect(seen(ben.presence.get(ana.doc.clientID))).toBe('r2');
  back.show(null, 20, ana.doc.clientID);
  node.clock.turnBy(PRESENCE_MS);
  ben.deliver();
  expect(ben.presence.get(ana.doc.clientID)).toBeNull();
});

test('[SY17] presence stays in its room, and newcomers see who is there', async () => {
  const { ana, people, node, sheets, settle } = await pair();
  const rita = await node.join(sheets.rival, people.rita);
  ana.show(at('r1'), 1);
  const late = await node.join(sheets.maker, people.vera);
  node.clock.turnBy(PRESENCE_MS);
  await settle();
  expect([rita.presence.size, seen(late.presence.get(ana.doc.clientID))]).toEqual([0, 'r1']);
});

test('[SY18] presence that is too large or no presence ends its socket', async () => {
  const { ana, ben } = await pair();
  ana.show({ user: {}, much: 'x'.repeat(5000) }, 1);
  expect(ana.closed?.code).toBe(CLOSE.limit);
  const encoder = encoding.createEncoder();
  for (const number of [1, ben.doc.clientID, 1]) encoding.writeVarUint(encoder, number);
  encoding.writeVarString(encoder, '{"not json');
  ben.send(MESSAGE.awareness, encoding.toUint8Array(encoder));
  expect(ben.closed?.code).toBe(CLOSE.malformed);
});

/** Two rivals, an official and the administrator in the sheet that all of them share. */
async function together() {
  const space = await makeSpace(database);
  const node = makeNode(database);
  nodes.push(node);
  const join = (person: keyof typeof space.people) => node.join(space.sheets.priorities, space.people[person]);
  const [ana, ben, rita, otto] = [await join('ana'), await join('ben'), await join('rita'), await join('otto')];
  await node.settle();
  /** What has arrived by the end of the pace of presence. */
  const pass = () => {
    node.clock.turnBy(PRESENCE_MS);
    return [ana, ben, rita, otto].map((client) => client.deliver());
  };
  return { ...space, node, join, pass, ana, ben, rita, otto };
}

test('[SY60] rivals who share a sheet receive nothing of each other, neither coming, moving nor leaving; offices and colleagues do', async () => {
  const { ana, ben, rita, otto, node, join, pass, people } = await together();
  ana.show(at('r1'), 1);
  otto.show(at('r7'), 1);
  pass();
  expect([ben, otto].map((client) => seen(client.presence.get(ana.doc.clientID)))).toEqual(['r1', 'r1']);
  expect([...rita.presence.keys()]).toEqual([otto.doc.clientID]);
  rita.show(at('r2'), 1);
  pass();
  expect(otto.presence.get(rita.doc.clientID)).toMatchObject({ user: { name: people.rita.name } });
  expect([ana, ben].map((client) => client.presence.has(rita.doc.clientID))).toEqual([false, false]);
  const late = await join('vera');
  await node.settle();
  expect([...late.presence.keys()].sort()).toEqual([ana.doc.clientID, otto.doc.clientID].sort());
  rita.leave();
  pass();
  expect([ana, ben, late].map((client) => client.presence.has(rita.doc.clientID))).toEqual([false, false, false]);
  expect(otto.presence.get(rita.doc.clientID)).toBeNull();
});

test('[SY61] a state holds person, cell and whether it types or is followed, each of its own shape; all else is dropped', async () => {
  const { ana, ben, people } = await pair();
  const user = { id: people.ana.userId, name: people.ana.name };
  const cell = { row: 'r1', column: 'note' };
  ana.show({ cell: { ...cell, say: '437 t' }, typing: 1, alone: true, say: '437 t', user: { say: '437 t' } }, 1);
  ben.deliver();
  expect(ben.presence.get(ana.doc.clientID)).toEqual({ user, cell, typing: false, alone: true });
});

test.each([
  ['a sentence for a row', { row: 'we need 437 t', column: 'note' }],
  ['a long column', { row: 'r1', column: 'x'.repeat(65) }],
  ['a number for a row', { row: 437, column: 'note' }],
  ['a text for a cell', 'we need 437 t'],
  ['a list', ['r1', 'note']],
])('[SY61] a cell that is none, as %s, is shown as no cell', (_what, cell) => {
  expect(JSON.parse(shownState({ userId: 'u', name: 'Ana' }, { cell, typing: true }))).toEqual({
    user: { id: 'u', name: 'Ana' },
    cell: null,
    typing: true,
  });
});

test('[SY62] what a rival does neither sends a frame nor holds one back', async () => {
  const { ana, ben, rita, pass } = await together();
  rita.show(at('r1'), 1);
  // Ben is told at once, as if nobody else were there.
  ana.show(at('r2'), 1);
  expect(ben.deliver()).toBe(1);
  pass();
  for (let n = 2; n < 6; n++) {
    rita.show(at(`r${n}`), n);
    expect(pass().slice(0, 2)).toEqual([0, 0]);
  }
});
