/** The HTTP contract of the reserve: its ledger for officials, and a company's own account. Masses are kilograms of contained element. Part of protocol/api. */
import { z } from 'zod';
import { DRAWDOWN_ACTS, DRAWDOWN_STATES, REASON_CHARS_MAX } from '#domain/reserve-drawdown.ts';
import { MOVEMENT_KINDS } from '#domain/reserve-ledger.ts';
import { ASSUMPTIONS, type Assumptions } from '#domain/shortfall.ts';
import { get, Id, Instant, post } from './api-route.ts';
import { VaultTermsShape, VaultTermsView } from './reserve-terms.ts';

/** A mass as people type it: kilograms, to the gram, a thousand thousand tonnes at most. */
const Kilograms = z
  .string()
  .trim()
  .regex(/^\d{1,9}(\.\d{1,3})?$/, 'is no mass in kilograms: digits, a point and at most three decimals');
const Day = z.iso.date();
const Product = z.object({ mineral: z.string().max(80), form: z.string().max(80) });
const Text = (max: number) => z.string().trim().min(1).max(max);
const Percent = z.number().gt(0).max(100).nullable();

const DrawdownView = Product.extend({
  id: Id,
  number: z.int().describe('from 1 for each organization'),
  kg: z.number(),
  owedKg: z.number().describe('to be given back'),
  awaitingKg: z.number().describe('given back, awaiting its assay'),
  state: z.enum(DRAWDOWN_STATES),
  reason: z.string(),
  comment: z.string(),
  requestedAt: Instant,
  decidedAt: Instant.nullable(),
  dueAt: Instant.nullable(),
  closedAt: Instant.nullable(),
  daysLate: z.int().nullable(),
});

const ReserveView = z
  .object({
    name: z.string(),
    faults: z.array(z.string()).describe('empty when all accounts add up to zero and none of ours is below'),
    products: z.array(
      Product.extend({
        stockKg: z.number(),
        quarantineKg: z.number().describe('received, awaiting assay'),
        owedKg: z.number(),
        rotationKg: z.number(),
        entitledKg: z.number(),
      }),
    ),
    holders: z.array(z.object({ id: Id, name: z.string(), entitlements: z.array(Product.extend({ kg: z.number() })) })),
    lots: z.array(
      Product.extend({
        id: Id,
        number: z.int(),
        gradePct: z.number().nullable(),
        source: z.string(),
        origin: z.enum(['purchase', 'replenishment', 'rotation']),
        replaces: z.int().nullable(),
        site: z.string(),
        storageClass: z.string(),
        receivedAt: Instant,
        rotationDueAt: Instant.nullable(),
        assayPct: z.number().nullable(),
        assayReference: z.string(),
        assayedAt: Instant.nullable(),
        stockKg: z.number(),
        quarantineKg: z.number(),
        rotationKg: z.number().describe('out, to come back as a new lot'),
      }),
    ),
    drawdowns: z.array(
      DrawdownView.extend({
        organization: z.string(),
        mine: z.boolean().describe('I asked for it or approved it: another person releases it'),
      }),
    ),
    overdue: z.array(
      z.object({
        kind: z.enum(['replenishment', 'assay', 'rotation']),
        id: Id.describe('lot or drawdown'),
        dueAt: Instant,
        daysLate: z.int(),
      }),
    ),
  })
  .meta({ id: 'ReserveView' });
export type ReserveView = z.output<typeof ReserveView>;

const OwnAccountView = z
  .object({
    name: z.string(),
    hasAccount: z.boolean(),
    entitlements: z.array(
      Product.extend({
        kg: z.number(),
        openKg: z.number().describe('claimed or owed by its drawdowns'),
        leftKg: z.number(),
      }),
    ),
    drawdowns: z.array(DrawdownView),
  })
  .meta({ id: 'OwnAccountView' });
export type OwnAccountView = z.output<typeof OwnAccountView>;

const Place = z.enum(['supplier', 'quarantine', 'stock', 'owed', 'rotation', 'entitled', 'lost', 'granted']);
const MovementView = z
  .object({
    number: z.int(),
    kind: z.enum(MOVEMENT_KINDS),
    from: Place,
    to: Place,
    kg: z.number(),
    lot: z.int().nullable(),
    product: Product.nullable(),
    note: z.string(),
    by: z.string(),
    at: Instant,
  })
  .meta({ id: 'ReserveMovement' });
export type MovementView = z.output<typeof MovementView>;

const Origin = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('purchase') }),
  z.object({ kind: z.literal('replenishment'), drawdown: Id }),
  z.object({ kind: z.literal('rotation'), lot: Id }),
]);

const Share = z.number().min(0).max(1000);
const Scenario = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('base') }),
  z.object({ kind: z.literal('cut'), days: z.int().min(1).max(365) }),
  z.object({ kind: z.literal('embargo'), iso3: z.string().regex(/^[A-Z]{3}$/) }),
  z.object({ kind: z.literal('ceiling'), pricePct: z.number().min(1).max(200) }),
]);
const AssumptionsOf = z.object(
  Object.fromEntries(Object.keys(ASSUMPTIONS).map((name) => [name, Share])) as Record<keyof Assumptions, typeof Share>,
);
const MineralSupplyView = z
  .object({
    mineralId: z.string(),
    name: z.string(),
    demandT: z.number(),
    demandBasis: z.string(),
    bound: z.enum(['', 'at least', 'at most']),
    reliancePct: z.number(),
    sources: z.array(
      z.object({
        iso3: z.string().nullable(),
        name: z.string(),
        kind: z.enum(['home', 'partner', 'other', 'covered']),
        restricted: z.boolean(),
        tonnes: z.number(),
      }),
    ),
    importForm: z.string(),
    importPeriod: z.string(),
    usdPerKg: z.number().nullable(),
    priceOf: z.string(),
    lowSubstitutability: z.boolean(),
    stockT: z.number(),
  })
  .meta({ id: 'MineralSupply' });

export const reserveApi = {
  terms: get('/reserve/terms', 'reserve', 'Terms on which companies take part; this program’s own').output(
    VaultTermsView,
  ),
  setTerms: post('/reserve/terms', 'reserve', 'Change the terms; each change is on the record')
    .input(z.object({ after: z.int().min(0).describe('the version that was looked at'), terms: VaultTermsShape }))
    .output(VaultTermsView),
  supplies: get(
    '/reserve/shortfall',
    'reserve',
    'Demand, sources and stock of each mineral, for scenarios; officials only',
  ).output(z.array(MineralSupplyView)),
  runScenario: post(
    '/reserve/shortfall/runs',
    'reserve',
    'Run a scenario and put it on the record with its assumptions',
  )
    .input(z.object({ scenario: Scenario, assumptions: AssumptionsOf }))
    .output(z.object({ minerals: z.int(), hash: z.string() })),
  get: get('/reserve', 'reserve', 'Balances, lots, drawdowns and what is late; officials only').output(ReserveView),
  movements: get('/reserve/movements', 'reserve', 'The ledger, newest first; officials only')
    .input(z.object({ before: z.coerce.number().int().optional() }))
    .output(z.array(MovementView)),
  verify: get('/reserve/verify', 'reserve', 'Check the ledger against itself and against the record').output(
    z.object({ movements: z.int(), faults: z.array(z.string()) }),
  ),
  own: get('/reserve/own', 'reserve', "My company's entitlements and drawdowns").output(OwnAccountView),
  open: post('/reserve/own', 'reserve', 'Open an account with the reserve for my company').output(OwnAccountView),
  request: post('/reserve/own/drawdowns', 'reserve', 'Ask for a drawdown against an entitlement')
    .input(Product.extend({ kg: Kilograms, reason: Text(REASON_CHARS_MAX) }))
    .output(OwnAccountView),
  withdraw: post('/reserve/own/drawdowns/{drawdownId}/withdraw', 'reserve', 'Take back a request')
    .input(z.object({ drawdownId: Id }))
    .output(OwnAccountView),
  receive: post('/reserve/lots', 'reserve', 'Enter a lot that came in; it awaits its assay')
    .input(
      Product.extend({
        kg: Kilograms,
        gradePct: Percent.default(null),
        source: Text(200),
        site: Text(120),
        storageClass: Text(120),
        rotationDue: Day.nullable().default(null),
        origin: Origin.default({ kind: 'purchase' }),
        orderId: Id.nullable().default(null).describe('of a purchase: the order of a pool that it belongs to'),
      }),
    )
    .output(ReserveView),
  assay: post('/reserve/lots/{lotId}/assay', 'reserve', 'Accept what the assay confirms; the rest goes back')
    .input(z.object({ lotId: Id, acceptedKg: Kilograms, assayPct: Percent.default(null), reference: Text(200) }))
    .output(ReserveView),
  store: post('/reserve/lots/{lotId}/storage', 'reserve', 'Move a lot to another store')
    .input(z.object({ lotId: Id, site: Text(120), storageClass: Text(120) }))
    .output(ReserveView),
  takeOut: post('/reserve/lots/{lotId}/out', 'reserve', 'Take material out for rotation, or write it off')
    .input(z.object({ lotId: Id, kg: Kilograms, kind: z.enum(['rotatedOut', 'writtenOff']), note: Text(500) }))
    .output(ReserveView),
  grant: post('/reserve/entitlements', 'reserve', 'Grant an entitlement to a company with an account')
    .input(Product.extend({ organizationId: Id, kg: Kilograms }))
    .output(ReserveView),
  transfer: post('/reserve/entitlements/transfer', 'reserve', 'Transfer an entitlement between two companies')
    .input(Product.extend({ fromId: Id, toId: Id, kg: Kilograms }))
    .output(ReserveView),
  decide: post('/reserve/drawdowns/{drawdownId}/decisions', 'reserve', 'Approve, release or refuse a drawdown')
    .input(
      z.object({
        drawdownId: Id,
        act: z.enum(DRAWDOWN_ACTS).exclude(['withdraw']),
        comment: z.string().max(REASON_CHARS_MAX).default(''),
        due: Day.nullable().default(null).describe('by when it is given back; needed to release it'),
      }),
    )
    .output(ReserveView),
};
