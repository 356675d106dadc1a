/** The files of the fictional demo workspace, as rows of its sheets. Used by demo.ts and by tests. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type OrganizationKind, ROLES, ROLES_OF_KIND } from '#domain/actors.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { cellProblems } from '#domain/entry.ts';
import { type Quarter, writeWindow } from '#domain/quarters.ts';
import type { PoolTerms } from '#domain/row-reading.ts';
import type { Row } from '#domain/sheets.ts';
import { cell, faultsOf, raise, readTable } from './read.ts';

export const DEMO_DIRECTORY = fileURLToPath(new URL('demo', import.meta.url));

const organizations = z.strictObject({
  org_id: cell.id,
  name: cell.word,
  kind: z.enum(['manufacturer', 'government', 'facilitator']),
  sector: cell.text,
  size: cell.text,
  state: cell.text,
  slug: cell.id,
  parent_id: cell.idOrNone,
});
const people = z.strictObject({
  person_id: cell.id,
  org_id: cell.id,
  name: cell.word,
  email: z.email('is no mail address'),
  role: z.enum(ROLES),
  does: cell.word,
});
const pools = z.strictObject({
  pool_id: cell.id,
  name: cell.word,
  mineral_id: cell.id,
  target_form_id: cell.id,
  reporting_basis: cell.word,
  reporting_unit: cell.word,
  delivery_year: cell.number,
  opens_days: cell.number,
  closes_days: cell.number,
});
/** Pools that were just opened. `shared_by`: the group that shares one sheet; empty for a sealed pool. */
const newPools = pools.extend({ delivery_to: cell.number, buyers: cell.list, shared_by: cell.text });
const demand = z.strictObject({
  line_id: cell.id,
  pool_id: cell.id,
  org_id: cell.id,
  mineral_id: cell.id,
  form_id: cell.id,
  quantity: cell.number,
  unit: cell.word,
  min_purity_pct: cell.numberOrNone,
  delivery_from: cell.quarter,
  delivery_to: cell.quarter,
  need: z.enum(['must', 'should', 'could']),
  max_price: cell.number,
  price_unit: cell.word,
  destination: cell.text,
  qualification: z.enum(['open', 'producing', 'qualified']),
  accepts_recycled: cell.flag,
  excluded_iso3: cell.list,
  early_quarters: cell.numberOrNone,
  requires: cell.text,
  not_owned_iso3: cell.list,
  note: cell.text,
});
const offers = z.strictObject({
  offer_id: cell.id,
  supplier_name: cell.word,
  country: cell.word,
  iso3: cell.iso3,
  mineral_id: cell.id,
  form_id: cell.id,
  purity_pct: cell.numberOrNone,
  annual_quantity: cell.number,
  unit: cell.word,
  available_from: cell.quarter,
  stage: cell.word,
  min_lot: cell.number,
  min_lot_unit: cell.word,
  basis: cell.text,
  opportunity_id: cell.idOrNone,
  feed_origin_iso3: cell.iso3,
  lead_months: cell.number,
  price: cell.number,
  price_tiers: cell.text,
  tier_kind: z.enum(['all-units', 'incremental']),
  price_unit: cell.word,
  samples_passed: cell.flag,
  recycled: cell.flag,
  parent_name: cell.text,
  owners: cell.text,
  certificates: cell.text,
  sure_pct: cell.numberOrNone,
  rights_holder: cell.text,
  rights_pct: cell.numberOrNone,
  feed_form_id: cell.idOrNone,
  yield_pct: cell.numberOrNone,
  note: cell.text,
});
const priorities = z.strictObject({
  priority_id: cell.id,
  mineral_id: cell.id,
  form_id: cell.id,
  min_purity_pct: cell.numberOrNone,
  tier: z.enum(['1', '2', '3', '4']),
  target_quantity: cell.numberOrNone,
  unit: cell.text,
  reporting_basis: cell.word,
  cover_days: cell.number,
  us_figure: cell.numberOrNone,
  us_figure_basis: cell.text,
  criteria_met: cell.list,
  entry_unit: cell.text,
  on_hand: cell.numberOrNone,
  evidence: cell.text,
  end_use: cell.text,
  budget_usd: cell.numberOrNone,
  military: cell.numberOrNone,
  civilian: cell.numberOrNone,
  industrial: cell.numberOrNone,
  price: cell.numberOrNone,
  price_unit: cell.text,
  storage_usd_per_t: cell.numberOrNone,
  drawdown_trigger: cell.text,
  authority: cell.text,
  keep_pct: cell.numberOrNone,
  release_days: cell.numberOrNone,
  site: cell.text,
  storage_class: cell.text,
  rotated: cell.text,
  shelf_months: cell.numberOrNone,
  maximum: cell.numberOrNone,
  note: cell.text,
});

export type DemoTables = ReturnType<typeof readDemo>;

/** Throws SeedError with the file and line of every fault, rows that the sheets would mark as wrong included. */
export function readDemo(catalogue: Catalogue, directory = DEMO_DIRECTORY) {
  const tables = {
    organizations: readTable(directory, 'organizations.csv', organizations),
    people: readTable(directory, 'people.csv', people),
    pools: readTable(directory, 'pools.csv', pools),
    newPools: readTable(directory, 'new_pools.csv', newPools),
    demand: readTable(directory, 'demand_lines.csv', demand),
    /** Lines of the new pools. */
    newLines: readTable(directory, 'new_lines.csv', demand),
    offers: readTable(directory, 'supplier_offers.csv', offers),
    priorities: readTable(directory, 'vault_priorities.csv', priorities),
  };
  const organization = new Map(tables.organizations.values.map((row) => [row.org_id, row]));
  const pool = new Map(tables.pools.values.map((row) => [row.pool_id, row]));
  const firstProblem = (
    kind: 'demand' | 'offers' | 'priorities' | 'targets',
    row: Row,
    terms?: PoolTerms,
  ): string | null => {
    const [problem] = cellProblems(kind, row, catalogue, terms);
    return problem ? `${problem.column}: ${problem.message}; ${problem.remedy}` : null;
  };
  raise([
    ...faultsOf(tables.organizations, ({ parent_id }) =>
      parent_id === null || organization.has(parent_id) ? null : `${parent_id} is no organization`,
    ),
    ...faultsOf(tables.people, ({ org_id, role }) => {
      const found = organization.get(org_id);
      if (!found) return `${org_id} is no organization`;
      const kind = KIND[found.kind];
      return ROLES_OF_KIND[kind].includes(role)
        ? null
        : `role ${role} does not exist in an organization of kind ${kind}`;
    }),
    ...faultsOf(tables.pools, (row) =>
      catalogue.minerals.has(row.mineral_id) ? null : `${row.mineral_id} is no mineral`,
    ),
    ...faultsOf(tables.newPools, (row) => {
      if (!catalogue.minerals.has(row.mineral_id)) return `${row.mineral_id} is no mineral`;
      const stranger = row.buyers.find((orgId) => !organization.has(orgId));
      if (stranger !== undefined) return `${stranger} is no organization`;
      const owners = new Set(row.buyers.map((orgId) => organization.get(orgId)?.parent_id ?? orgId));
      return row.shared_by !== '' && owners.size > 1 ? 'its buyers share a sheet but have several owners' : null;
    }),
    ...faultsOf(tables.demand, (row) => {
      const found = pool.get(row.pool_id);
      if (!found || !organization.has(row.org_id)) return `${found ? row.org_id : row.pool_id} does not exist`;
      return firstProblem('demand', demandCells(row), termsOf(found));
    }),
    ...faultsOf(tables.newLines, (row) => {
      const found = tables.newPools.values.find(({ pool_id }) => pool_id === row.pool_id);
      if (!found || !organization.has(row.org_id)) return `${found ? row.org_id : row.pool_id} does not exist`;
      return firstProblem('demand', demandCells(row), { ...termsOf(found), deliveryTo: found.delivery_to });
    }),
    ...faultsOf(tables.offers, (row) =>
      row.min_lot_unit === row.unit
        ? firstProblem('offers', offerCells(row))
        : 'min_lot_unit is not the unit of the row',
    ),
    ...faultsOf(
      tables.priorities,
      (row) => firstProblem('priorities', priorityCells(row)) ?? firstProblem('targets', targetCells(row)),
    ),
  ]);
  return tables;
}

export const KIND: Record<z.output<typeof organizations>['kind'], OrganizationKind> = {
  manufacturer: 'manufacturer',
  government: 'agency',
  facilitator: 'administrator',
};

export const termsOf = (pool: z.output<typeof pools>): PoolTerms => ({
  minerals: [pool.mineral_id],
  deliveryFrom: pool.delivery_year,
  deliveryTo: pool.delivery_year,
});

const COMMITMENT = { must: 'firm', should: 'letterOfIntent', could: 'indicative' } as const;

export const demandCells = (row: z.output<typeof demand>): Row => ({
  mineral: row.mineral_id,
  form: row.form_id,
  grade: row.min_purity_pct,
  quantity: row.quantity,
  unit: row.unit,
  period: writeWindow({ from: row.delivery_from as Quarter, to: row.delivery_to as Quarter }),
  destination: row.destination || null,
  commitment: COMMITMENT[row.need],
  qualification: row.qualification,
  recycled: row.accepts_recycled,
  excluded: row.excluded_iso3.join(', ') || null,
  early: row.early_quarters,
  requires: row.requires || null,
  notOwned: row.not_owned_iso3.join(', ') || null,
  ceiling: row.max_price,
  priceUnit: row.price_unit,
  note: row.note || null,
});

export const offerCells = (row: z.output<typeof offers>): Row => ({
  supplier: row.supplier_name,
  country: row.iso3,
  origin: row.feed_origin_iso3 === row.iso3 ? null : row.feed_origin_iso3,
  mineral: row.mineral_id,
  form: row.form_id,
  grade: row.purity_pct,
  capacity: row.annual_quantity,
  unit: row.unit,
  from: row.available_from,
  leadMonths: row.lead_months,
  stage: row.stage,
  minimum: row.min_lot,
  tierKind: row.tier_kind,
  price: row.price,
  tiers: row.price_tiers || null,
  priceUnit: row.price_unit,
  qualified: row.samples_passed,
  recycled: row.recycled,
  parent: row.parent_name || null,
  owners: row.owners || null,
  certificates: row.certificates || null,
  sure: row.sure_pct,
  rightsHolder: row.rights_holder || null,
  rightsShare: row.rights_pct,
  feed: row.feed_form_id,
  yield: row.yield_pct,
  note: row.note || null,
});

/** What everybody of the program sees of a priority. */
export const priorityCells = (row: z.output<typeof priorities>): Row => ({
  mineral: row.mineral_id,
  form: row.form_id,
  grade: row.min_purity_pct,
  tier: row.tier,
  maximum: row.maximum,
  unit: row.maximum === null ? null : row.entry_unit || null,
  evidence: row.evidence,
  endUse: row.end_use,
});

/** What officials alone see of it. */
export const targetCells = (row: z.output<typeof priorities>): Row => ({
  mineral: row.mineral_id,
  form: row.form_id,
  grade: row.min_purity_pct,
  target: row.target_quantity,
  unit: row.entry_unit || null,
  coverDays: row.cover_days,
  military: row.military,
  civilian: row.civilian,
  industrial: row.industrial,
  onHand: row.on_hand,
  price: row.price,
  priceUnit: row.price_unit || null,
  storage: row.storage_usd_per_t,
  budget: row.budget_usd,
  trigger: row.drawdown_trigger || null,
  authority: row.authority || null,
  keep: row.keep_pct,
  leadDays: row.release_days,
  site: row.site || null,
  storageClass: row.storage_class || null,
  rotated: row.rotated || null,
  shelfMonths: row.shelf_months,
  note: row.note || null,
});
