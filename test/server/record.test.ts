import { beforeAll, expect, test } from 'vitest';
import type { Role } from '../../domain/actors.ts';
import {
  canonical,
  type JsonObject,
  kindsHiddenFrom,
  MEMBER_KINDS,
  RESERVE_KINDS,
  RUN_KINDS,
  readableBody,
} from '../../domain/record.ts';
import { recordSentence } from '../../domain/record-words.ts';
import type { Database } from '../../server/database.ts';
import { appendRecord, verifyRecord } from '../../server/record.ts';
import { testDatabase } from '../support/database.ts';

let database: Database;
beforeAll(async () => {
  database = await testDatabase();
});

const at = new Date('2027-01-05T10:00:00.000Z');
const opened = (name: string) => ({ kind: 'pool.opened', body: { name, z: 1, a: [true, null] } }) as const;

test('[RC1] entries are numbered without gaps, also when writers come at once', async () => {
  await Promise.all(
    Array.from({ length: 8 }, (_, n) => appendRecord(database, [opened(`p${n}`), opened(`q${n}`)], at)),
  );
  const rows = await database.prisma.recordEntry.findMany({ orderBy: { seq: 'asc' } });
  expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: 16 }, (_, n) => n + 1));
});

test('[RC2] the chain verifies, and a changed entry is named', async () => {
  expect(await verifyRecord(database.pool)).toEqual({ entries: 16, broken: null });
  await database.prisma.$executeRaw`UPDATE record_entry SET body = '{"name":"other"}' WHERE seq = 5`;
  expect(await verifyRecord(database.pool)).toEqual({ entries: 4, broken: 5 });
});

test('[RC3] a removed entry breaks the chain where it stood', async () => {
  const fresh = await testDatabase();
  await appendRecord(fresh, [opened('a'), opened('b'), opened('c')], at);
  await fresh.prisma.$executeRaw`DELETE FROM record_entry WHERE seq = 2`;
  expect(await verifyRecord(fresh.pool)).toEqual({ entries: 1, broken: 2 });
});

test('[RC4] the text that a hash covers does not depend on the order of keys', () => {
  expect(canonical({ b: 1, a: { d: [1, null], c: 'x' } })).toBe('{"a":{"c":"x","d":[1,null]},"b":1}');
  expect(canonical({ a: { c: 'x', d: [1, null] }, b: 1 })).toBe('{"a":{"c":"x","d":[1,null]},"b":1}');
});

test('[RC5] an official’s comment on an order is read only by those who may read orders', () => {
  const body = { order: 3, verdict: 'return', comment: 'Ask for a second source' };
  const as = (role: 'approver' | 'observer' | 'editor') =>
    recordSentence('order.decided', readableBody(body, { role }));
  expect(as('approver')).toBe('Order 3 was returned (“Ask for a second source”)');
  expect(as('observer')).toBe('Order 3 was returned');
  expect(as('editor')).toBe('Order 3 was returned');
});

test('[RC6] how many orders there are and how often offers were edited is read by those who may read orders, how many sheets there are by those who know the members', () => {
  const as = (kind: string, body: JsonObject, role: Role) => recordSentence(kind, readableBody(body, { role }));
  const proposed = (role: Role) => as('order.proposed', { orders: 2, run: 1 }, role);
  expect([proposed('official'), proposed('observer')]).toEqual([
    'Proposed 2 orders from match run 1',
    'Proposed orders from match run 1',
  ]);
  const opened = (role: Role) => as('offers.opened', { seq: 7 }, role);
  expect([opened('official'), opened('observer'), opened('editor')]).toEqual([
    'Opened the sealed offers at version 7',
    'Opened the sealed offers',
    'Opened the sealed offers',
  ]);
  const frozen = (role: Role) => as('sheet.frozen', { sheets: 6 }, role);
  expect([frozen('administrator'), frozen('official'), frozen('observer'), frozen('editor')]).toEqual([
    'Froze 6 sheets',
    'Froze the sheets',
    'Froze the sheets',
    'Froze the sheets',
  ]);
});

test('[RC7] runs and orders are hidden from whoever does not read orders, members from whoever does not manage them, the reserve from all but its officials', () => {
  const hidden = (role: Role) => kindsHiddenFrom({ role });
  expect(hidden('administrator')).toEqual(RESERVE_KINDS);
  expect(hidden('official')).toEqual(MEMBER_KINDS);
  expect(hidden('observer')).toEqual([...MEMBER_KINDS, ...RUN_KINDS, ...RESERVE_KINDS]);
});
