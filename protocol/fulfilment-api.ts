/** The HTTP contract of what becomes of approved orders: contract, deliveries, acceptance, and the funnel of a round. Masses are kilograms of contained element. Part of protocol/api. */
import { z } from 'zod';
import { DROP_REASONS, REFERENCE_CHARS_MAX, STEP_KINDS, STRIKE_CHARS_MAX } from '#domain/fulfilment.ts';
import { get, Id, Instant, OfRound, post } from './api-route.ts';
import { OrderState } from './match-api.ts';

/** As people type it: kilograms, to the gram. */
const Kilograms = z
  .string()
  .trim()
  .regex(/^\d{1,9}(\.\d{1,3})?$/, 'is no mass in kilograms: digits, a point and at most three decimals');
const Day = z.iso.date();
const Kind = z.enum(STEP_KINDS);
const Reason = z.enum(DROP_REASONS).nullable();

export const OrderStepView = z
  .object({
    id: Id,
    kind: Kind,
    kg: z.number(),
    day: Day.describe('of the contract or delivery, as stated'),
    reference: z.string(),
    reason: Reason.describe('of what fell through'),
    assayPct: z.number().nullable(),
    by: z.string(),
    organization: z.string(),
    at: Instant,
    struck: z.object({ by: z.string(), at: Instant, why: z.string() }).nullable().describe('entered in error'),
    sealed: z.boolean().describe('it is as the record sealed it'),
  })
  .meta({ id: 'OrderStep' });

export const FulfilmentView = z
  .object({
    order: z.int(),
    state: OrderState,
    orderedKg: z.number(),
    contractedKg: z.number(),
    deliveredKg: z.number(),
    acceptedKg: z.number(),
    rejectedKg: z.number(),
    droppedOutKg: z.number(),
    openKg: z.number().describe('neither contracted nor fallen through'),
    room: z.record(Kind, z.number()).describe('how much more of each kind the order can take'),
    reserveKg: z
      .number()
      .describe('of the order, what the reserve buys: its receipts stand in the ledger of the reserve'),
    bookedKg: z.number().nullable().describe('of that, what came in by the ledger; null for those who do not read it'),
    steps: z.array(OrderStepView).describe('oldest first'),
  })
  .meta({ id: 'FulfilmentView' });
export type FulfilmentView = z.infer<typeof FulfilmentView>;

const Stages = z.array(
  z.object({
    stage: z.enum(['pooled', 'offered', 'matched', 'approved', 'contracted', 'delivered', 'accepted']),
    kg: z.number().nullable().describe('null: withheld'),
    ofBeforePct: z.number().nullable().describe('percent of the last stage before it that is told'),
  }),
);

export const FunnelView = z
  .object({
    minerals: z.array(
      z.object({
        mineral: z.string(),
        stages: Stages,
        drops: z.array(z.object({ reason: z.enum(DROP_REASONS), kg: z.number(), orders: z.int() })),
      }),
    ),
  })
  .meta({ id: 'FunnelView' });
export type FunnelView = z.infer<typeof FunnelView>;

/** What a supplier signed for and delivered of its own offers. Nothing of an order before its contract, and nothing of what is open. */
export const SuppliedOrder = z
  .object({
    mineral: z.string(),
    form: z.string(),
    contractedKg: z.number(),
    deliveredKg: z.number(),
    acceptedKg: z.number(),
    rejectedKg: z.number(),
    steps: z.array(
      z.object({ kind: Kind.exclude(['droppedOut']), kg: z.number(), day: Day, assayPct: z.number().nullable() }),
    ),
  })
  .meta({ id: 'SuppliedOrder' });
export type SuppliedOrder = z.infer<typeof SuppliedOrder>;

const OfOrder = z.object({ orderId: Id });

export const fulfilmentApi = {
  get: get('/orders/{orderId}/fulfilment', 'fulfilment', 'What became of an order')
    .input(OfOrder)
    .output(FulfilmentView),
  enter: post('/orders/{orderId}/steps', 'fulfilment', 'Enter a contract, delivery, acceptance or drop-out')
    .input(
      OfOrder.extend({
        kind: Kind,
        kg: Kilograms,
        day: Day,
        reference: z.string().trim().max(REFERENCE_CHARS_MAX).default(''),
        reason: Reason.default(null),
        assayPct: z.number().gt(0).max(100).nullable().default(null),
      }),
    )
    .output(FulfilmentView),
  strike: post('/orders/{orderId}/steps/{stepId}/strike', 'fulfilment', 'Strike out a step that was entered in error')
    .input(OfOrder.extend({ stepId: Id, why: z.string().trim().min(1).max(STRIKE_CHARS_MAX) }))
    .output(FulfilmentView),
  funnel: get('/pools/{poolId}/funnel', 'fulfilment', 'From pooled demand to accepted material, by mineral')
    .input(OfRound)
    .output(FunnelView),
  supplied: get('/pools/{poolId}/supplied', 'fulfilment', 'What became of my own offers')
    .input(OfRound)
    .output(z.array(SuppliedOrder)),
};
