/** The HTTP contract, for browser and machines alike: /api/v1, described at /api/openapi.json and /api/docs. */

import { z } from 'zod';
import { ORGANIZATION_KINDS, ROLES } from '#domain/actors.ts';
import { PHASES } from '#domain/rounds.ts';
import { get, Id, Instant, post } from './api-route.ts';
import { commentsApi } from './comments-api.ts';
import { desk } from './desk-api.ts';
import { files } from './files-api.ts';
import { historyApi } from './history-api.ts';
import { meetingsApi } from './meetings-api.ts';
import { membersApi, Reference } from './members-api.ts';
import { notificationsApi } from './notifications-api.ts';
import { offersContract } from './offers-api.ts';
import { partnersApi } from './partners-api.ts';
import { poolApi } from './pool-api.ts';
import { recordApi } from './record-api.ts';
import { reserveApi } from './reserve-api.ts';
import { scenariosApi } from './scenarios-api.ts';
import { viewsApi } from './views-api.ts';

export const Person = z
  .object({
    userId: Id,
    name: z.string(),
    organizationId: Id,
    organization: z.string(),
    kind: z.enum(ORGANIZATION_KINDS),
    role: z.enum(ROLES),
  })
  .meta({ id: 'Person' });

export const Me = z
  .object({
    person: Person.nullable(),
    email: z.string().nullable(),
    rights: z.array(z.string()),
    demo: z.boolean(),
    product: z.string(),
  })
  .meta({ id: 'Me' });

export const DemoPerson = z
  .object({
    name: z.string(),
    email: z.string(),
    organization: z.string(),
    kind: z.string(),
    role: z.string(),
    does: z.string(),
  })
  .meta({ id: 'DemoPerson' });

export const SheetRef = z
  .object({
    id: Id,
    kind: z.enum(['demand', 'offers', 'priorities', 'notes']),
    title: z.string(),
    organizationId: Id.nullable(),
    access: z.enum(['read', 'cleanRoom', 'edit']),
  })
  .meta({ id: 'SheetRef' });

export const PoolCard = z
  .object({
    id: Id,
    name: z.string(),
    kind: z.enum(['sealed', 'open']),
    minerals: z.array(z.string()),
    deliveryFrom: z.int(),
    deliveryTo: z.int(),
    basis: z.string().describe('constituent that totals are stated in'),
    unit: z.string(),
    round: z.object({ id: Id, number: z.int(), phase: z.enum(PHASES), opensAt: Instant, closesAt: Instant }),
  })
  .meta({ id: 'PoolCard' });

export const OPEN_GROUNDS = ['group', 'counsel'] as const;
/** Minerals of one pool: enough for a family such as the rare earths. */
export const MINERALS_MAX = 20;

/** A pool, and one of its rounds: the latest unless another is asked for. */
const OfRound = z.object({ poolId: Id, round: z.coerce.number().int().min(1).optional() });

export const PoolView = PoolCard.extend({
  sheets: z.array(SheetRef).describe('only sheets that the viewer may open'),
  /** Seconds between two slots; the next one is at a multiple of it since the epoch. */
  slotSeconds: z.int(),
  /** Why the administrator cannot leave the phase yet; null when it can, or when the viewer cannot advance. */
  advance: z.object({ to: z.enum(PHASES), refusal: z.string().nullable() }).nullable(),
  rounds: z.array(z.object({ number: z.int(), phase: z.enum(PHASES), opensAt: Instant })).describe('oldest first'),
  /** For the administrator, of the latest round: whether the next one may be opened. */
  next: z.object({ refusal: z.string().nullable() }).nullable(),
  /** Of an open pool: why it may be one, and whether my organization has acknowledged that all members see every line. */
  open: z.object({ ground: z.enum(OPEN_GROUNDS), reference: z.string(), acknowledged: z.boolean() }).nullable(),
}).meta({ id: 'PoolView' });

export const ReleasedCell = z
  .object({
    mineral: z.string(),
    form: z.string().nullable().describe('form family; null on the row of all forms'),
    grade: z.string().nullable(),
    year: z.int().nullable(),
    level: z.enum(['all', 'firm']),
    value: z
      .string()
      .nullable()
      .describe('decimal in the pool unit, 3 significant digits; null: absent or withheld, which look alike'),
  })
  .meta({ id: 'ReleasedCell' });
export type ReleasedCell = z.infer<typeof ReleasedCell>;

export const ReleaseView = z
  .object({ slotAt: Instant, final: z.boolean(), unit: z.string(), basis: z.string(), cells: z.array(ReleasedCell) })
  .meta({ id: 'ReleaseView' });
export type ReleaseView = z.infer<typeof ReleaseView>;

export const RunView = z
  .object({
    id: Id,
    number: z.int(),
    state: z.enum(['queued', 'running', 'solved', 'cancelled', 'failed']),
    /** Share of the work done, 0 to 1. */
    progress: z.number().min(0).max(1),
    doing: z
      .enum(['budget', 'matching', 'improving'])
      .nullable()
      .describe(
        "fits the reserve's targets into its budget, matches, or looks for a better answer than the stored one",
      ),
    reason: z.string().nullable(),
    startedAt: Instant,
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'RunView' });
export type RunView = z.infer<typeof RunView>;

export const OrderState = z.enum(['proposed', 'inReview', 'approved', 'returned', 'rejected']);
export type OrderState = z.infer<typeof OrderState>;

/** An order as a whole is exact; its lots are merged until they give no company away. Only government and the administrator receive them. */
export const OrderLot = z
  .object({
    form: z.string(),
    formName: z.string(),
    grade: z.string(),
    period: z.string(),
    kg: z.number().describe('kilograms of contained element'),
    sink: z.enum(['pool', 'reserve']),
  })
  .meta({ id: 'OrderLot' });

export const OrderView = z
  .object({
    id: Id,
    number: z.int(),
    state: OrderState,
    supplier: z.string(),
    country: z.string(),
    originCountry: z.string().nullable(),
    stage: z.string(),
    mineral: z.string(),
    lots: z.array(OrderLot),
    kg: z.number(),
    usd: z.number(),
    usdPerKg: z.number(),
    sharePct: z.number().nullable().describe("share of this mineral's pooled demand, percent; null: withheld"),
    minimumKg: z.number(),
    capacityKg: z.number().describe('over the delivery horizon'),
    reasons: z.array(z.string()).describe('why this offer, in sentences'),
    countryId: z
      .string()
      .optional()
      .describe('ISO 3166-1 alpha-3; orders of earlier versions lack this and what follows'),
    originId: z.string().nullable().optional(),
    ladder: z
      .object({
        kind: z.enum(['allUnits', 'incremental']),
        steps: z.array(z.object({ fromKg: z.number(), usdPerKg: z.number() })),
        reached: z.int().describe('index of the step that the order reached'),
      })
      .nullable()
      .optional(),
    feeds: z
      .array(
        z.object({
          supplier: z.string(),
          country: z.string(),
          countryId: z.string(),
          form: z.string(),
          kg: z.number(),
        }),
      )
      .optional()
      .describe('what a processor makes it from, each an order of its own'),
    yieldPct: z.number().nullable().optional(),
    feedKg: z
      .object({ pool: z.number(), reserve: z.number() })
      .optional()
      .describe('of kg, what others make into product, by whom that is for'),
    decisions: z.array(
      z.object({
        verdict: z.enum(['open', 'approve', 'return', 'reject', 'comment']),
        comment: z.string(),
        by: z.string(),
        organization: z.string(),
        at: Instant,
      }),
    ),
  })
  .meta({ id: 'OrderView' });
export type OrderView = z.infer<typeof OrderView>;

export const UnmetView = z
  .object({
    mineral: z.string(),
    form: z.string(),
    grade: z.string(),
    period: z.string(),
    who: z.string().describe("'pool' or 'reserve'"),
    priority: z.string(),
    kg: z.number().nullable().describe('null: withheld'),
    why: z.string(),
  })
  .meta({ id: 'UnmetView' });
export const UnusedOfferView = z
  .object({
    offerRow: z.string(),
    supplier: z.string(),
    country: z.string(),
    countryId: z.string().describe('ISO 3166-1 alpha-3'),
    mineral: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'UnusedOfferView' });

/** A mineral's match as a whole, with the caps that were passed or reached. */
export const MineralFigures = z
  .object({
    mineral: z.string(),
    usd: z.number(),
    hhi: z.number().describe('of what is bought, by country of origin: 0 to 10,000'),
    gapPct: z.number(),
    limited: z.boolean().describe('a time limit cut the proof short'),
    caps: z.array(
      z.object({
        kind: z.enum(['country', 'supplier', 'capacity', 'minimum', 'sure']),
        name: z.string(),
        kg: z.number(),
        limitKg: z.number().nullable().describe('null: withheld'),
        state: z.enum(['over', 'at']),
      }),
    ),
  })
  .meta({ id: 'MineralFigures' });

/** Report of a run, aggregated over companies until none can be told apart: officials and the administrator. */
export const RunReport = z
  .object({
    run: RunView,
    inputs: z.array(z.object({ what: z.string(), version: z.string() })),
    orders: z.array(OrderView),
    unmet: z.array(UnmetView),
    unused: z.array(UnusedOfferView),
    minerals: z.array(MineralFigures),
    gapPct: z.number().describe('certified distance from the optimum of the cost level, percent'),
    solveMs: z.number(),
  })
  .meta({ id: 'RunReport' });
export type RunReport = z.infer<typeof RunReport>;

/** A manufacturer's own award, line by line. Nothing of anybody else, and nothing that tells how large an order is. */
export const AwardView = z
  .object({
    row: z.string(),
    mineral: z.string(),
    form: z.string(),
    grade: z.string(),
    period: z.string(),
    priority: z.string(),
    askedKg: z.number(),
    awardedKg: z.number(),
    savedUsd: z
      .number()
      .nullable()
      .optional()
      .describe('what its kilograms cost less than at the first price of each price list; null: a price is not told'),
    levelKg: z
      .number()
      .nullable()
      .describe(
        'what every buyer of this priority who was cut received, to three digits; null: withheld, or nobody was',
      ),
    parts: z.array(
      z.object({
        supplier: z.string(),
        country: z.string(),
        period: z.string(),
        kg: z.number(),
        usdPerKg: z.number().nullable().describe('null: withheld; it is then at most the first price of the list'),
        firstUsdPerKg: z.number(),
        state: OrderState.exclude(['inReview']),
      }),
    ),
    why: z.string(),
  })
  .meta({ id: 'AwardView' });
export type AwardView = z.infer<typeof AwardView>;

export const contract = {
  me: get('/me', 'people', 'Who I am and what I may do').output(Me),
  demoPeople: get('/demo/people', 'people', 'People of the demo workspace; empty when the demo is off').output(
    z.object({ password: z.string().nullable(), people: z.array(DemoPerson) }),
  ),
  setup: {
    state: get('/setup', 'people', 'Whether this workspace still waits for its first organization').output(
      z.object({ open: z.boolean() }),
    ),
    claim: post('/setup', 'people', 'Create the administrator of a new workspace with the token printed at start')
      .input(
        z.object({
          token: z.string().min(1).max(200),
          organization: z.string().trim().min(2).max(120),
          name: z.string().trim().min(1).max(120),
          email: z.email().max(200),
          password: z.string().min(12).max(128),
        }),
      )
      .output(z.object({ email: z.string() })),
  },
  organizations: {
    list: get('/organizations', 'people', 'All organizations of the workspace; administrators only').output(
      z.array(
        z.object({
          id: Id,
          name: z.string(),
          kind: z.enum(ORGANIZATION_KINDS),
          parentId: Id.nullable(),
          people: z.int(),
        }),
      ),
    ),
    create: post(
      '/organizations',
      'people',
      'Register an organization and invite its first person; administrators only',
    )
      .input(
        z.object({
          name: z.string().trim().min(2).max(120),
          kind: z.enum(ORGANIZATION_KINDS),
          parentId: Id.nullable().describe('ultimate owner; null when the organization is its own'),
          email: z.email().max(200),
          role: z.enum(ROLES),
        }),
      )
      .output(z.object({ id: Id, invitation: z.object({ id: Id, path: z.string() }) })),
  },
  invitations: {
    get: get('/invitations/{invitationId}', 'people', 'What an invitation is for')
      .input(z.object({ invitationId: Id }))
      .output(
        z.object({
          email: z.string(),
          organization: z.string(),
          role: z.enum(ROLES),
          known: z.boolean().describe('the address has an account: sign in to accept'),
        }),
      ),
    accept: post(
      '/invitations/{invitationId}/accept',
      'people',
      'Create the invited account, or join with the one signed in',
    )
      .input(
        z.object({
          invitationId: Id,
          name: z.string().trim().min(1).max(120).optional(),
          password: z.string().min(12).max(128).optional(),
        }),
      )
      .output(z.object({ email: z.string() })),
  },
  catalogue: get('/catalogue', 'catalogue', 'Minerals, forms, units and countries').output(z.any()),
  mineral: get('/catalogue/minerals/{mineralId}', 'catalogue', 'One mineral with its facts and their sources')
    .input(z.object({ mineralId: z.string() }))
    .output(z.any()),
  pools: {
    list: get('/pools', 'pools', 'Pools in which my organization has a seat').output(z.array(PoolCard)),
    get: get('/pools/{poolId}', 'pools', 'One pool, a round of it and the sheets I may open')
      .input(OfRound)
      .output(PoolView),
    create: post('/pools', 'pools', 'Open a new pool')
      .input(
        z.object({
          name: z.string().trim().min(3).max(80),
          minerals: z.array(z.string()).min(1).max(MINERALS_MAX),
          kind: z.enum(['sealed', 'open']).default('sealed'),
          open: z
            .object({ ground: z.enum(OPEN_GROUNDS), reference: Reference })
            .nullable()
            .default(null)
            .describe('why companies may share one sheet; needed for an open pool'),
          deliveryFrom: z.int().min(2025).max(2060),
          deliveryTo: z.int().min(2025).max(2060),
          closesAt: Instant,
          organizationIds: z.array(Id).min(1).max(200).describe('manufacturers to invite'),
        }),
      )
      .output(PoolCard),
    candidates: get('/pools/candidates', 'pools', 'Manufacturers that can be invited to a new pool').output(
      z.array(z.object({ id: Id, name: z.string(), sector: z.string(), owner: z.string().nullable() })),
    ),
    advance: post('/pools/{poolId}/advance', 'pools', 'Leave the current phase of the round')
      .input(z.object({ poolId: Id, from: z.enum(PHASES) }))
      .output(PoolView),
    openRound: post('/pools/{poolId}/rounds', 'pools', 'Open the next round; administrators only')
      .input(
        z.object({
          poolId: Id,
          after: z.int().min(1).describe('number of the round that it follows'),
          closesAt: Instant,
          carryOver: z.boolean().describe("begin with every member's own lines, as indicative ones"),
        }),
      )
      .output(PoolView),
    release: get('/pools/{poolId}/release', 'pool', 'What is published of the pool now')
      .input(OfRound)
      .output(ReleaseView),
    releases: get('/pools/{poolId}/releases', 'pool', 'Everything published in this round')
      .input(OfRound)
      .output(z.array(ReleaseView)),
    ...poolApi,
    awards: get('/pools/{poolId}/awards', 'match', "My organization's awards")
      .input(OfRound)
      .output(z.array(AwardView)),
  },
  offers: offersContract,
  runs: {
    start: post('/pools/{poolId}/runs', 'match', 'Run the match')
      .input(z.object({ poolId: Id }))
      .output(RunView),
    cancel: post('/runs/{runId}/cancel', 'match', 'Stop a run')
      .input(z.object({ runId: Id }))
      .output(RunView),
    list: get('/pools/{poolId}/runs', 'match', 'Runs of the round').input(OfRound).output(z.array(RunView)),
    report: get('/runs/{runId}', 'match', 'Report of a run')
      .input(z.object({ runId: Id }))
      .output(RunReport),
  },
  orders: {
    queue: get('/orders', 'review', 'Orders that I may review, oldest first').output(
      z.array(z.object({ poolId: Id, pool: z.string(), order: OrderView })),
    ),
    get: get('/orders/{orderId}', 'review', 'One order with its reasons and decisions')
      .input(z.object({ orderId: Id }))
      .output(z.object({ poolId: Id, pool: z.string(), order: OrderView })),
    decide: post('/orders/{orderId}/decisions', 'review', 'Approve, return, reject or comment')
      .input(
        z.object({
          orderId: Id,
          verdict: z.enum(['open', 'approve', 'return', 'reject', 'comment']),
          comment: z.string().max(2000),
        }),
      )
      .output(OrderView),
  },
  scenarios: scenariosApi,
  ...membersApi,
  desk,
  programme: get('/programme', 'priorities', 'The reserve and its priority sheet').output(
    z.object({ id: Id, name: z.string(), sheet: SheetRef.nullable() }),
  ),
  sheets: {
    open: get('/sheets/open', 'sheets', 'Sheets that are open to me and that my browser may keep').output(z.array(Id)),
    ...historyApi,
    ...viewsApi,
  },
  meetings: meetingsApi,
  comments: commentsApi,
  notifications: notificationsApi,
  files,
  ...partnersApi,
  reserve: reserveApi,
  record: recordApi,
};
