/** Scenarios on the screen: a table that sorts and is compared, shocks that are put together, answers beside the report; nothing that axe finds. */
import axe from 'axe-core';
import { beforeEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import type { ScenarioReportView, StandingView } from '#protocol/scenarios-api.ts';
import { measuresOf } from '#web/lib/scenarios.ts';
import Awards from '#web/panels/Awards.svelte';
import ScenarioBuilder from '#web/panels/ScenarioBuilder.svelte';
import ScenarioCompare from '#web/panels/ScenarioCompare.svelte';
import ScenarioMatrix from '#web/panels/ScenarioMatrix.svelte';
import WhyPanel from '#web/panels/WhyPanel.svelte';
import { Fetched } from '#web/state/fetched.svelte.ts';

beforeEach(() => {
  document.documentElement.lang = 'en';
  document.title = 'Test';
});
const violations = async () => {
  // What scrolls takes the focus as soon as its size is known.
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const { violations: found } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return found.map(({ id, nodes }) => [id, nodes[0]?.html]);
};
const mineralName = (id: string) => id;

const standing = (poolUnmetKg: number | null): StandingView => ({
  poolUnmetKg,
  reserveUnmetKg: 0,
  tiers: [],
  costUsd: 1000,
  hhi: 5000,
});
const row = (title: string, kg: number | null, isWide = false): ScenarioReportView['rows'][number] => ({
  title,
  kind: 'ban',
  cells: [{ mineral: 'gallium', after: standing(kg), isWide }],
});
const report: ScenarioReportView = {
  run: {
    id: 'a',
    runId: 'b',
    number: 1,
    name: 'Grid',
    state: 'solved',
    progress: 1,
    polishing: false,
    scenarios: 3,
    reason: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
  },
  minerals: [
    { mineral: 'gallium', before: standing(100) },
    { mineral: 'cobalt', before: standing(50) },
  ],
  rows: [row('Mild', 105), row('Kept back', null), row('Bad', 300, true)],
  leftOut: 0,
};
const titles = () => [...document.querySelectorAll('tbody th')].map((cell) => cell.textContent);

test('[SC20] scenarios are a table by minerals that sorts worst first, what is withheld last, and takes two to four to compare', async () => {
  const onpick = vi.fn();
  const [measure] = measuresOf(report);
  if (!measure) throw new Error('no measure');
  const props = { report, measure, rows: report.rows, picked: ['Mild'], pickedMax: 1, mineralName, onpick };
  await render(ScenarioMatrix, props);
  expect(titles()).toEqual(['Mild', 'Kept back', 'Bad']);
  await page.getByRole('button', { name: 'gallium' }).click();
  expect(titles()).toEqual(['Bad', 'Mild', 'Kept back']);
  await expect.element(page.getByRole('columnheader', { name: 'gallium' })).toHaveAttribute('aria-sort', 'descending');
  const words = document.body.textContent?.replace(/\s+/g, ' ') ?? '';
  expect(words).toContain('300 kg +200 %');
  expect(words).toContain('not touched');
  await page.getByRole('checkbox', { name: 'Compare: Mild' }).click();
  expect(onpick).toHaveBeenCalledWith('Mild');
  await expect.element(page.getByRole('checkbox', { name: 'Compare: Bad' })).toBeDisabled();
  expect(await violations()).toEqual([]);
});

test('[SC20] side by side, each measure stands beside the match', async () => {
  await render(ScenarioCompare, { report, rows: report.rows.slice(0, 2), mineralName });
  const heads = [...document.querySelectorAll('thead th')].map((cell) => cell.textContent);
  expect(heads).toEqual(['Measure', 'The match as it is', 'Mild', 'Kept back']);
  // Neither touches cobalt.
  expect(document.body.textContent).not.toContain('cobalt');
  expect(await violations()).toEqual([]);
});

test('[SC21] a shock is put together from the offers of the run, or the ready-made grid is taken', async () => {
  const onstart = vi.fn();
  const options = {
    minerals: [{ id: 'gallium', name: 'gallium' }],
    countries: [{ id: 'CHN', name: 'China' }],
    suppliers: ['Near Refiner'],
    years: [2027, 2028],
    interventions: [],
    gridSize: 9,
    leftOut: 0,
  };
  await render(ScenarioBuilder, { options, busy: false, isBlocked: false, onstart });
  await page.getByRole('button', { name: 'Add to the list' }).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('Choose the country that stops exports.');
  await page.getByLabelText('Country').selectOptions('CHN');
  await page.getByLabelText('Mineral').selectOptions('gallium');
  await page.getByRole('button', { name: 'Add to the list' }).click();
  expect(await violations()).toEqual([]);
  await page.getByRole('button', { name: 'Try 1 shock' }).click();
  const ban = { kind: 'ban', country: 'CHN', mineral: 'gallium', fromYear: null, toYear: null };
  expect(onstart).toHaveBeenCalledWith('China bans gallium', [ban]);
  await page.getByRole('button', { name: 'Try the ready-made grid' }).click();
  expect(onstart).toHaveBeenLastCalledWith('Ready-made grid', null);
});

test('[SC22] the answer to why stands in a panel that takes the focus, and Escape closes it', async () => {
  const onclose = vi.fn();
  const why = new Fetched(async () => ({
    supplier: 'Far Refiner',
    isUsed: false,
    question: 'Why not Far Refiner?',
    answer: 'Not pure enough for any line of this form.',
    more: [{ title: 'What it would take', text: 'More.' }],
  }));
  await why.refresh();
  await render(WhyPanel, { why, onclose });
  await expect.element(page.getByRole('complementary', { name: 'Why not Far Refiner?' })).toHaveFocus();
  expect(await violations()).toEqual([]);
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  expect(onclose).toHaveBeenCalled();
});

test('[SC23] an award tells what its own kilograms saved in all, and the rules that make sharing fair', async () => {
  const award = {
    row: 'a',
    mineral: 'gallium',
    form: 'ga',
    grade: '6N',
    period: '2027',
    priority: 'firm',
    askedKg: 300,
    awardedKg: 200,
    levelKg: null,
    parts: [],
    savedUsd: 1200,
    why: 'Met in part.',
  };
  const told = await render(Awards, { awards: [award], poolName: 'x', mineralName, formName: mineralName });
  const text = () => document.body.textContent?.replace(/\s+/g, ' ') ?? '';
  expect(text()).toContain('Saved together $ 1,200');
  expect(text()).toContain(
    'nobody pays more for its kilograms of an offer than it would pay for the same kilograms alone',
  );
  // What one line saved is not told: neither is the sum.
  await told.rerender({ awards: [award, { ...award, row: 'b', savedUsd: null }] });
  expect(text()).not.toContain('Saved together');
});
