/** What becomes of orders over HTTP: who enters it, and what an insider gets of what it is after: other companies' amounts. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEverything } from '../attacks/support/everything.ts';
import { openStage, type Stage } from '../attacks/support/stage.ts';
import { type Supplier, seatSupplier } from '../attacks/support/supplier.ts';
import type { Tap } from '../attacks/support/tap.ts';
import { finishRound } from '../attacks/support/whole-round.ts';
import { offerRow } from '../support/catalogue.ts';

vi.mock('#server/clock.ts', () => import('../attacks/support/still-clock.ts'));

/** Asked by the members, in kilograms: digits that occur nowhere else. */
const ASKED = [31_847, 28_193, 25_639, 22_751, 19_387, 17_203];
const TOTAL = ASKED.reduce((sum, kg) => sum + kg, 0);
/** Of the order, entered as contracted and then delivered. */
const [SIGNED, CAME] = [100_469, 61_357];
const NOWHERE = randomUUID();

let stage: Stage;
let seller: Supplier;
let rival: Supplier;
let admin: Tap;
let official: Tap;
let orderId: string;
const steps = () => `/api/v1/orders/${orderId}/steps`;
const day = '2026-01-05';

beforeAll(async () => {
  stage = await openStage({ members: ASKED.length });
  seller = await seatSupplier(stage, 'Quarrel Refining');
  rival = await seatSupplier(stage, 'Yonderly Smelting');
  [admin, official] = [await stage.admin(), await stage.official()];
  for (const [i, member] of stage.members.entries()) await member.asks(ASKED[i] ?? 0);
  let isOffered = false;
  await finishRound(stage, {}, async () => {
    const { body } = await admin.get(`/pools/${stage.poolId}`);
    if (body.round.phase !== 'offers' || isOffered) return;
    isOffered = true;
    for (const [supplier, price] of [
      [seller, 300],
      [rival, 900],
    ] as const) {
      const line = await supplier.tap.sheet(supplier.sheetId);
      await line.write('o1', offerRow({ capacity: 4 * TOTAL, minimum: 100, price }), supplier.organizationId);
      line.close();
    }
  });
  const { body: orders } = await official.get('/orders');
  orderId = orders[0].order.id;
}, 180_000);
afterAll(() => stage.close());

const viewer = () => {
  const [first] = stage.members;
  if (!first) throw new Error('the stage has no members');
  return stage.colleague(first, 'viewer');
};
const enter = (by: Tap, kind: string, kg: number, more: object = {}) =>
  by.call('POST', steps(), { kind, kg: String(kg), day, reference: 'P-1', ...more });

test('[FU4] an order’s steps answer members and suppliers like those of an order that does not exist, to the byte', async () => {
  const insiders = [stage.members[0]?.tap, seller.tap, await viewer()];
  const paths: [string, (id: string) => string, unknown?][] = [
    ['GET', (id) => `/orders/${id}/fulfilment`],
    ['POST', (id) => `/orders/${id}/steps`, { kind: 'contracted', kg: '1', day, reference: 'P' }],
    ['POST', (id) => `/orders/${id}/steps/${NOWHERE}/strike`, { why: 'x' }],
  ];
  for (const tap of insiders)
    for (const [method, path, body] of paths) {
      const [known, absent] = await Promise.all(
        [orderId, NOWHERE].map((id) => tap?.call(method, `/api/v1${path(id)}`, body)),
      );
      expect([path(''), known?.status, known?.text]).toEqual([path(''), 404, absent?.text]);
    }
  for (const id of [stage.poolId, NOWHERE])
    expect((await stage.members[0]?.tap.get(`/pools/${id}/funnel`))?.status).toBe(404);
});

test('[FU6] before its contract a supplier reads nothing of an order; afterwards what it signed for and delivered, of its own offers alone', async () => {
  const supplied = async (of: Supplier) => (await of.tap.get(`/pools/${stage.poolId}/supplied`)).body;
  expect(await supplied(seller)).toEqual([]);
  expect((await enter(official, 'contracted', SIGNED)).status).toBe(200);
  expect((await enter(official, 'delivered', CAME)).status).toBe(200);
  expect((await enter(official, 'droppedOut', 1009, { reason: 'buyers' })).status).toBe(200);
  const [own, ...others] = await supplied(seller);
  expect([others, own]).toEqual([
    [],
    {
      mineral: 'gallium',
      form: expect.any(String),
      contractedKg: SIGNED,
      deliveredKg: CAME,
      acceptedKg: 0,
      rejectedKg: 0,
      steps: [
        { kind: 'contracted', kg: SIGNED, day, assayPct: null },
        { kind: 'delivered', kg: CAME, day, assayPct: null },
      ],
    },
  ]);
  expect(await supplied(rival)).toEqual([]);
});

test('[FU5] members and rival suppliers find no amount of an order and of its steps in anything they can read', async () => {
  const open = TOTAL - SIGNED - 1009;
  const ofOthers = [TOTAL, SIGNED, CAME, open, 1009, SIGNED - CAME];
  const mentions = (text: string, kg: number) => new RegExp(`(?<![\\d.])${kg}(000)?(?![\\d])`).test(text);
  for (const { tap, organizationId } of [...stage.members.slice(0, 2), rival]) {
    const own = stage.members.findIndex((member) => member.organizationId === organizationId);
    const texts = (await readEverything(stage, tap)).map(({ text }) => text).join('\n');
    const hidden = [...ofOthers, ...ASKED.filter((_, i) => i !== own)];
    expect(hidden.filter((kg) => mentions(texts, kg))).toEqual([]);
  }
  const [first] = stage.members;
  if (!first) throw new Error('the stage has no members');
  const { body: awards } = await first.tap.get(`/pools/${stage.poolId}/awards`);
  expect(awards[0].parts[0].became).toEqual({
    contracted: 'part',
    delivered: 'part',
    accepted: 'none',
    fellThrough: 'part',
    reason: 'other',
  });
  expect((await readEverything(stage, official)).some(({ text }) => mentions(text, SIGNED))).toBe(true);
});

test('[FU8] officials and the administrator read the funnel: pooled as it was released, offered, and each step of the orders', async () => {
  const { body: release } = await official.get(`/pools/${stage.poolId}/release`);
  const told = release.cells.find(
    (cell: { form: string | null; grade: string | null; year: number | null; level: string }) =>
      cell.form === null && cell.grade === null && cell.level === 'all',
  );
  for (const reader of [official, admin]) {
    const { body } = await reader.get(`/pools/${stage.poolId}/funnel`);
    const kg = Object.fromEntries(
      body.minerals[0].stages.map((one: { stage: string; kg: number }) => [one.stage, one.kg]),
    );
    expect(kg).toEqual({
      pooled: Number(told.value),
      offered: 8 * TOTAL,
      matched: TOTAL,
      approved: TOTAL,
      contracted: SIGNED,
      delivered: CAME,
      accepted: 0,
    });
    expect(body.minerals[0].drops).toEqual([{ reason: 'buyers', kg: 1009, orders: 1 }]);
  }
});

test('[FU9] what comes into the reserve of an order is entered once, in the ledger, and at most what the reserve buys of it', async () => {
  const { prisma } = stage.database;
  const { body } = await prisma.order.findUniqueOrThrow({ where: { id: orderId } });
  const sheet = body as { lots: object[] };
  const part = { ...sheet.lots[0], kg: 500, sink: 'reserve' };
  await prisma.order.update({ where: { id: orderId }, data: { body: { ...sheet, lots: [...sheet.lots, part] } } });
  const lot = {
    mineral: 'gallium',
    form: 'ga-metal-6n',
    source: 'Sample',
    site: 'Depot',
    storageClass: 'dry',
    orderId,
  };
  const receive = async (kg: string, more: object = {}) => {
    const answer = await official.call('POST', '/api/v1/reserve/lots', { ...lot, kg, ...more });
    return [answer.status, String(answer.body?.data?.place ?? '')];
  };
  expect(await receive('400')).toEqual([200, '']);
  expect(await receive('101')).toEqual([409, 'order 1']);
  const [first] = (await official.get('/reserve')).body.lots;
  await official.call('POST', `/api/v1/reserve/lots/${first.id}/assay`, { acceptedKg: '350', reference: 'A-1' });
  expect(await receive('150')).toEqual([200, '']);
  expect(await receive('1')).toEqual([409, 'order 1']);
  expect(await receive('1', { orderId: NOWHERE })).toEqual([409, 'order']);
  const read = async (tap: Tap) => (await tap.get(`/orders/${orderId}/fulfilment`)).body;
  expect([(await read(official)).bookedKg, (await read(admin)).bookedKg]).toEqual([500, null]);
  // The steps of the order are another book: nothing of it was delivered by this.
  expect((await read(official)).deliveredKg).toBe(CAME);
});
