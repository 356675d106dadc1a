/**
 * What of the record and of an order the public may read. By rule, never by hand: what is not named here is withheld, so that a new kind of entry is
 * withheld until somebody has thought about it. Confidential commercial information (5 USC 552(b)(4)) is all that would tell a company's needs,
 * offers, prices, or that it takes part; names of people are withheld as well (b)(6).
 */
import type { JsonObject, RecordKind } from './record.ts';

/** Why something is not shown. */
export const WITHHELD = {
  commercial: 'Withheld: confidential commercial information (b)(4)',
  person: 'Withheld: name of a person (b)(6)',
} as const;

/** Kinds of entries that are public, each with the fields of its body that are. No body holds values of rows, but names and counts do tell. */
const PUBLIC_FIELDS: Partial<Record<RecordKind, readonly string[]>> = {
  'pool.opened': ['name', 'kind'],
  'round.opened': ['round'],
  'phase.changed': ['round', 'from', 'to'],
  'release.published': ['number', 'final'],
  'lottery.committed': ['round', 'commitment'],
  'lottery.revealed': ['round', 'seed'],
  'offers.opened': [],
  'weights.changed': ['version'],
  'meeting.scheduled': ['meeting', 'days', 'short'],
  'meeting.cancelled': ['meeting'],
  'meeting.opened': ['meeting'],
  'meeting.closed': ['meeting', 'keptUntil'],
  'meeting.resolved': ['meeting', 'outcome'],
};

export const PUBLIC_KINDS = Object.keys(PUBLIC_FIELDS) as RecordKind[];

/** An entry's body for the public; null where the entry is withheld whole. */
export function publicBody(kind: string, body: JsonObject): JsonObject | null {
  const fields = PUBLIC_FIELDS[kind as RecordKind];
  if (!fields) return null;
  return Object.fromEntries(fields.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]]])));
}

/** Of an order, what a page or a bundle has. */
interface OrderLike {
  mineral: string;
  state: string;
}

/** States in which a government decision has been made; that an order is being reviewed is no public act yet. */
const DECIDED: readonly string[] = ['approved', 'rejected'];

/**
 * Orders for the public: which minerals have a decision, and which. Not how many orders there are, for their number with a member's own award
 * tells of the others; nor supplier, country, masses, prices, shares, reasons and comments.
 */
export function publicOrders(orders: readonly OrderLike[]): { mineral: string; state: string }[] {
  const told = new Map<string, { mineral: string; state: string }>();
  for (const { mineral, state } of orders)
    if (DECIDED.includes(state)) told.set(`${mineral} ${state}`, { mineral, state });
  return [...told.values()].sort((a, b) => (`${a.mineral} ${a.state}` < `${b.mineral} ${b.state}` ? -1 : 1));
}

/** Parts of an order sheet with what the public reads of each. */
export const ORDER_PARTS = {
  mineral: 'shown',
  decision: 'shown',
  decidedAt: 'shown',
  supplier: 'commercial',
  country: 'commercial',
  stage: 'commercial',
  mass: 'commercial',
  cost: 'commercial',
  price: 'commercial',
  share: 'commercial',
  capacity: 'commercial',
  lots: 'commercial',
  ladder: 'commercial',
  reasons: 'commercial',
  comments: 'commercial',
  people: 'person',
} as const satisfies Record<string, 'shown' | keyof typeof WITHHELD>;
export type OrderPart = keyof typeof ORDER_PARTS;

/** What stands in place of a part for the public; null where the part is shown. */
export function standIn(part: OrderPart): string | null {
  const rule: 'shown' | keyof typeof WITHHELD = ORDER_PARTS[part];
  return rule === 'shown' ? null : WITHHELD[rule];
}
