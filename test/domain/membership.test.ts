import { expect, test } from 'vitest';
import { type Actor, accessToSheet, mayReadSeat, type SheetSeat } from '#domain/actors.ts';
import { carriedLine } from '#domain/carry-over.ts';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { mayLeave, mayRemove, type Organization, type SeatedOrganization, seatFor } from '#domain/membership.ts';
import { mayClose, mayOpenNext, PHASES } from '#domain/rounds.ts';
import { tighten } from '#domain/stored-rules.ts';

const organization = (id: string, kind: Organization['kind'], parentId = id): Organization => ({
  id,
  name: id,
  kind,
  parentId,
});
const sits = (one: Organization, role: SeatedOrganization['role']): SeatedOrganization => ({ ...one, role });
const MAKER = sits(organization('Maker', 'manufacturer'), 'buyer');
const OPERATOR = sits(organization('Operator', 'administrator'), 'administrator');

test('[MB2] a seat follows from the kind of an organization', () => {
  const seats = (['manufacturer', 'agency', 'administrator', 'supplier'] as const).map((kind) =>
    seatFor(organization('New', kind), [MAKER, OPERATOR], null),
  );
  expect(seats.map((seat) => seat.ok && seat.value)).toEqual(['buyer', 'government', 'administrator', 'liaison']);
});

test('[MB3] one owner sits on one side of the table, whoever came first', () => {
  const trader = organization('Trader', 'supplier', 'Maker');
  const late = seatFor(trader, [MAKER, OPERATOR], null);
  expect(late).toMatchObject({ ok: false, refusal: { code: 'both-sides', place: 'Trader' } });
  expect(!late.ok && late.refusal.message).toContain('Maker');
  const first = seatFor(MAKER, [OPERATOR, sits(trader, 'liaison')], null);
  expect(first).toMatchObject({ ok: false, refusal: { code: 'both-sides', place: 'Maker' } });
  const runner = organization('Runner', 'administrator', 'Maker');
  expect(seatFor(runner, [MAKER, OPERATOR], null)).toMatchObject({ ok: false, refusal: { code: 'both-sides' } });
  expect(seatFor(organization('Plant', 'manufacturer', 'Maker'), [MAKER, OPERATOR], null).ok).toBe(true);
  expect(seatFor(MAKER, [MAKER, OPERATOR], null)).toMatchObject({ ok: false, refusal: { code: 'member-already' } });
});

test('[MB13] an open pool of one group takes no company of another owner', () => {
  const stranger = organization('Stranger', 'manufacturer');
  expect(seatFor(stranger, [MAKER, OPERATOR], 'group')).toMatchObject({
    ok: false,
    refusal: { code: 'not-one-group' },
  });
  expect(seatFor(stranger, [MAKER, OPERATOR], 'counsel').ok).toBe(true);
  expect(seatFor(organization('Plant', 'manufacturer', 'Maker'), [MAKER, OPERATOR], 'group').ok).toBe(true);
  expect(seatFor(organization('Bureau', 'agency'), [MAKER, OPERATOR], 'group').ok).toBe(true);
});

test('[MB5] a member walks out before its demand is committed and after the award; a pool keeps an administrator', () => {
  expect(PHASES.filter((phase) => mayLeave(phase).ok)).toEqual(['collect', 'review', 'contract', 'closed']);
  expect(mayRemove(OPERATOR, [MAKER, OPERATOR])).toMatchObject({ ok: false, refusal: { code: 'last-administrator' } });
  const second = sits(organization('Second', 'administrator'), 'administrator');
  expect(mayRemove(OPERATOR, [MAKER, OPERATOR, second]).ok).toBe(true);
  expect(mayRemove(MAKER, [MAKER, OPERATOR]).ok).toBe(true);
});

test('[MB1] in a sealed pool only the administrator knows who buys; in an open one the buyers do, too', () => {
  const knows = (role: Actor['role'], kind: 'sealed' | 'open') => mayReadSeat({ role }, kind, 'buyer');
  const roles = ['editor', 'viewer', 'official', 'approver', 'liaison', 'observer'] as const;
  expect(roles.filter((role) => knows(role, 'sealed'))).toEqual([]);
  expect(roles.filter((role) => knows(role, 'open'))).toEqual(['editor', 'viewer']);
  expect(knows('administrator', 'sealed')).toBe(true);
  expect(mayReadSeat({ role: 'editor' }, 'sealed', 'government')).toBe(true);
  expect(mayReadSeat({ role: 'editor' }, 'open', 'liaison')).toBe(false);
});

test('[MB14] a shared sheet is closed to a member that has not acknowledged, and a sealed one asks for nothing', () => {
  const actor: Actor = {
    userId: 'u',
    name: 'Ana',
    organizationId: 'maker',
    organization: 'Maker',
    parentId: 'maker',
    kind: 'manufacturer',
    role: 'editor',
  };
  const sheet: SheetSeat = {
    kind: 'demand',
    organizationId: null,
    hasSeat: true,
    hasAcknowledged: false,
    phase: 'collect',
    frozen: false,
  };
  expect(accessToSheet(actor, sheet)).toBe('none');
  expect(accessToSheet(actor, { ...sheet, hasAcknowledged: true })).toBe('edit');
  expect(accessToSheet(actor, { ...sheet, hasAcknowledged: true, hasSeat: false })).toBe('none');
  expect(accessToSheet(actor, { ...sheet, organizationId: 'maker' })).toBe('edit');
  expect(accessToSheet({ ...actor, kind: 'administrator', role: 'administrator' }, sheet)).toBe('cleanRoom');
  expect(accessToSheet({ ...actor, kind: 'agency', role: 'official' }, { ...sheet, hasAcknowledged: true })).toBe(
    'none',
  );
});

test('[MB11] each rule becomes tighter and never looser, and the refusal names rule, value and remedy', () => {
  const tight = {
    contributorsMin: 7,
    dominancePct: 30,
    coalition: 3,
    changersMin: 5,
    strict: true,
    slotSeconds: 3600,
    countryCapPct: 40,
    supplierCapPct: 30,
    proportionalFirm: true,
  };
  const first = tighten(DEFAULT_RULES, tight);
  expect(first).toMatchObject({ ok: true, value: { rules: tight, changed: Object.keys(tight) } });
  const looser: Partial<Record<keyof typeof tight, number | boolean | null>> = {
    contributorsMin: 6,
    dominancePct: 29,
    coalition: 2,
    changersMin: 4,
    strict: false,
    slotSeconds: 1800,
    countryCapPct: 41,
    supplierCapPct: 31,
    proportionalFirm: false,
  };
  for (const [name, value] of Object.entries(looser))
    expect([name, tighten(tight, { ...tight, [name]: value })]).toMatchObject([name, { ok: false }]);
  expect(tighten(tight, { ...tight, countryCapPct: null }).ok).toBe(false);
  expect(tighten(tight, { ...tight, slotSeconds: null }).ok).toBe(false);
  const said = tighten(tight, { ...tight, contributorsMin: 6 });
  expect(!said.ok && said.refusal).toMatchObject({ place: 'Contributing owners', message: '6 is looser than 7' });
  expect(tighten(DEFAULT_RULES, { ...DEFAULT_RULES, contributorsMin: 4 }).ok).toBe(false);
  expect(tighten(DEFAULT_RULES, { ...DEFAULT_RULES, slotSeconds: 1e9 }).ok).toBe(false);
  expect(tighten(DEFAULT_RULES, { ...DEFAULT_RULES, whatever: 1 }).ok).toBe(false);
});

test('[MB8] a round is followed by the next once its orders are decided', () => {
  expect(PHASES.filter((phase) => mayOpenNext({ phase, openOrders: 0 }).ok)).toEqual(['award', 'contract', 'closed']);
  expect(mayOpenNext({ phase: 'award', openOrders: 2 })).toMatchObject({ ok: false, refusal: { code: 'orders-open' } });
  const now = new Date('2027-01-01T00:00:00Z');
  expect(mayClose(now, new Date('2027-02-01T00:00:00Z')).ok).toBe(true);
  expect(mayClose(now, new Date('2026-12-31T00:00:00Z')).ok).toBe(false);
  expect(mayClose(now, new Date('2030-01-01T00:00:00Z')).ok).toBe(false);
});

test('[MB9] a carried line keeps every cell, loses place and owner, and binds nobody', () => {
  const row = { org: 'maker', pos: 'a0', mineral: 'gallium', quantity: '12', commitment: 'takeOrPay' };
  expect(carriedLine(row)).toEqual({ mineral: 'gallium', quantity: '12', commitment: 'indicative' });
  expect(carriedLine({ org: 'maker', pos: 'a0', mineral: 'gallium' })).toEqual({ mineral: 'gallium' });
  expect(carriedLine({ org: 'maker', pos: 'a0', quantity: '' })).toBeNull();
});
