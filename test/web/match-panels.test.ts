/** What members see of offers and awards, and officials of a report: dashes where something is withheld, nothing that axe finds. */
import axe from 'axe-core';
import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { UNTOUCHED } from '#domain/fulfilment-disclosure.ts';
import '#web/app.css';
import Awards from '#web/panels/Awards.svelte';
import OpenedOffers from '#web/panels/OpenedOffers.svelte';
import RunReport from '#web/panels/RunReport.svelte';
import type { AwardView, OpenedOffer, RunReport as Report } from '#web/state/api.ts';

beforeEach(() => {
  document.documentElement.lang = 'en';
  document.title = 'Test';
});

const names = { mineralName: () => 'Gallium', formName: () => 'gallium metal' };
const award = (more: Partial<AwardView>): AwardView => ({
  row: 'a',
  mineral: 'gallium',
  form: 'ga',
  grade: '6N',
  period: '2027',
  priority: 'firm',
  askedKg: 300,
  awardedKg: 200,
  levelKg: null,
  parts: [
    {
      supplier: 'Near Refiner',
      country: 'Japan',
      period: 'Q1 2027',
      kg: 200,
      usdPerKg: null,
      firstUsdPerKg: 9.5,
      state: 'proposed',
      became: UNTOUCHED,
    },
  ],
  why: 'Met in part.',
  ...more,
});
const violations = async () => {
  const { violations: found } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return found.map(({ id, nodes }) => [id, nodes[0]?.html]);
};
const text = () => document.body.textContent?.replace(/\s+/g, ' ') ?? '';

test('[MT50] [MT51] an award shows a dash for a level that is not told, and the most that a price can be', async () => {
  await render(Awards, { awards: [award({})], poolName: 'Gallium 2027', ...names });
  expect(text()).toContain('Those of this priority who were cut received -not published');
  expect(text()).toContain('at most $ 9.5');
  expect(text()).toContain('Cost, at most $ 1,900');
  expect(await violations()).toEqual([]);
});

test('[MT50] [MT51] a level and a price that may be told are shown as they are', async () => {
  const [part] = award({}).parts;
  const told = award({ levelKg: 200, parts: part ? [{ ...part, usdPerKg: 8 }] : [] });
  await render(Awards, { awards: [told], poolName: 'Gallium 2027', ...names });
  expect(text()).toContain('who were cut received 200 kg each');
  expect(text()).toContain('Cost $ 1,600');
  await expect.element(page.getByRole('button', { name: 'CSV' })).toBeVisible();
});

test('[MT52] opened offers are a table by mineral, with the published total beside it', async () => {
  const offer: OpenedOffer = {
    supplier: 'Near Refiner',
    country: 'Japan',
    originCountry: 'Australia',
    stage: 'operating',
    mineral: 'gallium',
    formName: 'gallium metal',
    grade: '6N',
    from: 'Q2 2027',
    leadMonths: 3,
    usdPerKg: [900, 850],
    tierKind: 'all-units',
    qualified: true,
    recycled: false,
  };
  const release = (value: string | null) => ({
    slotAt: '2026-11-24T09:00:00.000Z',
    final: true,
    unit: 'kg',
    basis: 'Ga',
    cells: [{ mineral: 'gallium', form: null, grade: null, year: null, level: 'all' as const, value }],
  });
  const table = await render(OpenedOffers, {
    offers: [offer],
    release: release('3790'),
    poolHref: '/pools/p/pool',
    ...names,
  });
  await expect.element(page.getByRole('table', { name: 'Offers of Gallium' })).toBeVisible();
  expect(text()).toContain('1 offer. Pooled demand: 3,790 kg.');
  expect(text()).toContain('$ 900, $ 850');
  await table.rerender({ release: release(null) });
  expect(text()).toContain('Pooled demand: not published.');
  expect(await violations()).toEqual([]);
});

test('[MT48] a report shows dashes for what is withheld, in the line, the tier and the sum', async () => {
  const unmet = { mineral: 'gallium', grade: '', period: '', who: 'pool', why: 'Too few.' };
  const report: Report = {
    run: {
      id: 'r',
      number: 1,
      state: 'solved',
      progress: 1,
      doing: null,
      reason: null,
      startedAt: '2026-11-24T09:00:00.000Z',
      endedAt: '2026-11-24T09:00:01.000Z',
    },
    inputs: [],
    orders: [],
    unmet: [
      { ...unmet, form: 'ga', priority: 'firm', kg: 515 },
      { ...unmet, form: '', priority: 'the rest', kg: null },
    ],
    unused: [],
    minerals: [],
    gapPct: 0,
    solveMs: 10,
  };
  await render(RunReport, { report, isProposed: false, ...names });
  const rows = [...document.querySelectorAll('tbody tr')].map((row) => row.textContent?.replace(/\s+/g, ' ').trim());
  expect(rows).toContainEqual(expect.stringMatching(/^The rest-not published/));
  expect(rows).toContainEqual(expect.stringMatching(/^Several forms the pool-not published/));
  expect(text()).toContain('Unmet - withheld, to give no company away');
});
