/** Members, rules, rounds and open pools over the whole server. */
import { beforeAll, expect, test } from 'vitest';
import { CLOSE } from '#protocol/rooms.ts';
import { demandCells, offerCells, readDemo } from '../../seeds/demo-tables.ts';
import { loadCatalogue } from '../../seeds/facts.ts';
import { liveSheet } from '../support/live-sheet.ts';
import type { Client } from '../support/server.ts';
import { poolOf, startWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
let admin: Client;
const people = new Map<string, Client>();
const as = async (name: string): Promise<Client> => {
  const client = people.get(name) ?? (await workspace.as(name));
  people.set(name, client);
  return client;
};
beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  admin = await as('beatriz');
}, 120_000);

const get = async (client: Client, path: string) => (await client.call('GET', `/api/v1${path}`)).body;
const post = (client: Client, path: string, body: unknown = {}) => client.call('POST', `/api/v1${path}`, body);
const organizationOf = async (name: string): Promise<string> =>
  (await get(await as(name), '/me')).person.organizationId;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const textsOf = async (client: Client, poolId: string): Promise<string> =>
  (await get(client, `/record?poolId=${poolId}`)).map(({ text }: { text: string }) => text).join('\n');
const { demand, offers } = readDemo(loadCatalogue());
const GALLIUM = { mineral: 'gallium', form: 'ga-metal-6n', quantity: '12', unit: 'kg', period: '2027' };

test('[MB1] a member of a sealed pool is told of its own seat, government and administrator; the administrator of all', async () => {
  const gallium = await poolOf(admin, 'Gallium');
  const seen = await get(await as('yuki'), `/pools/${gallium.id}/members`);
  expect(seen.map(({ name }: { name: string }) => name)).toEqual([
    'Bellwether Cove Photonics (sample)',
    'Convening Association (sample)',
    'Interagency Minerals Desk (sample)',
    'Reserve Program Office (sample)',
  ]);
  const all = await get(admin, `/pools/${gallium.id}/members`);
  expect(all.filter(({ seat }: { seat: string }) => seat === 'buyer')).toHaveLength(6);
  expect(JSON.stringify(all)).not.toMatch(/joined/i);
  const lithium = await poolOf(admin, 'Lithium');
  const members: { name: string; owner: string | null }[] = await get(admin, `/pools/${lithium.id}/members`);
  expect(members.find(({ name }) => name.startsWith('Copperfin'))?.owner).toBe('Osprey Hollow Tooling (sample)');
  for (const name of ['eleanor', 'owen', 'ingrid'])
    expect(JSON.stringify(await get(await as(name), `/pools/${gallium.id}/members`))).not.toContain('Bellwether');
});

test('[MB4] a member joins in mid-round with a sheet of its own, leaves, reads its own lines, and finds them when it comes back', async () => {
  const { id } = await poolOf(admin, 'Molybdenum');
  const yuki = await as('yuki');
  const organizationId = await organizationOf('yuki');
  expect((await yuki.call('GET', `/api/v1/pools/${id}`)).status).toBe(404);
  expect((await post(admin, `/pools/${id}/members`, { organizationId })).status).toBe(200);
  const [sheet] = (await get(yuki, `/pools/${id}`)).sheets;
  expect(sheet).toMatchObject({ kind: 'demand', access: 'edit', organizationId });
  const live = liveSheet(workspace.origin, yuki.cookie, sheet.id);
  expect(await live.opened).toBe('open');
  await live.add('line', organizationId, { ...GALLIUM, mineral: 'molybdenum', form: 'mo-oxide' });
  expect((await post(admin, `/pools/${id}/members`, { organizationId })).status).toBe(409);

  expect(await post(yuki, `/pools/${id}/leave`)).toMatchObject({ status: 200, body: { poolId: id } });
  expect(await live.closed).toBe(CLOSE.changed);
  expect((await yuki.call('GET', `/api/v1/pools/${id}`)).status).toBe(404);
  expect(await liveSheet(workspace.origin, yuki.cookie, sheet.id).opened).toBe(CLOSE.noSheet);
  expect((await get(yuki, '/past-pools')).map(({ poolId }: { poolId: string }) => poolId)).toContain(id);
  expect((await get(yuki, `/past-pools/${id}`)).rounds).toMatchObject([
    { number: 1, lines: [{ id: 'line', cells: { quantity: '12' } }] },
  ]);
  for (const other of ['camille', 'eleanor', 'owen'])
    expect((await (await as(other)).call('GET', `/api/v1/past-pools/${id}`)).status).toBe(404);

  expect((await post(admin, `/pools/${id}/members`, { organizationId })).status).toBe(200);
  const back = (await get(yuki, `/pools/${id}`)).sheets[0];
  expect(back).toMatchObject({ id: sheet.id, access: 'edit' });
  expect((await get(yuki, '/past-pools')).map(({ poolId }: { poolId: string }) => poolId)).not.toContain(id);
  const again = liveSheet(workspace.origin, yuki.cookie, sheet.id);
  await again.opened;
  expect(again.rows().get('line')?.quantity).toBe('12');
  await post(admin, `/pools/${id}/members/remove`, { organizationId });
  expect(await again.closed).toBe(CLOSE.changed);
});

test('[MB6] each seat that is given or lost stands in the record, for the administrator and that member alone', async () => {
  const { id } = await poolOf(admin, 'Molybdenum');
  const own = await textsOf(await as('yuki'), id);
  const name = 'Bellwether Cove Photonics (sample)';
  for (const entry of [`${name} received a seat as buyer`, `${name} gave up its seat`, `${name} lost its seat`]) {
    expect(own).toContain(entry);
    expect(await textsOf(admin, id)).toContain(entry);
  }
  for (const other of ['gareth', 'eleanor', 'daniel', 'ingrid', 'owen'])
    expect([other, await textsOf(await as(other), id)]).toEqual([other, expect.not.stringMatching(/seat|Bellwether/)]);
  expect((await get(admin, '/record/verify')).broken).toBeNull();
});

test('[MB3] a supplier whose owner buys in the pool gets no seat, and the list of candidates says why', async () => {
  const { id } = await poolOf(admin, 'Lithium');
  const made = await post(admin, '/organizations', {
    name: 'Stillwater Trading',
    kind: 'supplier',
    parentId: await organizationOf('camille'),
    email: 'trader@stillwater.example',
    role: 'liaison',
  });
  const candidates: { organizationId: string; refusal: string | null }[] = await get(admin, `/pools/${id}/candidates`);
  const trader = candidates.find(({ organizationId }) => organizationId === made.body.id);
  expect(trader?.refusal).toContain('Stillwater Bend Batteries');
  const refused = await post(admin, `/pools/${id}/members`, { organizationId: made.body.id });
  expect([refused.status, refused.body.data.place]).toEqual([409, 'Stillwater Trading']);
  expect(refused.body.data.remedy).toContain('one side only');
});

test('[MB5] the last administrator of a pool cannot be removed, and members decide nothing about seats', async () => {
  const { id } = await poolOf(admin, 'Lithium');
  const refused = await post(admin, `/pools/${id}/members/remove`, { organizationId: await organizationOf('beatriz') });
  expect([refused.status, refused.body.data.remedy]).toEqual([409, 'add another administrator first']);
  const gareth = await as('gareth');
  const organizationId = await organizationOf('yuki');
  for (const path of ['members', 'members/remove'])
    expect((await post(gareth, `/pools/${id}/${path}`, { organizationId })).status).toBe(404);
  for (const path of ['candidates', 'rules'])
    expect((await gareth.call('GET', `/api/v1/pools/${id}/${path}`)).status).toBe(404);
  expect((await post(gareth, `/pools/${id}/rules`, { rules: {} })).status).toBe(404);
  expect((await post(await as('silas'), `/pools/${id}/leave`)).status).toBe(404);
});

test('[MB11] the administrator tightens rules for the next round; that it happened is told to all, the values to nobody else', async () => {
  const { id } = await poolOf(admin, 'Lithium');
  const before = await get(admin, `/pools/${id}/rules`);
  expect(before.inRound).toEqual(before.loosest);
  const loose = await post(admin, `/pools/${id}/rules`, { rules: { ...before.rules, contributorsMin: 4 } });
  expect([loose.status, loose.body.data.place]).toEqual([409, expect.stringContaining('contributorsMin')]);
  const same = await post(admin, `/pools/${id}/rules`, { rules: before.rules });
  expect([same.status, same.body.data.reason]).toEqual([409, 'all of them are as they were']);
  const wish = { ...before.rules, contributorsMin: 6, strict: true, countryCapPct: 40 };
  const after = await post(admin, `/pools/${id}/rules`, { rules: wish });
  expect(after).toMatchObject({ status: 200, body: { rules: wish, inRound: before.inRound } });
  const back = await post(admin, `/pools/${id}/rules`, { rules: { ...wish, strict: false } });
  expect(back.body.data).toMatchObject({ place: 'Strict profile', reason: 'off is looser than on' });
  expect(await textsOf(admin, id)).toContain('contributing owners from 5 to 6, strict profile from off to on');
  for (const name of ['gareth', 'eleanor', 'ingrid']) {
    const texts = await textsOf(await as(name), id);
    expect(texts).toContain('Tightened the rules of the pool from its next round on');
    expect(texts).not.toContain('contributing owners');
    expect(JSON.stringify(await get(await as(name), `/pools/${id}`))).not.toContain('contributorsMin');
  }
});

const shared = (more: object = {}) => ({
  name: 'Tungsten of one group',
  minerals: ['tungsten'],
  kind: 'open',
  open: { ground: 'group', reference: 'Osprey Hollow group' },
  deliveryFrom: 2030,
  deliveryTo: 2030,
  closesAt: inDays(20),
  ...more,
});

test('[MB13] an open pool needs a group of one owner or a clearance, and the refusal says so', async () => {
  const [osprey, copperfin, bellwether] = await Promise.all(['gareth', 'paloma', 'yuki'].map(organizationOf));
  const without = await post(admin, '/pools', shared({ open: null, organizationIds: [osprey] }));
  expect([without.status, without.body.data.place]).toEqual([409, 'basis']);
  const mixed = await post(admin, '/pools', shared({ organizationIds: [osprey, copperfin, bellwether] }));
  expect([mixed.status, mixed.body.data.remedy]).toEqual([409, expect.stringContaining('open a sealed pool')]);
  const cleared = await post(
    admin,
    '/pools',
    shared({
      name: 'Cleared',
      deliveryFrom: 2029,
      deliveryTo: 2029,
      open: { ground: 'counsel', reference: 'Clearance 12/27' },
      organizationIds: [osprey],
    }),
  );
  expect(cleared.status).toBe(200);
  const seat = { organizationId: bellwether };
  expect((await post(admin, `/pools/${cleared.body.id}/members`, seat)).body.data.remedy).toBe(
    'name the clearance that covers it',
  );
  const covered = { ...seat, clearance: 'Clearance 14/27' };
  expect((await post(admin, `/pools/${cleared.body.id}/members`, covered)).status).toBe(200);
  expect(await textsOf(admin, cleared.body.id)).toContain('(clearance: Clearance 14/27)');
  const several = await post(admin, '/pools', {
    ...shared({ name: 'Two metals', kind: 'sealed', open: null, organizationIds: [bellwether] }),
    minerals: ['gallium', 'germanium'],
  });
  expect(several.body).toMatchObject({ minerals: ['gallium', 'germanium'], basis: '', unit: 'kg', kind: 'sealed' });
  expect((await get(await as('yuki'), `/pools/${several.body.id}/release`)).cells.length).toBeGreaterThan(4);
});

test('[MB15] an open pool goes through a whole round, and the next one begins with each member’s own lines', async () => {
  const [gareth, paloma, owen, daniel, eleanor] = await Promise.all(
    ['gareth', 'paloma', 'owen', 'daniel', 'eleanor'].map(as),
  );
  if (!gareth || !paloma || !owen || !daniel || !eleanor) throw new Error('the demo lacks somebody');
  const [osprey = '', copperfin = '', desk = ''] = await Promise.all(['gareth', 'paloma', 'owen'].map(organizationOf));
  const opened = await post(admin, '/pools', shared({ organizationIds: [osprey, copperfin] }));
  const id: string = opened.body.id;

  // Nobody sees the sheet before its organization has acknowledged.
  expect((await get(gareth, `/pools/${id}`)).sheets).toEqual([]);
  expect((await get(gareth, `/pools/${id}`)).open).toEqual({
    ground: 'group',
    reference: 'Osprey Hollow group',
    acknowledged: false,
  });
  expect((await post(gareth, `/pools/${id}/acknowledge`)).status).toBe(200);
  expect((await post(gareth, `/pools/${id}/acknowledge`)).status).toBe(200);
  const [sheet] = (await get(gareth, `/pools/${id}`)).sheets;
  expect(sheet).toMatchObject({ kind: 'demand', organizationId: null, access: 'edit' });
  expect(await liveSheet(workspace.origin, paloma.cookie, sheet.id).opened).toBe(CLOSE.noSheet);
  await post(paloma, `/pools/${id}/acknowledge`);
  const hers = liveSheet(workspace.origin, paloma.cookie, sheet.id);
  const his = liveSheet(workspace.origin, gareth.cookie, sheet.id);
  expect([await hers.opened, await his.opened]).toEqual(['open', 'open']);

  const line = demand.values.find((row) => row.pool_id === 'pl-05' && row.org_id === 'org-05');
  if (!line) throw new Error('the demo has no tungsten line of Osprey Hollow');
  const cells = Object.fromEntries(
    Object.entries({ ...demandCells(line), period: '2030' }).filter(([, value]) => value !== null),
  );
  await his.add('his', osprey, { ...cells, commitment: 'firm' });
  await hers.add('hers', copperfin, cells);
  expect([...hers.rows().keys()].sort()).toEqual(['hers', 'his']);
  expect((await textsOf(gareth, id)).match(/acknowledged that all members see every line/g)).toHaveLength(1);

  const offersSheet = (await get(owen, `/pools/${id}`)).sheets.find(({ kind }: { kind: string }) => kind === 'offers');
  const offered = liveSheet(workspace.origin, owen.cookie, offersSheet.id);
  await offered.opened;
  const offer = offers.values.find(({ offer_id }) => offer_id === 'of-15');
  if (!offer) throw new Error('the demo has no offer of tungsten');
  const filled = Object.entries({ ...offerCells(offer), form: cells.form }).filter(([, value]) => value != null);
  await offered.add('offer', desk, Object.fromEntries(filled));
  for (const from of ['collect', 'review', 'offers']) await post(admin, `/pools/${id}/advance`, { from });
  const early = await post(admin, `/pools/${id}/rounds`, { after: 1, closesAt: inDays(30), carryOver: true });
  expect([early.status, early.body.data.remedy]).toEqual([409, 'award its orders first']);
  await post(admin, `/pools/${id}/runs`);
  await expect
    .poll(async () => (await get(admin, `/pools/${id}/runs`))[0].state, { timeout: 30_000, interval: 100 })
    .toBe('solved');
  expect((await post(admin, `/pools/${id}/advance`, { from: 'match' })).status).toBe(200);
  const queue: { poolId: string; order: { id: string } }[] = await get(daniel, '/orders');
  const mine = queue.filter(({ poolId }) => poolId === id);
  expect(mine.length).toBeGreaterThan(0);
  const undecided = await post(admin, `/pools/${id}/rounds`, { after: 1, closesAt: inDays(30), carryOver: true });
  expect(undecided.body.data.remedy).toBe('decide each order first');
  for (const { order } of mine) {
    const path = `/orders/${order.id}/decisions`;
    await post(eleanor, path, { verdict: 'open', comment: '' });
    await post(daniel, path, { verdict: 'approve', comment: '' });
  }
  const awards = await get(gareth, `/pools/${id}/awards`);
  expect(awards).toHaveLength(1);
  expect(awards[0].awardedKg).toBeGreaterThan(0);

  // The rules of the pool as they stand now are those of the next round.
  const { rules } = await get(admin, `/pools/${id}/rules`);
  await post(admin, `/pools/${id}/rules`, { rules: { ...rules, contributorsMin: 8 } });
  const next = await post(admin, `/pools/${id}/rounds`, { after: 1, closesAt: inDays(30), carryOver: true });
  expect(next.body).toMatchObject({ round: { number: 2, phase: 'collect' } });
  expect(next.body.rounds.map(({ phase }: { phase: string }) => phase)).toEqual(['closed', 'collect']);
  expect((await get(admin, `/pools/${id}/rules`)).inRound.contributorsMin).toBe(8);
  const twice = await post(admin, `/pools/${id}/rounds`, { after: 1, closesAt: inDays(30), carryOver: true });
  expect(twice.status).toBe(409);

  const [second] = (await get(gareth, `/pools/${id}`)).sheets;
  const carried = liveSheet(workspace.origin, gareth.cookie, second.id);
  await carried.opened;
  const rows = carried.rows();
  expect(rows.get('his')).toMatchObject({ org: osprey, commitment: 'indicative', quantity: cells.quantity });
  expect(rows.get('hers')).toMatchObject({ org: copperfin, quantity: cells.quantity });
  const changes = JSON.stringify(await get(gareth, `/sheets/${second.id}/changes`));
  expect(changes).toContain('carried over at the opening');
  expect(changes).not.toContain('Beatriz');
  expect(await textsOf(gareth, id)).toContain('Opened round 2, which begins with each member’s own lines');

  // The first round stays readable: its release, its sheet, its award.
  const first = await get(gareth, `/pools/${id}?round=1`);
  expect(first.sheets.find(({ id: one }: { id: string }) => one === sheet.id)).toMatchObject({ access: 'read' });
  expect(first).toMatchObject({ advance: null, next: null });
  expect((await get(gareth, `/pools/${id}/awards?round=1`))[0].awardedKg).toBe(awards[0].awardedKg);
  expect(await get(gareth, `/pools/${id}/awards`)).toEqual([]);
  expect((await get(gareth, `/pools/${id}/release?round=1`)).final).toBe(true);
  expect((await gareth.call('GET', `/api/v1/pools/${id}?round=3`)).status).toBe(404);

  // Whoever leaves takes its right to the shared sheet along, and comes back to what was shared since.
  await post(paloma, `/pools/${id}/leave`);
  expect(
    (await get(paloma, `/past-pools/${id}`)).rounds.map(({ lines }: { lines: { id: string }[] }) => lines),
  ).toEqual([[expect.objectContaining({ id: 'hers' })], [expect.objectContaining({ id: 'hers' })]]);
  await post(admin, `/pools/${id}/members`, { organizationId: copperfin });
  await post(paloma, `/pools/${id}/acknowledge`);
  expect(await liveSheet(workspace.origin, paloma.cookie, second.id).opened).toBe('open');
  expect(await liveSheet(workspace.origin, paloma.cookie, sheet.id).opened).toBe(CLOSE.noSheet);
});

test('[RT7] members invite colleagues only into roles of their kind of organization', async () => {
  const imani = await as('imani');
  const wrong = await post(imani, '/colleagues/invitations', { email: 'x@tamarind-ridge.example', role: 'approver' });
  expect([wrong.status, wrong.body.data.remedy]).toEqual([409, 'choose editor or viewer']);
});

test('[MB16] colleagues are invited, changed and removed on the record, which names them to their own organization alone', async () => {
  const imani = await as('imani');
  const colleagues = async () => {
    const { body } = await imani.call(
      'GET',
      `/api/auth/organization/list-members?organizationId=${await organizationOf('imani')}`,
    );
    return body.members as { id: string; userId: string; role: string; user: { name: string } }[];
  };
  const memberOf = async (name: string) =>
    (await colleagues()).find(({ user }) => user.name.startsWith(name))?.id ?? '';
  const invited = await post(imani, '/colleagues/invitations', { email: 'New@tamarind-ridge.example', role: 'viewer' });
  expect(invited.body.path).toBe(`/join/${invited.body.id}`);
  expect(
    (await post(imani, '/colleagues/invitations', { email: 'new@tamarind-ridge.example', role: 'viewer' })).status,
  ).toBe(409);
  expect((await post(imani, `/colleagues/invitations/${invited.body.id}/withdraw`)).status).toBe(200);
  expect((await (await workspace.nobody()).call('GET', `/api/v1/invitations/${invited.body.id}`)).status).toBe(404);

  const rosalind = await memberOf('Rosalind');
  expect((await post(imani, `/colleagues/${rosalind}/role`, { role: 'editor' })).status).toBe(200);
  expect((await post(imani, `/colleagues/${await memberOf('Imani')}/role`, { role: 'viewer' })).status).toBe(409);
  expect((await post(imani, `/colleagues/${await memberOf('Tomas')}/remove`)).status).toBe(200);
  expect((await post(await as('yuki'), `/colleagues/${rosalind}/remove`)).status).toBe(404);
  expect((await post(await as('silas'), `/colleagues/${rosalind}/remove`)).status).toBe(404);
  const texts = (await get(imani, '/record')).map(({ text }: { text: string }) => text);
  expect(texts).toEqual(
    expect.arrayContaining([
      'Invited a person as viewer',
      'Withdrew an invitation as viewer',
      'Rosalind Achebe is now editor, and was viewer',
      'Removed Tomas Lindqvist, who was editor',
    ]),
  );
  expect(texts.join()).not.toContain('@');
  for (const name of ['yuki', 'beatriz', 'eleanor'])
    expect(JSON.stringify(await get(await as(name), '/record'))).not.toContain('Rosalind');

  const noor = await as('noor');
  const lone = (
    await noor.call('GET', `/api/auth/organization/list-members?organizationId=${await organizationOf('noor')}`)
  ).body.members as { id: string; user: { name: string } }[];
  const silas = lone.find(({ user }) => user.name.startsWith('Silas'))?.id;
  expect((await post(noor, `/colleagues/${silas}/role`, { role: 'viewer' })).status).toBe(200);
});

test('[MB17] a pool does not begin beside another one of the same mineral, years and owners: two totals would be subtracted', async () => {
  const [osprey, bellwether] = await Promise.all(['gareth', 'yuki'].map(organizationOf));
  const wish = (more: object) =>
    shared({ name: 'Beside', kind: 'sealed', open: null, organizationIds: [osprey, bellwether], ...more });
  const beside = await post(
    admin,
    '/pools',
    wish({ minerals: ['zinc', 'tungsten'], deliveryFrom: 2026, deliveryTo: 2027 }),
  );
  expect([beside.status, beside.body.data.reason]).toEqual([
    409,
    expect.stringContaining('Tungsten all forms 2027 buys tungsten'),
  ]);
  const later = await post(
    admin,
    '/pools',
    wish({ deliveryFrom: 2028, deliveryTo: 2028, organizationIds: [bellwether] }),
  );
  expect(later.status).toBe(200);
  const zinc = await post(admin, '/pools', wish({ minerals: ['zinc'], organizationIds: [bellwether] }));
  expect(zinc.status).toBe(200);
  const other = await post(admin, '/pools', wish({ minerals: ['zinc'], organizationIds: [osprey] }));
  const seat = await post(admin, `/pools/${other.body.id}/members`, { organizationId: bellwether });
  expect([seat.status, seat.body.data.place]).toEqual([409, expect.stringContaining('Bellwether')]);
});

test('[MB17] of two such pools that begin at the same moment, and of two such seats, one is refused', async () => {
  const [osprey, bellwether] = await Promise.all(['gareth', 'yuki'].map(organizationOf));
  const wish = (name: string, organizationIds: (string | undefined)[]) =>
    shared({ name, minerals: ['tin'], kind: 'sealed', open: null, organizationIds });
  const both = await Promise.all(['One', 'Two'].map((name) => post(admin, '/pools', wish(name, [bellwether]))));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  const begun = both.find(({ status }) => status === 200)?.body.id;
  const other = (await post(admin, '/pools', wish('Three', [osprey]))).body.id;
  const maker = await organizationOf('noor');
  const seats = await Promise.all(
    [begun, other].map((id) => post(admin, `/pools/${id}/members`, { organizationId: maker })),
  );
  expect(seats.map(({ status }) => status).sort()).toEqual([200, 409]);
});
