/**
 * What becomes of an approved order: contract, deliveries, acceptance, or the reason why it fell through; and the funnel of a round, from pooled
 * demand to delivered material. Matching is not contracting: each stage is counted by itself. Used by server/match and the order's page.
 */
import { type Actor, may } from './actors.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import { kilogramsText } from './reserve-ledger.ts';
import type { OrderState } from './review.ts';
import { type Grams, sumGrams } from './units.ts';

export const STEP_KINDS = ['contracted', 'delivered', 'accepted', 'rejected', 'droppedOut'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export const STEP_TITLE: Record<StepKind, string> = {
  contracted: 'Contracted',
  delivered: 'Delivered',
  accepted: 'Accepted',
  rejected: 'Turned down',
  droppedOut: 'Fell through',
};

export const STEP_WORDS: Record<StepKind, string> = {
  contracted: 'was contracted',
  delivered: 'was delivered, in part or whole',
  accepted: 'was accepted, in part or whole',
  rejected: 'was turned down at acceptance, in part or whole',
  droppedOut: 'fell through, in part or whole',
};

export const DROP_REASONS = [
  'price',
  'quality',
  'qualification',
  'licence',
  'finance',
  'supplier',
  'buyers',
  'other',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export const DROP_TITLE: Record<DropReason, string> = {
  price: 'Price moved before signing',
  quality: 'Material did not meet the specification',
  qualification: 'Source could not be qualified',
  licence: 'Export licence or permit missing',
  finance: 'No financing or security',
  supplier: 'Supplier withdrew',
  buyers: 'Buyers withdrew',
  other: 'Another reason',
};

export interface Step {
  kind: StepKind;
  grams: Grams;
}

export interface Progress {
  contracted: Grams;
  delivered: Grams;
  accepted: Grams;
  rejected: Grams;
  droppedOut: Grams;
  /** Of the order: neither contracted nor fallen through. */
  open: Grams;
}

export function progressOf(order: Grams, steps: readonly Step[]): Progress {
  const of = (kind: StepKind) => sumGrams(steps.filter((step) => step.kind === kind).map(({ grams }) => grams));
  const [contracted, droppedOut] = [of('contracted'), of('droppedOut')];
  return {
    contracted,
    delivered: of('delivered'),
    accepted: of('accepted'),
    rejected: of('rejected'),
    droppedOut,
    open: Math.max(0, order - contracted - droppedOut) as Grams,
  };
}

/** Of the days and papers of a step. */
export const REFERENCE_CHARS_MAX = 120;
export const STRIKE_CHARS_MAX = 500;

/** How much more of each kind the order can take. What was contracted can still fall through as long as it was not accepted. */
export function roomFor(order: Grams, steps: readonly Step[]): Record<StepKind, number> {
  const { contracted, delivered, accepted, rejected, droppedOut } = progressOf(order, steps);
  const judged = accepted + rejected;
  return {
    contracted: order - contracted - droppedOut,
    // What was turned down may be delivered again.
    delivered: contracted - delivered + rejected,
    accepted: delivered - judged,
    rejected: delivered - judged,
    droppedOut: order - accepted - droppedOut,
  };
}

/** What a step rests on. Days are ISO dates; `today` is the server's. */
export interface Paper {
  day: string;
  today: string;
  /** Number of the contract, delivery note or certificate of the assay. */
  reference: string;
}

const PAPER: Record<Exclude<StepKind, 'droppedOut'>, string> = {
  contracted: 'the number of the contract',
  delivered: 'the number of the delivery note',
  accepted: 'the certificate of the assay',
  rejected: 'the certificate of the assay',
};

const DAY_MS = 86_400_000;

/** Somewhere on earth it is a day later than at the server. */
function paperOn(kind: StepKind, { day, today, reference }: Paper): Outcome<null> {
  if (Date.parse(day) > Date.parse(today) + DAY_MS)
    return refuse('not-yet', 'day', `${day} has not come yet`, 'enter what happened once it has');
  if (kind !== 'droppedOut' && reference.trim() === '')
    return refuse('no-paper', 'reference', `${PAPER[kind]} is missing`, 'enter what it rests on');
  return accept(null);
}

/** May this step be entered? */
export function stepOn(
  order: { number: number; state: OrderState; grams: Grams },
  steps: readonly Step[],
  wanted: Step & { reason: DropReason | null; paper?: Paper },
  actor: Pick<Actor, 'role'>,
): Outcome<Step> {
  const place = `order ${order.number}`;
  if (!may(actor, 'fulfilment.enter'))
    return refuse('no-right', place, 'your role does not include this step', 'ask an official or the administrator');
  if (order.state !== 'approved')
    return refuse('not-approved', place, 'it is not approved', 'two stages come first: review and approval');
  if (wanted.grams <= 0) return refuse('no-amount', 'amount', 'it is nothing', 'state more than 0 kg');
  const paper = wanted.paper ? paperOn(wanted.kind, wanted.paper) : accept(null);
  if (!paper.ok) return paper;
  if (wanted.kind === 'droppedOut' && wanted.reason === null)
    return refuse('no-reason', 'reason', 'what fell through needs one', 'choose the reason that comes nearest');
  const room = Math.max(0, roomFor(order.grams, steps)[wanted.kind]);
  if (wanted.grams > room)
    return refuse(
      'too-much',
      'amount',
      `at most ${kilogramsText(room)} kg more can be ${wanted.kind === 'droppedOut' ? 'given up' : STEP_TITLE[wanted.kind].toLowerCase()}`,
      room > 0 ? `state at most ${kilogramsText(room)} kg` : 'enter the step before it first',
    );
  return accept({ kind: wanted.kind, grams: wanted.grams });
}

/** May a step that was entered in error be struck out? `others`: the steps that then remain; they have to stand without it. */
export function strikeOn(
  order: { number: number; grams: Grams },
  others: readonly Step[],
  why: string,
  actor: Pick<Actor, 'role'>,
): Outcome<null> {
  const place = `order ${order.number}`;
  if (!may(actor, 'fulfilment.enter'))
    return refuse('no-right', place, 'your role does not include this step', 'ask an official or the administrator');
  if (why.trim() === '') return refuse('no-reason', 'why', 'the reason is missing', 'say what was wrong with the step');
  if (Object.values(roomFor(order.grams, others)).some((room) => room < 0))
    return refuse('needed', place, 'later steps rest on it', 'strike out those first, the latest before the others');
  return accept(null);
}

/** One stage of a round. Null: the number may not be told, so that no later stage is compared with it. */
export interface Stage {
  stage: 'pooled' | 'offered' | 'matched' | 'approved' | 'contracted' | 'delivered' | 'accepted';
  kg: number | null;
  /** Of the last stage before it that is told; null for the first. */
  ofBeforePct: number | null;
}

/**
 * Kilograms by stage. `pooledKg` is what the round's last release shows of its whole, or null; orders are exact as a whole for those who read
 * them, and nothing in here is finer than an order.
 */
export function funnel(parts: {
  pooledKg: number | null;
  offeredKg: number | null;
  orders: readonly { state: OrderState; grams: Grams; steps: readonly Step[] }[];
}): Stage[] {
  const { orders } = parts;
  const kg = (grams: number) => grams / 1000;
  const sum = (pick: (order: (typeof orders)[number]) => number) => kg(orders.reduce((all, o) => all + pick(o), 0));
  const done = (kind: 'contracted' | 'delivered' | 'accepted') =>
    sum(({ grams, steps }) => progressOf(grams, steps)[kind]);
  const stages: [Stage['stage'], number | null][] = [
    ['pooled', parts.pooledKg],
    ['offered', parts.offeredKg],
    ['matched', sum(({ grams }) => grams)],
    ['approved', sum(({ state, grams }) => (state === 'approved' ? grams : 0))],
    ['contracted', done('contracted')],
    ['delivered', done('delivered')],
    ['accepted', done('accepted')],
  ];
  let before: number | null = null;
  return stages.map(([stage, amount]) => {
    const ofBeforePct = amount === null || before === null || before === 0 ? null : (100 * amount) / before;
    if (amount !== null) before = amount;
    return { stage, kg: amount, ofBeforePct: ofBeforePct === null ? null : Number(ofBeforePct.toFixed(1)) };
  });
}
