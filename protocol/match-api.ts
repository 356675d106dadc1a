/** The HTTP contract of runs, their reports, orders and awards. Part of protocol/api. */
import { z } from 'zod';
import { DROP_REASONS } from '#domain/fulfilment.ts';
import { FAR } from '#domain/fulfilment-disclosure.ts';
import { BULK_MAX, BULK_VERDICTS, COMMENT_CHARS_MAX, VERDICTS } from '#domain/review.ts';
import { get, Id, Instant, OfRound, post } from './api-route.ts';

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
    proposedAt: Instant.optional().describe('from when on it waits; a run that was not proposed lacks it'),
    dueAt: Instant.optional().describe('by when it should be decided'),
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
        verdict: z.enum(VERDICTS),
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

const FarOf = z.enum(FAR);
const Became = z
  .object({
    contracted: FarOf,
    delivered: FarOf,
    accepted: FarOf,
    fellThrough: FarOf,
    reason: z.enum(DROP_REASONS).nullable(),
  })
  .describe('how far what is left of the order is, in words alone');

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
        became: Became,
      }),
    ),
    why: z.string(),
  })
  .meta({ id: 'AwardView' });
export type AwardView = z.infer<typeof AwardView>;

export const awards = get('/pools/{poolId}/awards', 'match', "My organization's awards")
  .input(OfRound)
  .output(z.array(AwardView));

export const matchApi = {
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
    decide: post(
      '/orders/{orderId}/decisions',
      'review',
      'Take into review, approve, return, reject, comment, or declare a conflict of interest',
    )
      .input(
        z.object({
          orderId: Id,
          verdict: z.enum(VERDICTS),
          comment: z.string().max(COMMENT_CHARS_MAX),
        }),
      )
      .output(OrderView),
    decideMany: post(
      '/orders/decisions',
      'review',
      'Take into review, approve or return several orders, each on its own',
    )
      .input(
        z.object({
          orderIds: z.array(Id).min(1).max(BULK_MAX),
          verdict: z.enum(BULK_VERDICTS),
          comment: z.string().max(COMMENT_CHARS_MAX),
        }),
      )
      .output(
        z.array(
          z.object({
            orderId: Id,
            state: OrderState.nullable().describe('null: refused'),
            refusal: z.object({ place: z.string(), reason: z.string(), remedy: z.string() }).nullable(),
          }),
        ),
      ),
  },
};
