/** Scenarios as the page compares them: measures, how bad a change is, and the CSV. */
import { expect, test } from 'vitest';
import type { ScenarioReportView, StandingView } from '#protocol/scenarios-api.ts';
import { cellOf, changeText, heatOf, measuresOf, scenariosCsv } from '#web/lib/scenarios.ts';

const standing = (more: Partial<StandingView> = {}): StandingView => ({
  poolUnmetKg: 100,
  reserveUnmetKg: 0,
  tiers: [{ tier: 'firm', kg: 100 }],
  costUsd: 1000,
  hhi: 5000,
  ...more,
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
    scenarios: 1,
    reason: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
  },
  minerals: [
    { mineral: 'gallium', before: standing() },
    { mineral: 'cobalt', before: standing() },
  ],
  rows: [
    {
      title: '=China bans gallium',
      kind: 'ban',
      cells: [{ mineral: 'gallium', after: standing({ poolUnmetKg: 160, costUsd: null }), isWide: true }],
    },
  ],
  leftOut: 0,
};

test('[SC18] a change is the hotter the worse it is, and one that is withheld is not hot', () => {
  expect([100, 100.5, 105, 115, 130, 160, 90, null].map((after) => heatOf(100, after))).toEqual([
    0, 0, 1, 2, 3, 4, 0, 0,
  ]);
  expect([heatOf(0, 5), heatOf(null, 5)]).toEqual([3, 0]);
  expect([changeText(100, 160), changeText(100, 97), changeText(0, 5), changeText(5, 5), changeText(5, null)]).toEqual([
    '+60 %',
    '−3 %',
    'new',
    '',
    '',
  ]);
});

test('[SC18] each measure is compared with the match; a mineral that is not touched has no cell', () => {
  const measures = measuresOf(report);
  expect(measures.map(({ title }) => title)).toEqual([
    'Unmet, pool',
    'Unmet, reserve',
    'Cost',
    'Concentration (HHI)',
    'Unmet, firm',
  ]);
  const [row] = report.rows;
  const [pool] = measures;
  if (!row || !pool) throw new Error('no row');
  expect(cellOf(report, row, 'gallium', pool)).toEqual({ before: 100, after: 160, isWide: true });
  expect(cellOf(report, row, 'cobalt', pool)).toBeNull();
});

test('[SC18] the CSV holds what the page shows, W for what is withheld, and no formula', () => {
  const [head, line] = scenariosCsv(report, (id) => id).split('\r\n');
  expect(head?.startsWith('Scenario,Mineral,"Unmet, pool, before","Unmet, pool, after"')).toBe(true);
  expect(line).toBe(`"'=China bans gallium",gallium,100,160,0,0,1000,W,5000,5000,100,100,first`);
});
