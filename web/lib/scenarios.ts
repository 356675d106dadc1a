/** Scenarios as people compare them: measures of a mineral, how bad a change is, and the CSV. Used by the scenario panels. */
import type { ScenarioReportView, StandingView } from '#protocol/scenarios-api.ts';
import { csvOf } from './csv.ts';
import { dollars, massText, significant } from './format.ts';

export type MeasureId = 'pool' | 'reserve' | 'cost' | 'hhi' | `tier:${string}`;

export interface Measure {
  id: MeasureId;
  title: string;
  /** Null: withheld. */
  of: (standing: StandingView) => number | null;
  text: (value: number) => string;
}

const hhiText = (value: number): string => significant(value, 4);

export function measuresOf(report: ScenarioReportView): Measure[] {
  const tiers = [...new Set(report.minerals.flatMap(({ before }) => before.tiers.map(({ tier }) => tier)))];
  return [
    { id: 'pool', title: 'Unmet, pool', of: (s) => s.poolUnmetKg, text: (kg) => massText(kg, 3) },
    { id: 'reserve', title: 'Unmet, reserve', of: (s) => s.reserveUnmetKg, text: (kg) => massText(kg, 3) },
    { id: 'cost', title: 'Cost', of: (s) => s.costUsd, text: dollars },
    { id: 'hhi', title: 'Concentration (HHI)', of: (s) => s.hhi, text: hhiText },
    ...tiers.map(
      (tier): Measure => ({
        id: `tier:${tier}`,
        title: `Unmet, ${tier}`,
        of: (s) => s.tiers.find((one) => one.tier === tier)?.kg ?? null,
        text: (kg) => massText(kg, 3),
      }),
    ),
  ];
}

export type Row = ScenarioReportView['rows'][number];

/** A scenario's cell of a mineral: before and after. Null where the shock does not touch the mineral. */
export function cellOf(report: ScenarioReportView, row: Row, mineral: string, measure: Measure) {
  const standing = report.minerals.find((one) => one.mineral === mineral)?.before;
  const cell = row.cells.find((one) => one.mineral === mineral);
  if (!cell || !standing) return null;
  return { before: measure.of(standing), after: measure.of(cell.after), isWide: cell.isWide };
}

/** How much worse, 0 to 4: by a tenth, a quarter, a half, or more of what it was; whatever is short for the first time is at least 2. */
export function heatOf(before: number | null, after: number | null): number {
  if (before === null || after === null || after <= before) return 0;
  if (before === 0) return 3;
  const growth = after / before - 1;
  return growth >= 0.5 ? 4 : growth >= 0.25 ? 3 : growth >= 0.1 ? 2 : growth >= 0.01 ? 1 : 0;
}

/** '+12 %', '−3 %', 'new' where there was none before, or nothing where it stays. */
export function changeText(before: number | null, after: number | null): string {
  if (before === null || after === null || after === before) return '';
  if (before === 0) return 'new';
  const percent = (after / before - 1) * 100;
  return `${percent > 0 ? '+' : '−'}${significant(Math.abs(percent), 2)} %`;
}

export const scenariosCsv = (report: ScenarioReportView, mineralName: (id: string) => string): string => {
  const measures = measuresOf(report);
  return csvOf(
    ['Scenario', 'Mineral', ...measures.flatMap(({ title }) => [`${title}, before`, `${title}, after`]), 'Answer'],
    report.rows.flatMap((row) =>
      row.cells.map((cell) => {
        const before = report.minerals.find(({ mineral }) => mineral === cell.mineral)?.before;
        return [
          row.title,
          mineralName(cell.mineral),
          ...measures.flatMap(({ of }) => [before ? of(before) : null, of(cell.after)]),
          cell.isWide ? 'first' : 'final',
        ];
      }),
    ),
  );
};
