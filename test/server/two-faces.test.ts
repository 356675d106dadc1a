/** A workspace of an earlier version, whose one sheet of priorities held targets too, opens with both faces and gives no internal value away. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readPriority } from '#domain/priority-sheet.ts';
import { OWNER, type Row } from '#domain/sheets.ts';
import { planned, readTarget } from '#domain/target-sheet.ts';
import { giveBothFaces } from '#server/reserve/two-faces.ts';
import { appendSeed } from '#server/sync/update-log.ts';
import { catalogue } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';
import { makeSpace } from '../support/sheet-space.ts';

const MIGRATION = new URL(
  '../../prisma/migrations/20261124171244_targets_from_priorities/migration.sql',
  import.meta.url,
);
const SECRET = 271_828;

/** As it stands before the first start of this version: migrated, with one sheet of everything and words on two of its cells. */
async function earlierWorkspace() {
  const database = await testDatabase();
  const { prisma, pool } = database;
  const { sheets, people, programmeId } = await makeSpace(database);
  await prisma.sheet.delete({ where: { id: sheets.targets } });
  const { userId, organizationId } = people.otto;
  const product = { mineral: 'gallium', form: 'ga-metal-6n', grade: 99.9999 };
  const old = {
    ranked: {
      ...product,
      tier: '1',
      target: SECRET,
      unit: 'kg',
      onHand: SECRET,
      note: `${SECRET}`,
      evidence: 'thin market',
    },
    proposed: { mineral: 'yttrium', evidence: 'no other source' },
  };
  await appendSeed(pool, {
    sheetId: sheets.priorities,
    userId,
    organizationId,
    at: new Date(0),
    rows: [
      { id: 'ranked', cells: old.ranked },
      { id: 'proposed', owner: people.ana.organizationId, cells: old.proposed },
    ],
  });
  for (const column of ['target', 'evidence'])
    await prisma.commentThread.create({
      data: { sheetId: sheets.priorities, row: 'ranked', column, at: new Date(0) },
    });
  await pool.query(await readFile(MIGRATION, 'utf8'));
  const written = new Map<string, { rows: { id: string; owner: string; cells: Row }[] }>();
  const parts = {
    database,
    now: new Date(1),
    sheets: {
      async rowsOf(sheetId: string) {
        const rows = new Map<string, Row>([
          ['ranked', { ...old.ranked, [OWNER]: organizationId, pos: 'a0' }],
          ['proposed', { ...old.proposed, [OWNER]: people.ana.organizationId, pos: 'a1' }],
        ]);
        expect(sheetId).toBe(sheets.priorities);
        return { seq: 1n, rows };
      },
      fill: async (seed: Parameters<typeof appendSeed>[1]) => {
        written.set(seed.sheetId, seed as never);
        return appendSeed(pool, seed);
      },
    },
  };
  return {
    database,
    parts,
    programmeId,
    internalId: sheets.priorities,
    written,
    old,
    product,
    organizationId,
    ana: people.ana,
  };
}

test('[VT5] a workspace of an earlier version opens with both faces: the old sheet is the officials’, the new one holds no internal value', async () => {
  const { database, parts, programmeId, internalId, written, old, product, organizationId, ana } =
    await earlierWorkspace();
  const { prisma } = database;
  await giveBothFaces(parts);
  // Once more, as at the next start.
  await giveBothFaces(parts);
  const faces = await prisma.sheet.findMany({ where: { programmeId } });
  const shared = faces.find(({ kind }) => kind === 'priorities');
  expect(faces.map(({ kind }) => kind).sort()).toEqual(['priorities', 'targets']);
  expect(faces.find(({ kind }) => kind === 'targets')?.id).toBe(internalId);
  const rows = written.get(shared?.id ?? '')?.rows ?? [];
  expect(rows).toEqual([
    { id: 'ranked', owner: organizationId, cells: { ...product, tier: '1', evidence: 'thin market' } },
    { id: 'proposed', owner: ana.organizationId, cells: old.proposed },
  ]);
  // Neither its log nor its history holds the number.
  const log = await prisma.sheetUpdate.findMany({ where: { sheetId: shared?.id ?? randomUUID() } });
  expect(log).toHaveLength(1);
  expect(Buffer.from(log[0]?.bytes ?? []).toString('latin1')).not.toMatch(/target|onHand|271828/);
  expect(
    await prisma.cellChange.count({ where: { sheetId: shared?.id ?? '', column: { in: ['target', 'note'] } } }),
  ).toBe(0);
  const threads = await prisma.commentThread.findMany({ orderBy: { column: 'asc' } });
  expect(threads.map(({ column, sheetId }) => [column, sheetId === shared?.id])).toEqual([
    ['evidence', true],
    ['target', false],
  ]);
  // The match finds the target with its tier, under the id that orders of other rounds name.
  const line = readPriority('ranked', rows[0]?.cells ?? {}, catalogue);
  const target = readTarget('ranked', old.ranked, catalogue);
  if (line.state !== 'valid' || target.state !== 'valid') throw new Error('not readable');
  expect(planned([line.value], [target.value])).toMatchObject([{ row: 'ranked', tier: 1, target: SECRET * 1000 }]);
});

/** A server that is killed before its n-th write, of those that giveBothFaces makes. */
function dying({ database, now, sheets }: Awaited<ReturnType<typeof earlierWorkspace>>['parts'], n: number) {
  let left = n;
  const killable =
    <A extends unknown[], R>(write: (...args: A) => R) =>
    (...args: A): R => {
      if (left-- <= 0) throw new Error('killed');
      return write(...args);
    };
  const { programme, cellChange, sheetUpdate, sheet, commentThread } = database.prisma;
  const prisma = {
    programme,
    cellChange,
    sheetUpdate,
    sheet: { findUnique: sheet.findUnique.bind(sheet), create: killable(sheet.create.bind(sheet)) },
    commentThread: { updateMany: killable(commentThread.updateMany.bind(commentThread)) },
  };
  return {
    now,
    database: { ...database, prisma: prisma as never },
    sheets: { ...sheets, fill: killable(sheets.fill) },
  };
}

test('[VT5] a start that is killed between any two steps is taken up by the next: nothing is lost or doubled', async () => {
  let kills = 0;
  for (let isWhole = false; !isWhole; kills++) {
    const { database, parts, programmeId, internalId } = await earlierWorkspace();
    isWhole = await giveBothFaces(dying(parts, kills)).then(
      () => true,
      (error) => {
        expect(String(error)).toBe('Error: killed');
        return false;
      },
    );
    await giveBothFaces(parts);
    const faces = await database.prisma.sheet.findMany({ where: { programmeId }, orderBy: { kind: 'asc' } });
    expect(faces.map(({ kind, seq, id }) => [kind, seq, id === internalId])).toEqual([
      ['priorities', 1n, false],
      ['targets', 1n, true],
    ]);
    const threads = await database.prisma.commentThread.findMany({ orderBy: { column: 'asc' } });
    expect(threads.map(({ column, sheetId }) => [kills, column, sheetId === internalId])).toEqual([
      [kills, 'evidence', false],
      [kills, 'target', true],
    ]);
  }
  // Three writes, and one start that nobody kills.
  expect(kills).toBe(4);
});
