/** The reserve's ledger and drawdowns as pure rules: double entry, never below zero, two people, and what is late. */
import { expect, test } from 'vitest';
import type { Role } from '#domain/actors.ts';
import { actOn, type Drawdown, type DrawdownAct, mayRequest, transferable } from '#domain/reserve-drawdown.ts';
import { overdue } from '#domain/reserve-due.ts';
import {
  type Account,
  accountText,
  type Balances,
  balanceOf,
  faultsIn,
  kilogramsText,
  type Movement,
  originAccount,
  post,
  takeOldest,
} from '#domain/reserve-ledger.ts';
import { grams } from '#domain/units.ts';
import { seeded } from '../support/seeded.ts';

const supplier: Account = { at: 'supplier' };
const waiting = (lot: string): Account => ({ at: 'quarantine', lot });
const stock = (lot: string): Account => ({ at: 'stock', lot });
const move = (kind: Movement['kind'], from: Account, to: Account, g: number): Movement => ({
  kind,
  from,
  to,
  grams: grams(g),
});
const posted = (balances: Balances, ...movements: Movement[]): Balances => {
  const outcome = post(balances, movements);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
};
const code = (balances: Balances, ...movements: Movement[]) => {
  const outcome = post(balances, movements);
  return outcome.ok ? 'ok' : outcome.refusal.code;
};

test('[RS1] a movement takes from one account what it gives to another: all accounts together hold zero', () => {
  const after = posted(
    new Map(),
    move('received', supplier, waiting('a'), 1000),
    move('accepted', waiting('a'), stock('a'), 990),
    move('rejected', waiting('a'), supplier, 10),
  );
  expect(balanceOf(after, stock('a'))).toBe(990);
  expect(balanceOf(after, waiting('a'))).toBe(0);
  expect(after.get('supplier')).toBe(-990);
  expect(faultsIn(after)).toEqual([]);
  expect(faultsIn(new Map([['stock/a', 5]]))).toEqual(['the accounts do not add up to zero']);
});

test('[RS2] no account of ours goes below zero, whatever random movements are tried, and a refused list changes nothing', () => {
  const random = seeded(7);
  const accounts = [
    supplier,
    waiting('a'),
    stock('a'),
    stock('b'),
    { at: 'owed', drawdown: 'd' },
    { at: 'lost' },
  ] as const;
  const pick = () => accounts[Math.floor(random() * accounts.length)] ?? supplier;
  let balances: Balances = new Map();
  let refused = 0;
  for (let i = 0; i < 2000; i++) {
    const movements = [1, 2].map(() => move('accepted', pick(), pick(), 1 + Math.floor(random() * 500)));
    const outcome = post(balances, movements);
    if (outcome.ok) balances = outcome.value;
    else refused += 1;
    expect(faultsIn(balances)).toEqual([]);
  }
  expect(refused).toBeGreaterThan(100);
});

test('[RS3] a refusal says how much there is; nothing, and an account to itself, are refused; another store changes no balance', () => {
  const balances = posted(new Map(), move('received', supplier, stock('a'), 1500));
  const outcome = post(balances, [move('drawnDown', stock('a'), { at: 'owed', drawdown: 'd' }, 1501)]);
  expect(outcome.ok ? '' : outcome.refusal).toMatchObject({
    code: 'too-little',
    message: 'it holds 1.5 kg, and 1.501 kg would leave',
  });
  expect(code(balances, move('accepted', stock('a'), stock('b'), 0))).toBe('no-amount');
  expect(code(balances, move('accepted', stock('a'), stock('a'), 5))).toBe('same-account');
  expect(posted(balances, move('moved', stock('a'), stock('a'), 1500))).toEqual(balances);
  expect(kilogramsText(1_000_000)).toBe('1000');
});

test('[RS4] what an assay turns down goes back to where the lot came from, so that it is owed again', () => {
  expect(
    ([{ kind: 'purchase' }, { kind: 'replenishment', drawdown: 'd' }, { kind: 'rotation', lot: 'a' }] as const)
      .map(originAccount)
      .map(accountText),
  ).toEqual(['supplier', 'owed/d', 'rotation/a']);
});

test('[RS5] a drawdown is taken from the oldest lots first, and not at all where stock is short', () => {
  const lots = [3, 1, 2].map((day) => ({ id: `lot${day}`, receivedAt: new Date(2026, 0, day), stock: grams(100) }));
  expect(takeOldest(lots, grams(150))).toEqual([
    { lot: 'lot1', grams: 100 },
    { lot: 'lot2', grams: 50 },
  ]);
  expect(takeOldest(lots, grams(301))).toBeNull();
});

const drawdown: Drawdown = { organizationId: 'o', state: 'requested', requestedBy: 'buyer', approvedBy: null };
const act = (deed: DrawdownAct, change: Partial<Drawdown>, role: Role, userId: string, comment = 'Because') => {
  const outcome = actOn({ ...drawdown, ...change }, deed, comment, { role, userId, organizationId: 'o' });
  return outcome.ok ? outcome.value : outcome.refusal.code;
};

test('[RS6] two officials release a drawdown: one approves, another with the right to release does so', () => {
  expect(act('approve', {}, 'official', 'eleanor')).toBe('approved');
  expect(act('release', {}, 'approver', 'daniel')).toBe('not-now');
  const once = { state: 'approved', approvedBy: 'daniel' } as const;
  expect(act('release', once, 'approver', 'daniel')).toBe('same-person');
  expect(act('release', { ...once, approvedBy: 'eleanor' }, 'official', 'priya')).toBe('no-right');
  expect(act('release', { ...once, approvedBy: 'eleanor' }, 'approver', 'daniel')).toBe('released');
  expect(act('approve', { requestedBy: 'eleanor' }, 'official', 'eleanor')).toBe('same-person');
});

test('[RS7] a refusal needs a reason; a company takes back its own request only, and only before the release', () => {
  expect(act('refuse', {}, 'approver', 'daniel', ' ')).toBe('no-comment');
  expect(act('refuse', {}, 'approver', 'daniel')).toBe('refused');
  expect(act('withdraw', {}, 'editor', 'buyer')).toBe('withdrawn');
  expect(act('withdraw', { organizationId: 'other' }, 'editor', 'buyer')).toBe('no-right');
  expect(act('withdraw', { state: 'released' }, 'editor', 'buyer')).toBe('not-now');
  expect(act('approve', {}, 'administrator', 'beatriz')).toBe('no-right');
});

test('[RS8] a company asks for and transfers at most what its entitlement leaves after its open drawdowns', () => {
  const asked = (g: number) => {
    const outcome = mayRequest(grams(1000), 400, grams(g));
    return outcome.ok ? outcome.value : outcome.refusal.code;
  };
  expect([asked(600), asked(601), asked(0)]).toEqual([600, 'beyond-entitlement', 'no-amount']);
  expect(transferable(grams(1000), 400)).toBe(600);
  expect(transferable(grams(100), 400)).toBe(0);
});

test('[RS9] late are replenishments past their day, lots a month without an assay, and stock past its rotation', () => {
  const now = new Date('2026-06-30T12:00:00Z');
  const day = (text: string) => new Date(`${text}T00:00:00Z`);
  const lot = { receivedAt: day('2026-01-01'), quarantine: 0, stock: 5, rotationDueAt: null };
  const late = overdue(
    {
      drawdowns: [
        { id: 'owes', state: 'released', dueAt: day('2026-06-20'), owed: 1 },
        { id: 'gave', state: 'released', dueAt: day('2026-06-20'), owed: 0 },
        { id: 'ahead', state: 'released', dueAt: day('2026-07-20'), owed: 1 },
      ],
      lots: [
        { ...lot, id: 'old', rotationDueAt: day('2026-06-29') },
        { ...lot, id: 'yesterday', rotationDueAt: new Date(+day('2026-06-30') - 1) },
        { ...lot, id: 'today', rotationDueAt: day('2026-06-30') },
        { ...lot, id: 'empty', stock: 0, rotationDueAt: day('2026-06-29') },
        { ...lot, id: 'unassayed', receivedAt: day('2026-05-01'), quarantine: 3 },
        { ...lot, id: 'fresh', receivedAt: day('2026-06-20'), quarantine: 3 },
      ],
    },
    now,
  );
  expect(late.map(({ kind, id, daysLate }) => `${kind} ${id} ${daysLate}`)).toEqual([
    'assay unassayed 30',
    'replenishment owes 10',
    'rotation old 1',
    'rotation yesterday 1',
  ]);
});
