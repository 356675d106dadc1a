/** The match's pages in a browser: what is drawn of a large match, price lists, what a run is doing; nothing that axe finds. */
import axe from 'axe-core';
import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import OrderLadder from '#web/panels/OrderLadder.svelte';
import RunAnswer from '#web/panels/RunAnswer.svelte';
import RunList from '#web/panels/RunList.svelte';
import RunReport from '#web/panels/RunReport.svelte';
import type { OrderView, RunReport as Report, RunView } from '#web/state/api.ts';

beforeEach(() => {
  document.documentElement.lang = 'en';
  document.title = 'Test';
});

const run = (more: Partial<RunView> = {}): RunView => ({
  id: 'r',
  number: 1,
  state: 'solved',
  progress: 1,
  doing: null,
  reason: null,
  startedAt: '2026-11-24T09:00:00.000Z',
  endedAt: '2026-11-24T09:00:01.000Z',
  ...more,
});
const order = (i: number, more: Partial<OrderView> = {}): OrderView => ({
  id: `order-${i}`,
  number: i + 1,
  state: 'proposed',
  supplier: `Supplier ${i}`,
  country: 'Japan',
  originCountry: null,
  stage: 'operating',
  mineral: `mineral-${i % 13}`,
  lots: [{ form: 'ga', formName: 'gallium metal', grade: '6N', period: '2027', kg: 4000, sink: 'pool' }],
  kg: 4000,
  usd: 28_000,
  usdPerKg: 7,
  sharePct: null,
  minimumKg: 500,
  capacityKg: 9000,
  reasons: ['Because.'],
  decisions: [],
  countryId: 'JPN',
  originId: null,
  ladder: {
    kind: 'allUnits',
    steps: [
      { fromKg: 0, usdPerKg: 9 },
      { fromKg: 3000, usdPerKg: 7 },
      { fromKg: 6000, usdPerKg: 6 },
    ],
    reached: 1,
  },
  feeds: [],
  yieldPct: null,
  feedKg: { pool: 0, reserve: 0 },
  ...more,
});
const large = (): Report => ({
  run: run(),
  inputs: [],
  orders: Array.from({ length: 150 }, (_, i) => order(i)),
  unmet: Array.from({ length: 90 }, (_, i) => ({
    mineral: `mineral-${i % 13}`,
    form: 'ga',
    grade: '6N',
    period: '2027',
    who: 'pool',
    priority: i < 40 ? 'firm' : 'indicative',
    kg: 10,
    why: 'Scarce.',
  })),
  unused: Array.from({ length: 120 }, (_, i) => ({
    offerRow: `u${i}`,
    supplier: `Left ${i}`,
    country: 'Germany',
    countryId: 'DEU',
    mineral: `mineral-${i % 13}`,
    reason: 'Dear.',
  })),
  minerals: Array.from({ length: 13 }, (_, i) => ({
    mineral: `mineral-${i}`,
    usd: 1000,
    hhi: 3000,
    gapPct: 0,
    limited: false,
    caps: [{ kind: 'capacity' as const, name: `Supplier ${i}`, kg: 4000, limitKg: 4000, state: 'at' as const }],
  })),
  gapPct: 0,
  solveMs: 10,
});
const names = { mineralName: (id: string) => id, formName: () => 'gallium metal' };
const violations = async () => {
  const { violations: found } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return found.map(({ id, nodes }) => [id, nodes[0]?.html]);
};
const text = () => document.body.textContent?.replace(/\s+/g, ' ') ?? '';

test('[MP22] a match of 150 orders and 120 unused offers draws some hundred rows and shapes, pages the rest, and shows one mineral at a time', async () => {
  const timelineOf = () => ({ years: [{ year: 2027, poolKg: 600_000, reserveKg: 0, neededKg: null }], acrossKg: 0 });
  await render(RunReport, { report: large(), isProposed: false, timelineOf, ...names });
  expect(document.querySelectorAll('svg *').length).toBeLessThan(500);
  expect(document.querySelectorAll('tbody tr').length).toBeLessThan(150);
  await expect.element(page.getByText('1 to 20 of 150 orders')).toBeVisible();
  const pager = page.getByRole('navigation', { name: 'Pages of orders' });
  await pager.getByRole('button', { name: 'Next' }).click();
  await expect.element(page.getByText('21 to 40 of 150 orders')).toBeVisible();
  // Paper has no pager.
  dispatchEvent(new Event('beforeprint'));
  expect(document.querySelectorAll('tbody tr').length).toBeGreaterThan(150 + 120 + 90);
  dispatchEvent(new Event('afterprint'));
  await expect.element(page.getByText('21 to 40 of 150 orders')).toBeVisible();
  await page.getByLabelText('Show').selectOptions('mineral-3');
  await expect.element(page.getByText('mineral-3', { exact: true }).first()).toBeInTheDocument();
  expect(document.querySelector('[aria-label="Pages of orders"]')).toBeNull();
  expect(await violations()).toEqual([]);
});

test('[MP23] a price list shows its steps, the order’s place and how far the next price is, as a picture and as a table', async () => {
  const one = order(0);
  await render(OrderLadder, { order: one, ladder: one.ladder as NonNullable<OrderView['ladder']>, ...names });
  await expect.element(page.getByRole('img', { name: /step 2 of 3.*2,000 kg more would reach \$ 6/ })).toBeVisible();
  await page.getByText('Show as table').click();
  const rows = [...document.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent?.trim()),
  );
  expect(rows).toEqual([
    ['The first kilogram', '$ 9', ''],
    ['3,000 kg', '$ 7', 'reached with 4,000 kg'],
    ['6,000 kg', '$ 6', ''],
  ]);
  expect(await violations()).toEqual([]);
});

test('[MP24] a run says what it is doing and how far it is; a first answer says that a better one is looked for', async () => {
  const runs = [
    run({ id: 'b', number: 3, state: 'running', doing: 'budget', progress: 0.2, endedAt: null }),
    run({ id: 'a', number: 2, doing: 'improving', progress: 0.6 }),
    run({ number: 1 }),
  ];
  await render(RunList, { runs, shown: 'a', now: Date.parse('2026-11-24T10:00:00Z'), oncancel() {}, onshow() {} });
  expect(text()).toContain('Fitting the reserve’s targets into its budget');
  expect(text()).toContain('First answer stands; looking for a better one');
  expect(document.querySelectorAll('[role=progressbar]').length).toBe(2);
  await expect.element(page.getByRole('button', { name: 'Keep this answer' })).toBeVisible();
  expect(await violations()).toEqual([]);
});

test('[MP24] the answer of a run says in money how far it can be from the best', async () => {
  const report = { ...large(), gapPct: 0.5, minerals: [{ ...(large().minerals[0] as Report['minerals'][number]) }] };
  const [mineral] = report.minerals;
  const orders = [order(0, { usd: 1_000_000 })];
  const shown = { ...report, orders, minerals: mineral ? [{ ...mineral, usd: 1_000_000, gapPct: 0.5 }] : [] };
  const answer = await render(RunAnswer, { report: shown, run: run({ doing: 'improving', progress: 0.6 }) });
  expect(text()).toContain('First answer; a better one is being looked for');
  expect(text()).toContain('60 % searched');
  await answer.rerender({ run: run() });
  expect(text()).toContain('by more than $ 5,000, 0.5 % of the cost');
  expect(await violations()).toEqual([]);
});
