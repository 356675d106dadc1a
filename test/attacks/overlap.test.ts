/** Attack 9 on the real server: two pools of the same mineral with nearly the same members, whose totals are subtracted from one another. */
import { afterEach, expect, test, vi } from 'vitest';
import { type Member, openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#server/http/overlap.ts', async (original) =>
  (await import('./support/switches.ts')).overlap(await original()),
);

let stage: Stage;
afterEach(async () => {
  restore();
  await stage.close();
});

const AMOUNTS = [210, 190, 180, 170, 160, 77];

/** Five of the six begin a second pool and ask there for what they ask in the first. Answers with the difference of the two totals. */
async function subtract(): Promise<{ status: number; difference: number | null }> {
  stage = await openStage({ members: AMOUNTS.length });
  const five = stage.members.slice(0, 5);
  const [insider] = five as [Member];
  for (const [i, member] of stage.members.entries()) await member.asks(AMOUNTS[i] ?? 0);
  const { status, body: second } = await (await stage.admin()).call('POST', '/api/v1/pools', {
    name: 'Gallium once more',
    minerals: ['gallium'],
    kind: 'sealed',
    open: null,
    deliveryFrom: 2027,
    deliveryTo: 2027,
    closesAt: '2026-12-18T00:00:00.000Z',
    organizationIds: five.map(({ organizationId }) => organizationId),
  });
  if (status !== 200) return { status, difference: null };
  for (const [i, { tap, organizationId }] of five.entries()) {
    const { sheets } = (await tap.get(`/pools/${second.id}`)).body;
    const line = await tap.sheet(sheets[0].id);
    await line.write('line', { ...stage.row, quantity: `${AMOUNTS[i]}` }, organizationId);
  }
  await stage.slot();
  const totalOf = (poolId: string): Promise<number> =>
    vi.waitFor(async () => {
      const value = (await insider.tap.get(`/pools/${poolId}/release`)).body.cells[0]?.value;
      if (value === null) throw new Error('nothing is shown yet');
      return Number(value);
    }, 30_000);
  return { status, difference: (await totalOf(stage.poolId)) - (await totalOf(second.id)) };
}

test('[AT9] 9 the second pool is not begun', async () => {
  expect(await subtract()).toEqual({ status: 409, difference: null });
});

test('[AT9] 9 twin: with the rule of overlapping pools off, the difference of the totals is the sixth company', async () => {
  off.overlap = true;
  expect(await subtract()).toEqual({ status: 200, difference: 77 });
});
