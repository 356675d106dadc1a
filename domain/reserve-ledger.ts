/**
 * The ledger of the reserve: double entry in whole grams of contained element. Every movement takes from one account and gives to another, so
 * that all accounts together always hold zero; an account of our own never holds less than nothing. Used by server/reserve.
 */
import { accept, type Outcome, refuse } from './refusals.ts';
import type { Grams } from './units.ts';

/**
 * Where grams are. What a lot holds is either waiting for its assay or in stock; 'owed' is with whoever drew it down; 'rotation' is with whoever
 * takes old material for new. The others are the world around the reserve: they may hold less than nothing, for what came from there.
 */
export type Account =
  | { at: 'quarantine'; lot: string }
  | { at: 'stock'; lot: string }
  | { at: 'owed'; drawdown: string }
  | { at: 'rotation'; lot: string }
  | { at: 'entitled'; organization: string; product: string }
  | { at: 'supplier' }
  | { at: 'lost' }
  | { at: 'granted' };

export const MOVEMENT_KINDS = [
  'received',
  'accepted',
  'rejected',
  'moved',
  'rotatedOut',
  'drawnDown',
  'writtenOff',
  'granted',
  'transferred',
] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

export const MOVEMENT_TITLE: Record<MovementKind, string> = {
  received: 'Received, awaiting assay',
  accepted: 'Accepted by assay',
  rejected: 'Sent back',
  moved: 'Moved to another store',
  rotatedOut: 'Taken out for rotation',
  drawnDown: 'Drawn down',
  writtenOff: 'Written off',
  granted: 'Entitlement granted',
  transferred: 'Entitlement transferred',
};

export interface Movement {
  kind: MovementKind;
  from: Account;
  to: Account;
  grams: Grams;
}

/** Grams by the account's text; an account that never moved is not in it. */
export type Balances = ReadonlyMap<string, number>;

/** The same text for the same account, as it is stored. */
export function accountText(account: Account): string {
  switch (account.at) {
    case 'quarantine':
    case 'stock':
    case 'rotation':
      return `${account.at}/${account.lot}`;
    case 'owed':
      return `owed/${account.drawdown}`;
    case 'entitled':
      return `entitled/${account.organization}/${account.product}`;
    default:
      return account.at;
  }
}

/** A product that entitlements count in: mineral and form. */
export const productText = ({ mineral, form }: { mineral: string; form: string }): string => `${mineral}:${form}`;

const OUTSIDE: readonly Account['at'][] = ['supplier', 'lost', 'granted'];

export const isOutside = (text: string): boolean => (OUTSIDE as readonly string[]).includes(text);

export const balanceOf = (balances: Balances, account: Account): Grams =>
  Math.max(0, balances.get(accountText(account)) ?? 0) as Grams;

/** Kilograms to the gram, without what binary fractions add. */
export const kilogramsText = (grams: number): string => {
  const whole = Math.trunc(grams / 1000);
  const rest = String(Math.abs(grams % 1000)).padStart(3, '0');
  return rest === '000' ? String(whole) : `${whole}.${rest.replace(/0+$/, '')}`;
};

const HOLDER: Record<Account['at'], string> = {
  quarantine: 'the lot awaiting assay',
  stock: 'the lot in stock',
  owed: 'what is owed of this drawdown',
  rotation: 'what is out for rotation',
  entitled: 'the entitlement',
  supplier: 'suppliers',
  lost: 'losses',
  granted: 'grants',
};

/**
 * The balances after these movements in their order, all or none. Refuses a movement of nothing, to the account that it comes from, and one that
 * would leave an account of ours below zero; the refusal says how much there is, so it is for those who may read that account.
 */
export function post(balances: Balances, movements: readonly Movement[]): Outcome<Balances> {
  const after = new Map(balances);
  for (const { kind, from, to, grams } of movements) {
    const [source, target] = [accountText(from), accountText(to)];
    if (grams <= 0)
      return refuse('no-amount', 'amount', 'the movement is of nothing', 'state more than 0 kg of contained element');
    // A lot that goes to another store keeps its account: the movement is on the ledger, the balance stays.
    if (source === target) {
      if (kind !== 'moved')
        return refuse('same-account', 'movement', 'it comes from where it goes', 'name two accounts');
      continue;
    }
    const held = after.get(source) ?? 0;
    if (!isOutside(source) && held < grams)
      return refuse(
        'too-little',
        HOLDER[from.at],
        `it holds ${kilogramsText(held)} kg, and ${kilogramsText(grams)} kg would leave`,
        `state at most ${kilogramsText(held)} kg`,
      );
    after.set(source, held - grams);
    after.set(target, (after.get(target) ?? 0) + grams);
  }
  return accept(after);
}

/** What is wrong with balances: empty when all accounts together hold zero and none of ours is below. Checked whenever the ledger is read. */
export function faultsIn(balances: Balances): string[] {
  const sum = [...balances.values()].reduce((total, grams) => total + grams, 0);
  const below = [...balances].filter(([text, grams]) => grams < 0 && !isOutside(text)).map(([text]) => text);
  return [
    ...(sum === 0 ? [] : ['the accounts do not add up to zero']),
    ...below.map((text) => `${text} is below zero`),
  ];
}

/** Where a lot comes from: what is turned down at the assay goes back there, and is owed again. */
export type LotOrigin =
  | { kind: 'purchase' }
  | { kind: 'replenishment'; drawdown: string }
  | { kind: 'rotation'; lot: string };

export const originAccount = (origin: LotOrigin): Account =>
  origin.kind === 'purchase'
    ? { at: 'supplier' }
    : origin.kind === 'replenishment'
      ? { at: 'owed', drawdown: origin.drawdown }
      : { at: 'rotation', lot: origin.lot };

/** Lots from which a drawdown is taken, the oldest first, so that stock turns over. Null: there is too little in stock. */
export function takeOldest(
  lots: readonly { id: string; receivedAt: Date; stock: Grams }[],
  grams: Grams,
): { lot: string; grams: Grams }[] | null {
  const taken: { lot: string; grams: Grams }[] = [];
  let rest: number = grams;
  for (const { id, stock } of [...lots].sort((a, b) => +a.receivedAt - +b.receivedAt || (a.id < b.id ? -1 : 1))) {
    const part = Math.min(rest, stock);
    if (part > 0) taken.push({ lot: id, grams: part as Grams });
    rest -= part;
  }
  return rest > 0 ? null : taken;
}
