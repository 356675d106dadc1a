/** One offers sheet for each supplier: from its seat to the opening, the next round and the pool that it left, on a running server. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStage, type Stage } from '../attacks/support/stage.ts';
import { offersSheetOf, type Supplier, seatSupplier } from '../attacks/support/supplier.ts';
import type { Tap } from '../attacks/support/tap.ts';
import { offerRow } from '../support/catalogue.ts';

vi.mock('#server/clock.ts', () => import('../attacks/support/still-clock.ts'));

let stage: Stage;
let admin: Tap;
let official: Tap;
let suppliers: [Supplier, Supplier];
beforeAll(async () => {
  stage = await openStage({ members: 1 });
  admin = await stage.admin();
  official = await stage.official();
  suppliers = [await seatSupplier(stage, 'Alder Refining'), await seatSupplier(stage, 'Birch Refining')];
}, 120_000);
afterAll(() => stage.close());

const pool = async (tap: Tap) => (await tap.get(`/pools/${stage.poolId}`)).body;
const offersIn = async (tap: Tap): Promise<{ title: string; access: string }[]> =>
  (await pool(tap)).sheets.filter(({ kind }: { kind: string }) => kind === 'offers');
const advance = async () => {
  const { status } = await admin.call('POST', `/api/v1/pools/${stage.poolId}/advance`, {
    from: (await pool(admin)).round.phase,
  });
  expect(status).toBe(200);
};

test('[AD23] officials and the administrator read and edit every offers sheet of a round; a supplier is told of its own alone', async () => {
  for (const tap of [admin, official])
    expect((await offersIn(tap)).map(({ title, access }) => [title, access]).sort()).toEqual([
      ['Alder Refining', 'edit'],
      ['Birch Refining', 'edit'],
      ['Offers', 'edit'],
    ]);
  for (const { tap, sheetId } of suppliers)
    expect(await offersIn(tap)).toMatchObject([{ id: sheetId, access: 'edit' }]);
  expect(await offersIn((stage.members[0] as { tap: Tap }).tap)).toEqual([]);
});

test('[AD24] all sheets of a round are opened together, each at its version, and members read their offers in one table', async () => {
  const { person } = (await official.get('/me')).body;
  const [alder, birch] = suppliers;
  // The same row id in each: what one supplier chooses must not touch another's offer.
  await (await alder.tap.sheet(alder.sheetId)).write('of', offerRow({ supplier: 'Alder' }), alder.organizationId);
  await (await birch.tap.sheet(birch.sheetId)).write('of', offerRow({ supplier: 'Birch' }), birch.organizationId);
  await (await official.sheet(stage.offersId)).write('of', offerRow({ supplier: 'Cedar' }), person.organizationId);
  for (const _ of ['collect', 'review', 'offers']) await advance();
  const { tap } = stage.members[0] as { tap: Tap };
  const table: { supplier: string }[] = (await tap.get(`/pools/${stage.poolId}/offers`)).body;
  expect(table.map(({ supplier }) => supplier)).toEqual(['Alder', 'Birch', 'Cedar']);
  const sheets = await stage.database.prisma.sheet.findMany({ where: { roundId: stage.roundId, kind: 'offers' } });
  const opened = await stage.database.prisma.offerOpening.findMany({ where: { roundId: stage.roundId } });
  const byId = (a: unknown[], b: unknown[]) => String(a[0]).localeCompare(String(b[0]));
  expect(opened.map(({ sheetId, seq }) => [sheetId, seq]).sort(byId)).toEqual(
    sheets.map(({ id, seq }) => [id, seq]).sort(byId),
  );
  expect(sheets.every(({ frozen }) => frozen)).toBe(true);
  expect((await offersIn(alder.tap)).map(({ access }) => access)).toEqual(['read']);
});

test('[AD25] a run reads the offers of all sheets, and keeps apart those that bear the same row id', async () => {
  const { status, body } = await admin.call('POST', `/api/v1/pools/${stage.poolId}/runs`, {});
  expect(status).toBe(200);
  await expect.poll(async () => (await admin.get(`/runs/${body.id}`)).status, { timeout: 20_000 }).toBe(200);
  const report = (await admin.get(`/runs/${body.id}`)).body;
  expect(report.unused.map(({ supplier }: { supplier: string }) => supplier).sort()).toEqual([
    'Alder',
    'Birch',
    'Cedar',
  ]);
  expect(report.inputs.map(({ what }: { what: string }) => what)).toContain('Offers sheets (3)');
  await advance();
});

test('[AD26] the next round opens an empty sheet for each supplier that has a seat', async () => {
  const { number } = (await pool(admin)).round;
  const { status } = await admin.call('POST', `/api/v1/pools/${stage.poolId}/rounds`, {
    after: number,
    closesAt: new Date(stage.clock.now().getTime() + 86_400_000).toISOString(),
    carryOver: false,
  });
  expect(status).toBe(200);
  for (const { tap, sheetId } of suppliers) {
    const next = await offersSheetOf(tap, stage);
    expect(next).not.toBe(sheetId);
    expect((await tap.sheet(next)).doc.getMap('rows').size).toBe(0);
    expect((await tap.sheet(sheetId)).doc.getMap('rows').size).toBe(1);
  }
});

test('[AD27] a supplier that lost its seat reads its own offers of the rounds it was in, and no sheet', async () => {
  const [alder, birch] = suppliers;
  const { organizationId } = alder;
  const removed = await admin.call('POST', `/api/v1/pools/${stage.poolId}/members/remove`, { organizationId });
  expect(removed.status).toBe(200);
  expect((await alder.tap.sheet(alder.sheetId)).closed?.code).toBe(4404);
  const past = await alder.tap.get(`/past-pools/${stage.poolId}`);
  expect(past.body.rounds).toMatchObject([{ number: 1, lines: [{ id: 'of', cells: { supplier: 'Alder' } }] }]);
  expect(past.text).not.toMatch(/Birch|Cedar/);
  expect((await birch.tap.get(`/past-pools/${stage.poolId}`)).status).toBe(404);
});
