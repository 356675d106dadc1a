/** What a run's answer, its caps and its concentration mean, in words. */
import { count, dollars, list, massText, number } from '#web/lib/format.ts';
import type { RunReport, RunView } from './api.ts';
import { directKg } from './order-flows.ts';

type Cap = RunReport['minerals'][number]['caps'][number];

const DOING: Record<NonNullable<RunView['doing']>, string> = {
  budget: 'Fitting the reserve’s targets into its budget',
  matching: 'Matching',
  improving: 'First answer stands; looking for a better one',
};
export const doingWords = ({ doing, state }: Pick<RunView, 'doing' | 'state'>): string =>
  doing ? DOING[doing] : state === 'queued' ? 'Waiting for a free worker' : 'Working';

/** Less than this is arithmetic, not money. */
const CENT = 0.005;

/** Three decimals say enough of a gap; a smaller one is not none. */
const LEAST_GAP = 0.001;
export const gapText = (gapPct: number): string =>
  gapPct > 0 && gapPct < LEAST_GAP ? `below ${LEAST_GAP} %` : `${number(gapPct)} %`;

/** How far from the best an answer can be. `usd` is what it costs. */
export function gapWords(gapPct: number, usd: number, limited: boolean): string {
  if (usd === 0) return 'Nothing was bought, so nothing could cost less.';
  const most = (usd * gapPct) / 100;
  const proved =
    gapPct === 0 || most < CENT
      ? 'Proved: nothing that meets as much costs less.'
      : `Proved: nothing that meets as much costs less by more than ${dollars(most)}, ${gapText(gapPct)} of the cost.`;
  return limited ? `${proved} The search reached its time limit; run again to look further.` : proved;
}

export function capWords({ kind, kg, limitKg, state }: Cap): string {
  const limit = limitKg === null ? null : massText(limitKg);
  switch (kind) {
    case 'country':
    case 'supplier': {
      const one = kind === 'country' ? 'one country' : 'one supplier';
      if (limit === null) return `${massText(kg)}, above the share aimed for from ${one}.`;
      return state === 'over'
        ? `${massText(kg)}, above the ${limit} aimed for from ${one}: other sources are lacking or dearer.`
        : `${massText(kg)}, as much as is aimed for from ${one}: more would have counted as dearer.`;
    }
    case 'capacity':
      return `All of the ${limit} that it can deliver in the period.`;
    case 'minimum':
      return `Exactly its smallest order of ${limit}.`;
    case 'sure':
      return `${massText(kg)}; only ${limit} of it are sure to come at its stage.`;
  }
}

export const CAP_TITLE: Record<Cap['kind'], string> = {
  country: 'One country',
  supplier: 'One supplier',
  capacity: 'Capacity',
  minimum: 'Smallest order',
  sure: 'Sure to come',
};

/** Marks of the merger guidelines of 2023. */
const HIGH = 1800;
const MODERATE = 1000;
export const hhiWords = (hhi: number): string =>
  hhi === 0
    ? 'nothing bought'
    : hhi >= HIGH
      ? `highly concentrated (${number(HIGH)} or more)`
      : hhi >= MODERATE
        ? `moderately concentrated (${number(MODERATE)} to ${number(HIGH)})`
        : `not concentrated (below ${number(MODERATE)})`;

/** 'Step 2 of 3'; empty where there is one price. */
export const stepWords = (ladder: NonNullable<RunReport['orders'][number]['ladder']> | null | undefined): string =>
  ladder && ladder.steps.length > 1 ? `step ${ladder.reached + 1} of ${ladder.steps.length}` : '';

/** More names than these are counted. */
const NAMED_MAX = 3;

/** Which first rights count as somebody's outside the pool; null where none do. `ids` are the rows as they stand in the sheet. */
export function outsideWords(found: readonly { row: string; holder: string }[], ids: readonly string[]): string | null {
  if (found.length === 0) return null;
  const named = found.slice(0, NAMED_MAX).map(({ row, holder }) => `“${holder}” in line ${ids.indexOf(row) + 1}`);
  const more = found.length > NAMED_MAX ? [`${number(found.length - NAMED_MAX)} more`] : [];
  return `First rights of ${list([...named, ...more])}: no buyer of this pool is called so, and it is not “reserve”. The part counts as taken by somebody outside the pool; write the name as it stands under Members if one is meant.`;
}

/** One sentence under the flow chart. */
export function flowFinding(report: Pick<RunReport, 'orders' | 'unmet'>): string {
  const ordered = report.orders.reduce((kg, order) => kg + directKg(order, 'pool') + directKg(order, 'reserve'), 0);
  const countries = new Set(report.orders.map((order) => order.originCountry ?? order.country));
  const suppliers = new Set(report.orders.map(({ supplier }) => supplier));
  const withheld = report.unmet.some(({ kg }) => kg === null);
  const unmet = report.unmet.reduce((kg, line) => kg + (line.kg ?? 0), 0);
  const bought = `${massText(ordered)} from ${count(suppliers.size, 'supplier')}, with origin in ${count(countries.size, 'country', 'countries')}`;
  const missing = withheld
    ? unmet > 0
      ? `; ${massText(unmet)} not met, and more that is withheld`
      : '; what is not met is withheld'
    : unmet > 0
      ? `; ${massText(unmet)} not met`
      : '; everything that was asked for is met';
  return `${bought}${missing}.`;
}
