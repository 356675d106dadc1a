/**
 * Seeds a fictional workspace of the middle size: sixty companies, thirteen minerals, two hundred offers, one pool that is about to be matched.
 * Everything in it is invented, and its names say so. Used by scripts/demo-large.
 */
import { randomUUID } from 'node:crypto';
import type { Catalogue, Form } from '#domain/catalogue.ts';
import { quarterAt } from '#domain/quarters.ts';
import type { Row } from '#domain/sheets.ts';
import { DEMO_PASSWORD, type DemoSeed } from './demo.ts';
import { readDemo } from './demo-tables.ts';
import { insert, insertPeople, insertSheet } from './demo-workspace.ts';
import { type MineralMarket, marketOf, SIZES } from './large.ts';

const SEED = 1;
const FIRST_YEAR = 2028;
const GRADES = [99.9, 99.99, 99.999] as const;
const DAY_MS = 86_400_000;
const two = (i: number): string => String(i + 1).padStart(2, '0');

/** Who may sign in, with the password of the demo. */
export interface LargeSeeded {
  administrator: string;
  official: string;
  company: string;
  password: string;
  lines: number;
  offers: number;
}

export async function seedLarge(seed: DemoSeed): Promise<LargeSeeded> {
  const { catalogue, now } = seed;
  const markets = marketOf(SIZES.M, SEED);
  const forms = formsFor(catalogue, markets.length);
  const tables = withCompanies(readDemo(catalogue), SIZES.M.buyers);
  const password = await seed.hashPassword(DEMO_PASSWORD);
  const client = await seed.database.pool.connect();
  try {
    await client.query('BEGIN');
    const workspace = await insertPeople(client, tables, password, now);
    const programmeId = randomUUID();
    await insert(client, 'programme', [
      { id: programmeId, slug: 'reserve', name: 'Strategic reserve (sample)', terms: { demo: true } },
    ]);
    const official = workspace.actorOf('official');
    const targets = markets.flatMap((market, m) => targetRows(market, forms[m] as Form, m));
    for (const [kind, rows] of [
      ['priorities', targets.map(({ id, priority }) => ({ id, cells: priority }))],
      ['targets', targets.map(({ id, target }) => ({ id, cells: target }))],
    ] as const)
      await insertSheet(client, workspace, { kind, programme_id: programmeId }, official, rows);
    const [poolId, roundId] = [randomUUID(), randomUUID()];
    await insert(client, 'pool', [
      {
        id: poolId,
        programme_id: programmeId,
        name: 'Thirteen minerals, sixty companies (sample)',
        minerals: forms.map(({ mineral }) => mineral),
        delivery_from: FIRST_YEAR,
        delivery_to: FIRST_YEAR + SIZES.M.quarters / 4 - 1,
        basis: 'element',
        unit: 'kg',
        rules: {},
        kind: 'sealed',
      },
    ]);
    await insert(
      client,
      'pool_member',
      tables.organizations.values.map((row) => ({
        pool_id: poolId,
        organization_id: workspace.organizationId(row.org_id),
        role: row.kind === 'manufacturer' ? 'buyer' : row.kind === 'government' ? 'government' : 'administrator',
      })),
    );
    const at = (days: number) => new Date(now.getTime() + days * DAY_MS);
    await insert(client, 'round', [
      { id: roundId, pool_id: poolId, number: 1, phase: 'match', opens_at: at(-30), closes_at: at(-1) },
    ]);
    const place = { pool_id: poolId, round_id: roundId };
    for (let buyer = 0; buyer < SIZES.M.buyers; buyer += 1) {
      const orgId = companyId(buyer);
      const rows = markets.flatMap((market, m) => lineRows(market, forms[m] as Form, m, buyer));
      const own = { kind: 'demand', ...place, organization_id: workspace.organizationId(orgId) };
      await insertSheet(client, workspace, own, orgId, rows);
    }
    const offers = markets.flatMap((market, m) => offerRows(market, forms[m] as Form, m));
    await insertSheet(client, workspace, { kind: 'offers', ...place }, workspace.actorOf('liaison'), offers);
    const administrator = workspace.actorOf('administrator');
    await seed.record([{ kind: 'workspace.seeded', actor: administrator, body: { pools: 1 } }]);
    await client.query('COMMIT');
    const mailOf = (userId: string) => client.query('SELECT email FROM "user" WHERE id = $1', [userId]);
    const mails = await Promise.all(
      [administrator, official, workspace.editorOf(companyId(0))].map(
        async ({ userId }) => (await mailOf(userId)).rows[0]?.email ?? '',
      ),
    );
    const [first = '', second = '', third = ''] = mails;
    const lines = markets.reduce((sum, market) => sum + market.lines.length, 0);
    return {
      administrator: first,
      official: second,
      company: third,
      password: DEMO_PASSWORD,
      lines,
      offers: offers.length,
    };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

const companyId = (buyer: number): string => `large-${two(buyer)}`;

/** The demo's officials and administrators, and as many invented companies as asked for. */
function withCompanies(demo: ReturnType<typeof readDemo>, count: number): ReturnType<typeof readDemo> {
  const kept = demo.organizations.values.filter(({ kind }) => kind !== 'manufacturer');
  const [pattern, person] = [
    demo.organizations.values.find(({ kind }) => kind === 'manufacturer'),
    demo.people.values.find(({ role }) => role === 'editor'),
  ];
  if (!pattern || !person) throw new Error('the demo lacks a company with an editor');
  const companies = Array.from({ length: count }, (_, i) => ({
    ...pattern,
    org_id: companyId(i),
    name: `Sample Company ${two(i)} (invented)`,
    slug: `sample-company-${two(i)}`,
    parent_id: null,
  }));
  const editors = companies.map(({ org_id }, i) => ({
    ...person,
    person_id: `large-editor-${two(i)}`,
    org_id,
    name: `Sample Buyer ${two(i)}`,
    email: `buyer-${two(i)}@sample-company.example`,
    does: 'Reads and edits the lines of an invented company',
  }));
  return {
    ...demo,
    organizations: { ...demo.organizations, values: [...kept, ...companies] },
    people: {
      ...demo.people,
      values: [...demo.people.values.filter(({ org_id }) => kept.some((row) => row.org_id === org_id)), ...editors],
    },
  };
}

/** One form of each mineral that is sold by the kilogram as a pure product, so that kilograms are what they seem. */
function formsFor(catalogue: Catalogue, count: number): Form[] {
  const forms = [...catalogue.minerals.values()].flatMap(
    ({ forms: own }) =>
      own.find((form) => form.formula === null && form.assayOf === null && form.units.some(({ id }) => id === 'kg')) ??
      [],
  );
  if (forms.length < count) throw new Error(`the catalogue has only ${forms.length} minerals sold as pure metal`);
  return forms.slice(0, count);
}

const period = (quarter: number): string => quarterAt(FIRST_YEAR * 4 + quarter);
const product = (form: Form, grade: number): Row => ({
  mineral: form.mineral,
  form: form.id,
  grade: GRADES[grade] ?? null,
  unit: 'kg',
});
const price = ({ usualPrice }: MineralMarket, pct: number): number => Math.round(usualPrice * pct) / 100;

const lineRows = (market: MineralMarket, form: Form, m: number, buyer: number) =>
  market.lines.flatMap((line, i) =>
    line.buyer !== buyer
      ? []
      : [
          {
            id: `line-${two(m)}-${i}`,
            cells: {
              ...product(form, line.grade),
              quantity: line.kg,
              period: period(line.quarter),
              commitment: line.commitment,
              qualification: line.qualification,
              ...(line.ceilingPct !== null && { ceiling: price(market, line.ceilingPct), priceUnit: 'USD/kg' }),
            },
          },
        ],
  );

const offerRows = (market: MineralMarket, form: Form, m: number) =>
  market.offers.map((offer, i) => ({
    id: `offer-${two(m)}-${two(i)}`,
    cells: {
      ...product(form, offer.grade),
      supplier: `Sample Supplier ${two(m)}-${two(i)} (invented)`,
      country: offer.country,
      capacity: offer.kgPerYear,
      from: period(offer.firstQuarter),
      stage: offer.stage,
      ...(offer.minimumKg > 0 && { minimum: offer.minimumKg }),
      tierKind: offer.kind === 'allUnits' ? 'all-units' : 'incremental',
      price: price(market, offer.tiers[0]?.pricePct ?? 100),
      ...(offer.tiers.length > 1 && {
        tiers: offer.tiers
          .slice(1)
          .map(({ fromKg, pricePct }) => `${fromKg}: ${price(market, pricePct)}`)
          .join('; '),
      }),
      priceUnit: 'USD/kg',
    },
  }));

const targetRows = (market: MineralMarket, form: Form, m: number) =>
  market.targets.map((target) => ({
    id: `target-${two(m)}-${target.tier}`,
    priority: { ...product(form, target.grade), tier: String(target.tier) },
    target: { ...product(form, target.grade), target: target.kg },
  }));
