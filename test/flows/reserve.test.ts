/** The reserve through the whole server: a lot is drawn down by two officials and replenished in kind, and what nobody else may learn of it. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { ASSUMPTIONS, type MineralSupply, shortfallOf } from '#domain/shortfall.ts';
import { testDatabaseUrl } from '../support/database.ts';
import type { Client } from '../support/server.ts';
import { startWorkspace } from '../support/workspace.ts';

const RESERVE = '/api/v1/reserve';
const gallium = { mineral: 'gallium', form: 'ga-metal-6n' };
const lot = {
  ...gallium,
  kg: '100.5',
  gradePct: 99.9999,
  source: 'Sample delivery',
  site: 'Depot 1',
  storageClass: 'dry',
};

/** The answer's body; what was refused fails with its reason. */
async function did(client: Client, path: string, body: unknown = {}) {
  const answer = await client.call('POST', `${RESERVE}${path}`, body);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}
const refusalOf = async (client: Client, path: string, body: unknown = {}) => {
  const { status, body: answer } = await client.call('POST', `${RESERVE}${path}`, body);
  return { status, reason: String(answer?.data?.reason ?? '') };
};
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** One accepted lot of 100 kg, and an entitlement of 60 kg for the company of Arjun. */
async function stocked() {
  const databaseUrl = await testDatabaseUrl();
  const workspace = await startWorkspace({ demo: true, databaseUrl });
  const [eleanor, daniel, arjun] = await Promise.all(['eleanor', 'daniel', 'arjun'].map(workspace.as));
  if (!eleanor || !daniel || !arjun) throw new Error('somebody of the demo is missing');
  const received = await did(eleanor, '/lots', lot);
  const lotId = received.lots[0].id;
  await did(eleanor, `/lots/${lotId}/assay`, { acceptedKg: '100', assayPct: 99.9999, reference: 'Certificate 12' });
  const { holders } = await did(arjun, '/own').then(() => eleanor.call('GET', RESERVE).then(({ body }) => body));
  await did(eleanor, '/entitlements', { organizationId: holders[0].id, ...gallium, kg: '60' });
  return { databaseUrl, workspace, eleanor, daniel, arjun, lotId, holderId: holders[0].id };
}

test('[J7] officials receive and assay a lot, a company draws it down, two officials release it, it is replenished and closed', async () => {
  const { workspace, eleanor, daniel, arjun } = await stocked();
  const asked = await did(arjun, '/own/drawdowns', { ...gallium, kg: '40', reason: 'Furnace failure at our supplier' });
  expect(asked.entitlements).toEqual([{ ...gallium, kg: 60, openKg: 40, leftKg: 20 }]);
  const id = asked.drawdowns[0].id;
  await did(eleanor, `/drawdowns/${id}/decisions`, { act: 'approve' });
  const released = await did(daniel, `/drawdowns/${id}/decisions`, { act: 'release', due: inDays(90) });
  expect(released.products).toMatchObject([{ ...gallium, stockKg: 60, owedKg: 40, quarantineKg: 0 }]);
  expect(released.drawdowns[0]).toMatchObject({ state: 'released', owedKg: 40 });

  const origin = { kind: 'replenishment', drawdown: id };
  const given = await did(eleanor, '/lots', { ...lot, kg: '40', origin });
  // Of what came back, the assay turns 2 kg down: they are owed again, and come later.
  const short = await did(eleanor, `/lots/${given.lots[0].id}/assay`, {
    acceptedKg: '38',
    reference: 'Certificate 13',
  });
  expect(short.drawdowns[0]).toMatchObject({ state: 'released', owedKg: 2 });
  const rest = await did(eleanor, '/lots', { ...lot, kg: '2', origin });
  const closed = await did(eleanor, `/lots/${rest.lots[0].id}/assay`, { acceptedKg: '2', reference: 'Certificate 14' });
  expect(closed).toMatchObject({ faults: [], drawdowns: [{ state: 'closed', owedKg: 0 }], overdue: [] });
  expect(closed.products).toMatchObject([{ stockKg: 100, owedKg: 0, entitledKg: 60 }]);

  expect((await eleanor.call('GET', `${RESERVE}/verify`)).body).toEqual({ movements: 10, faults: [] });
  const texts = (await eleanor.call('GET', '/api/v1/record')).body.map(({ text }: { text: string }) => text);
  for (const state of ['requested', 'approved once', 'to be replenished', 'closed'])
    expect(texts).toContain(`Drawdown 1 from the reserve: ${state}`);
  expect((await (await workspace.as('arjun')).call('GET', `${RESERVE}/own`)).body.entitlements[0].leftKg).toBe(60);
});

test('[RS10] one person does not release what it approved, and a release needs a day ahead and enough in stock', async () => {
  const { eleanor, daniel, arjun, lotId } = await stocked();
  const asked = await did(arjun, '/own/drawdowns', { ...gallium, kg: '60', reason: 'Test of the rules' });
  const path = `/drawdowns/${asked.drawdowns[0].id}/decisions`;
  await did(daniel, path, { act: 'approve' });
  expect((await refusalOf(daniel, path, { act: 'release', due: inDays(9) })).reason).toContain('approved it yourself');
  expect((await refusalOf(eleanor, path, { act: 'release', due: inDays(9) })).reason).toContain('your role');
  await did(daniel, path, { act: 'refuse', comment: 'A second approver is away' });
  const again = await did(arjun, '/own/drawdowns', { ...gallium, kg: '60', reason: 'Test of the rules' });
  const second = `/drawdowns/${again.drawdowns[0].id}/decisions`;
  await did(eleanor, second, { act: 'approve' });
  expect((await refusalOf(daniel, second, { act: 'release', due: inDays(-1) })).reason).toContain('must lie ahead');
  await did(eleanor, `/lots/${lotId}/out`, { kg: '50', kind: 'rotatedOut', note: 'Sealed in 2019' });
  expect((await refusalOf(daniel, second, { act: 'release', due: inDays(9) })).reason).toContain('less of the product');
});

test('[RS11] what is drawn down, moved or rotated is on the ledger and on the record together, and a changed movement is found', async () => {
  const { databaseUrl, eleanor, lotId } = await stocked();
  await did(eleanor, `/lots/${lotId}/storage`, { site: 'Depot 2', storageClass: 'inert gas' });
  await did(eleanor, `/lots/${lotId}/out`, { kg: '10', kind: 'rotatedOut', note: 'Sealed in 2019' });
  const back = await did(eleanor, '/lots', { ...lot, kg: '10', origin: { kind: 'rotation', lot: lotId } });
  expect(back.lots[0]).toMatchObject({ origin: 'rotation', replaces: 1, quarantineKg: 10 });
  expect(
    (await refusalOf(eleanor, '/lots', { ...lot, kg: '1', origin: { kind: 'rotation', lot: lotId } })).reason,
  ).toContain('it holds 0 kg');
  const movements = (await eleanor.call('GET', `${RESERVE}/movements`)).body;
  expect(movements.map(({ kind }: { kind: string }) => kind)).toEqual([
    'received',
    'rotatedOut',
    'moved',
    'granted',
    'rejected',
    'accepted',
    'received',
  ]);
  expect(movements[2].note).toContain('Depot 1, dry → Depot 2, inert gas');
  const texts = (await eleanor.call('GET', '/api/v1/record')).body.map(({ text }: { text: string }) => text);
  expect(texts.filter((text: string) => text.startsWith('Movement '))).toHaveLength(7);

  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // Two amounts that keep every account at or above zero, and the whole at zero.
  await client.query('UPDATE reserve_movement SET grams = grams - 1000 WHERE number IN (1, 2)');
  await client.end();
  expect((await eleanor.call('GET', `${RESERVE}/verify`)).body.faults).toEqual([
    'movement 1 is not as the record sealed it',
    'movement 2 is not as the record sealed it',
  ]);
});

test('[RS12] of many requests and releases at once none spends a gram twice', async () => {
  const { eleanor, arjun } = await stocked();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () =>
      arjun.call('POST', `${RESERVE}/own/drawdowns`, { ...gallium, kg: '25', reason: 'At once' }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409, 409]);
  const { body } = await arjun.call('GET', `${RESERVE}/own`);
  expect(body.entitlements).toEqual([{ ...gallium, kg: 60, openKg: 50, leftKg: 10 }]);
  expect((await eleanor.call('GET', RESERVE)).body.faults).toEqual([]);
});

test('[RS13] a company learns its own account and nothing else: no stock, no lot, no other company, in no answer and no refusal', async () => {
  const { workspace, eleanor, daniel, arjun, holderId } = await stocked();
  const [noor, beatriz, ingrid] = await Promise.all(['noor', 'beatriz', 'ingrid'].map(workspace.as));
  if (!noor || !beatriz || !ingrid) throw new Error('somebody of the demo is missing');
  for (const client of [arjun, noor, beatriz, ingrid])
    for (const path of ['', '/movements', '/verify'])
      expect((await client.call('GET', RESERVE + path)).status).toBe(404);
  for (const client of [arjun, beatriz]) expect((await refusalOf(client, '/lots', lot)).status).toBe(404);
  // 60 kg are entitled and 100 kg in stock: with an empty stock the answers would be the same.
  const beyond = await refusalOf(arjun, '/own/drawdowns', { ...gallium, kg: '61', reason: 'Try' });
  expect(beyond).toEqual({ status: 409, reason: 'your entitlement leaves 60 kg of this product' });
  const asked = await did(arjun, '/own/drawdowns', { ...gallium, kg: '5', reason: 'Try' });
  expect((await refusalOf(noor, `/own/drawdowns/${asked.drawdowns[0].id}/withdraw`)).reason).toBe(
    (await refusalOf(noor, '/own/drawdowns/00000000-0000-4000-8000-000000000000/withdraw')).reason,
  );

  await did(noor, '/own');
  const { holders } = (await eleanor.call('GET', RESERVE)).body;
  const noorsId = holders.find(({ id }: { id: string }) => id !== holderId).id;
  await did(daniel, '/entitlements/transfer', { fromId: holderId, toId: noorsId, ...gallium, kg: '20' });
  expect((await noor.call('GET', `${RESERVE}/own`)).body).toMatchObject({
    entitlements: [{ ...gallium, kg: 20, openKg: 0, leftKg: 20 }],
    drawdowns: [],
  });
  const read = async (client: Client) =>
    JSON.stringify((await client.call('GET', '/api/v1/record')).body).match(/reserve[^"]*/g) ?? [];
  expect((await read(noor)).every((text) => !text.includes('Movement') && !text.includes('Drawdown'))).toBe(true);
  expect(await read(noor)).toContain('reserve changed: entitlement transferred');
  expect(await read(beatriz)).toEqual([]);
  expect(await read(ingrid)).toEqual([]);
});

test('[J3] an official runs a sixty-day cut over every mineral that the facts cover, with the reserve’s stock, and puts it on the record', async () => {
  const { eleanor, arjun } = await stocked();
  const supplies: MineralSupply[] = (await eleanor.call('GET', `${RESERVE}/shortfall`)).body;
  const gallium60 = supplies.find(({ mineralId }) => mineralId === 'gallium');
  if (!gallium60) throw new Error('gallium is missing');
  // 19 t a year, none from home: 60 days need 3.123 t, and 0.1 t lie in stock.
  expect(gallium60).toMatchObject({ demandT: 19, stockT: 0.1 });
  const cut = shortfallOf(gallium60, { kind: 'cut', days: 60 }, ASSUMPTIONS);
  expect(cut.gapT).toBeCloseTo((19 * 60) / 365 - 0.1, 9);
  expect(cut.coverDays).toBeCloseTo((0.1 * 365) / 19, 9);

  const run = { scenario: { kind: 'cut', days: 60 }, assumptions: ASSUMPTIONS };
  const first = await did(eleanor, '/shortfall/runs', run);
  expect(await did(eleanor, '/shortfall/runs', run)).toEqual(first);
  expect(first).toMatchObject({ minerals: supplies.length, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const texts = (await eleanor.call('GET', '/api/v1/record')).body.map(({ text }: { text: string }) => text);
  expect(texts[0]).toBe(`Ran the scenario “60-day cut of imports” for ${supplies.length} minerals`);
  expect((await arjun.call('GET', `${RESERVE}/shortfall`)).status).toBe(404);
  expect((await refusalOf(arjun, '/shortfall/runs', run)).status).toBe(404);
});

test('[VT14] an approving official changes the terms with an entry of the record; companies read them, others find nothing', async () => {
  const workspace = await startWorkspace({ demo: true, databaseUrl: await testDatabaseUrl() });
  const [eleanor, daniel, arjun, beatriz] = await Promise.all(
    ['eleanor', 'daniel', 'arjun', 'beatriz'].map(workspace.as),
  );
  if (!eleanor || !daniel || !arjun || !beatriz) throw new Error('somebody of the demo is missing');
  const before = (await daniel.call('GET', `${RESERVE}/terms`)).body;
  const wanted = { after: before.version, terms: { ...before.terms, upfrontPct: 3 } };
  const refused = [eleanor, arjun, beatriz].map(async (client) => {
    return (await client.call('POST', `${RESERVE}/terms`, wanted)).status;
  });
  expect(await Promise.all(refused)).toEqual([404, 404, 404]);
  expect(await refusalOf(daniel, '/terms', { ...wanted, terms: { ...wanted.terms, upfrontPct: 101 } })).toMatchObject({
    status: 400,
  });
  // Of two at once, one is told to look again.
  const both = await Promise.all([1, 2].map(() => daniel.call('POST', `${RESERVE}/terms`, wanted)));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  for (const client of [eleanor, daniel, arjun])
    expect((await client.call('GET', `${RESERVE}/terms`)).body).toMatchObject({
      version: before.version + 1,
      terms: { ...before.terms, upfrontPct: 3 },
    });
  expect((await beatriz.call('GET', `${RESERVE}/terms`)).status).toBe(404);
  const entries = (await eleanor.call('GET', '/api/v1/record')).body.map(({ text }: { text: string }) => text);
  const said = entries.filter((text: string) => text.startsWith('Changed the terms of the reserve'));
  expect(said).toEqual(['Changed the terms of the reserve, version 2: upfront fee from 2 % to 3 %']);
});
