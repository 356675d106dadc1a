/** A run's report as tables for files: the same numbers that the page shows, null where it shows a dash. */
import type { FileTable } from '#web/files/excel.ts';
import type { Names } from '#web/lib/csv.ts';
import { ORDER_STATE, SINK_TITLE } from '#web/lib/orders.ts';
import type { RunReport } from './api.ts';
import type { Timeline } from './order-timeline.ts';
import { CAP_TITLE, capWords } from './order-words.ts';

export function ordersTable({ orders }: Pick<RunReport, 'orders'>, names: Names): FileTable {
  return {
    name: 'Orders',
    columns: [
      'Order',
      'Mineral',
      'Supplier',
      'From',
      'Feed from',
      'Contained kg',
      'USD',
      'USD per kg contained',
      'Share of demand %',
      'Price step',
      'State',
      'Why',
    ],
    rows: orders.map((order) => [
      order.number,
      names.mineral(order.mineral),
      order.supplier,
      order.country,
      order.feeds?.map(({ country }) => country).join(', ') || (order.originCountry ?? ''),
      order.kg,
      order.usd,
      order.usdPerKg,
      order.sharePct,
      order.ladder ? order.ladder.reached + 1 : '',
      ORDER_STATE[order.state].title,
      order.reasons.join(' '),
    ]),
  };
}

export const deliveriesTable = ({ orders }: Pick<RunReport, 'orders'>, names: Names): FileTable => ({
  name: 'Deliveries',
  columns: ['Order', 'Mineral', 'Supplier', 'Form', 'Grade', 'Delivery', 'For', 'Contained kg'],
  rows: orders.flatMap((order) =>
    order.lots.map((lot) => [
      order.number,
      names.mineral(order.mineral),
      order.supplier,
      lot.formName,
      lot.grade,
      lot.period,
      SINK_TITLE[lot.sink],
      lot.kg,
    ]),
  ),
});

export const stepsTable = ({ orders }: Pick<RunReport, 'orders'>, names: Names): FileTable => ({
  name: 'Price steps',
  columns: ['Order', 'Mineral', 'Supplier', 'Step', 'From kg', 'USD per kg contained', 'The order’s'],
  rows: orders.flatMap(({ number, mineral, supplier, ladder }) =>
    (ladder?.steps ?? []).map(({ fromKg, usdPerKg }, step) => [
      number,
      names.mineral(mineral),
      supplier,
      step + 1,
      fromKg,
      usdPerKg,
      step === ladder?.reached ? 'yes' : '',
    ]),
  ),
});

export const unmetTable = ({ unmet }: Pick<RunReport, 'unmet'>, names: Names): FileTable => ({
  name: 'Unmet',
  columns: ['Priority', 'Mineral', 'Form', 'Grade', 'Period', 'For', 'Missing kg', 'Why'],
  rows: unmet.map((line) => [
    line.priority,
    names.mineral(line.mineral),
    line.form ? names.form(line.form) : 'several',
    line.grade,
    line.period,
    line.who === 'reserve' ? SINK_TITLE.reserve : SINK_TITLE.pool,
    line.kg,
    line.why,
  ]),
});

export const unusedTable = ({ unused }: Pick<RunReport, 'unused'>, names: Names): FileTable => ({
  name: 'Offers not used',
  columns: ['Mineral', 'Supplier', 'From', 'Reason'],
  rows: unused.map((offer) => [names.mineral(offer.mineral), offer.supplier, offer.country, offer.reason]),
});

export const capsTable = ({ minerals }: Pick<RunReport, 'minerals'>, names: Names): FileTable => ({
  name: 'Caps',
  columns: ['Mineral', 'Cap', 'Of', 'kg', 'Limit kg', 'State', 'In words'],
  rows: minerals.flatMap(({ mineral, caps }) =>
    caps.map((cap) => [
      names.mineral(mineral),
      CAP_TITLE[cap.kind],
      cap.name,
      cap.kg,
      cap.limitKg,
      cap.state === 'over' ? 'above' : 'reached',
      capWords(cap),
    ]),
  ),
});

export const mineralsTable = ({ minerals }: Pick<RunReport, 'minerals'>, names: Names): FileTable => ({
  name: 'Minerals',
  columns: ['Mineral', 'USD', 'HHI by country of origin', 'Gap %'],
  rows: minerals.map((one) => [names.mineral(one.mineral), one.usd, one.hhi, one.gapPct]),
});

export const yearsTable = ({ years }: Pick<Timeline, 'years'>): FileTable => ({
  name: 'Years',
  columns: ['Year', 'Pool’s published demand kg', 'To the pool kg', 'To the reserve kg'],
  rows: years.map(({ year, neededKg, poolKg, reserveKg }) => [year, neededKg, poolKg, reserveKg]),
});

export const inputsTable = ({ inputs }: Pick<RunReport, 'inputs'>): FileTable => ({
  name: 'Inputs',
  columns: ['What', 'Version'],
  rows: inputs.map(({ what, version }) => [what, version]),
});

export const reportTables = (report: RunReport, timeline: Timeline | null, names: Names): FileTable[] => [
  ordersTable(report, names),
  deliveriesTable(report, names),
  stepsTable(report, names),
  ...(timeline ? [yearsTable(timeline)] : []),
  unmetTable(report, names),
  unusedTable(report, names),
  capsTable(report, names),
  mineralsTable(report, names),
  inputsTable(report),
];
