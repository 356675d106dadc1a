/** What admission allows and refuses, decided on touches alone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Actor, OrganizationKind, Role } from '#domain/actors.ts';
import { admit, type RowBefore, type RowsOfSheet, type SheetFacts, type Touch } from '#domain/admission.ts';
import { CELL_BYTES_MAX, OWNER, type Row } from '#domain/sheets.ts';
import { TARGET_SHEET } from '#domain/target-columns.ts';
import { catalogue } from '../support/catalogue.ts';

const actor = (organizationId: string, role: Role, kind: OrganizationKind = 'manufacturer'): Actor => ({
  userId: `${organizationId}-${role}`,
  name: 'Somebody',
  organizationId,
  organization: organizationId,
  parentId: organizationId,
  kind,
  role,
});
const maker = actor('maker', 'editor');
const rival = actor('rival', 'editor');
const official = actor('agency', 'official', 'agency');

const sheet = (over: Partial<SheetFacts> = {}): SheetFacts => ({
  kind: 'demand',
  organizationId: 'maker',
  phase: 'collect',
  frozen: false,
  ...over,
});
const shared = sheet({ organizationId: null });
const priorities = sheet({ kind: 'priorities', organizationId: null, phase: null });

const standing =
  (row: Row): RowBefore =>
  (column) =>
    row[column];
const write = (column: string, value: unknown, row: Row = { [OWNER]: 'maker' }): Touch => ({
  act: 'write',
  row: 'r1',
  column,
  value,
  before: standing(row),
});
const create = (cells: Record<string, unknown>, id = 'r1'): Touch => ({
  act: 'create',
  row: id,
  cells: Object.entries(cells).map(([column, value]) => ({ column, value })),
  before: null,
});

/** The refusal's code, place by row and column; 'admitted' when there is none. */
function verdict(who: Actor, where: SheetFacts, touches: Touch[], rows: Partial<RowsOfSheet> = {}): string {
  const answer = admit(who, where, touches, { now: 1, max: 10, ownerOnce: () => undefined, ...rows });
  return answer.ok ? 'admitted' : [answer.refusal.code, answer.refusal.row, answer.refusal.column].join(' ');
}

test('[AD1] an editor writes any cell of the demand sheet, right or wrong, in its own organization’s sheet', () => {
  expect(
    verdict(maker, sheet(), [
      write('grade', '101 %'),
      write('quantity', '-7'),
      write('unit', 'furlong'),
      write('pos', 'a1'),
    ]),
  ).toBe('admitted');
  expect(
    verdict(maker, sheet(), [create({ org: 'maker', pos: 'a0', mineral: 'gallium', recycled: true, note: null })]),
  ).toBe('admitted');
});

test('[AD2] only columns of the sheet can be written, new rows included', () => {
  expect(verdict(maker, sheet(), [write('bonus', 1)])).toBe('no-such-column r1 bonus');
  expect(verdict(maker, sheet(), [create({ org: 'maker', bonus: 1 })])).toBe('no-such-column r1 bonus');
  expect(verdict(maker, sheet({ kind: 'notes', organizationId: null }), [create({ org: 'maker', note: 'x' })])).toBe(
    'no-such-column r1 note',
  );
});

test('[AD3] an official cannot change a company’s row, nor a viewer its own company’s', () => {
  expect(verdict(official, sheet(), [write('note', 'x')])).toBe('read-only r1 ');
  expect(verdict(actor('maker', 'viewer'), sheet(), [write('note', 'x')])).toBe('read-only r1 ');
  expect(verdict(actor('maker', 'viewer'), sheet(), [])).toBe('read-only  ');
});

test('[AD4] where several organizations share a sheet, each changes and removes only rows of its own', () => {
  const foreign = { [OWNER]: 'rival' };
  expect(verdict(maker, shared, [write('note', 'x')])).toBe('admitted');
  expect(verdict(maker, shared, [write('note', 'x', foreign)])).toBe('foreign-row r1 note');
  expect(verdict(maker, shared, [{ act: 'remove', row: 'r1', before: standing(foreign) }])).toBe('foreign-row r1 ');
  expect(verdict(maker, shared, [{ act: 'erase', row: 'r1', column: 'note', before: standing(foreign) }])).toBe(
    'foreign-row r1 note',
  );
  const instead: Touch = {
    ...(create({ org: 'maker' }) as Extract<Touch, { act: 'create' }>),
    before: standing(foreign),
  };
  expect(verdict(maker, shared, [instead])).toBe('foreign-row r1 ');
  expect(verdict(maker, shared, [write('note', 'x', {})])).toBe('foreign-row r1 note');
});

test('[AD5] a row names the organization that makes it, once, and keeps it', () => {
  expect(verdict(maker, shared, [create({ org: 'rival' })])).toBe('not-your-name r1 org');
  expect(verdict(maker, sheet(), [create({ mineral: 'gallium' })])).toBe('not-your-name r1 org');
  const twice: Touch = {
    act: 'create',
    row: 'r1',
    cells: [
      { column: 'org', value: 'maker' },
      { column: 'org', value: 'maker' },
    ],
    before: null,
  };
  expect(verdict(maker, sheet(), [twice])).toBe('not-your-name r1 org');
  expect(verdict(maker, sheet(), [write('org', 'maker')])).toBe('owner-stays r1 org');
  expect(verdict(maker, sheet(), [{ act: 'erase', row: 'r1', column: 'org', before: standing({}) }])).toBe(
    'owner-stays r1 org',
  );
});

test('[AD5] a row id stays with its organization: undoing a removal gives the row back, to whoever may edit it', () => {
  const once = { ownerOnce: () => 'maker' };
  expect(verdict(official, priorities, [create({ org: 'maker', tier: '1' })], once)).toBe('admitted');
  expect(verdict(official, priorities, [create({ org: 'agency' })], once)).toBe('not-your-name r1 org');
  expect(verdict(rival, shared, [create({ org: 'rival' })], once)).toBe('foreign-row r1 ');
  expect(verdict(maker, shared, [create({ org: 'maker' })], once)).toBe('admitted');
  const instead: Touch = {
    ...(create({ org: 'agency' }) as Extract<Touch, { act: 'create' }>),
    before: standing({ [OWNER]: 'maker' }),
  };
  expect(verdict(official, priorities, [instead])).toBe('not-your-name r1 org');
});

test('[AD6] outside its phase, and once frozen, a sheet takes nothing, and says which of the two it is', () => {
  expect(verdict(maker, sheet({ phase: 'review' }), [write('note', 'x')])).toBe('phase-closed r1 ');
  expect(verdict(maker, sheet({ frozen: true }), [write('note', 'x')])).toBe('sheet-frozen r1 ');
});

test('[AD7] a cell is a scalar: no nested value, no missing or infinite one, no NUL, no more than its bytes', () => {
  for (const value of [{}, [1], undefined, 1n, Number.NaN, Number.POSITIVE_INFINITY, new Uint8Array(2)])
    expect(verdict(maker, sheet(), [write('note', value)])).toBe('not-a-cell r1 note');
  expect(verdict(maker, sheet(), [write('note', 'a\0b')])).toBe('not-text r1 note');
  expect(verdict(maker, sheet(), [create({ org: 'maker', note: {} })])).toBe('not-a-cell r1 note');
});

test('[AD7] a text is measured in UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 1200 }), (text) => {
      const fits = Buffer.byteLength(text) <= CELL_BYTES_MAX && !text.includes('\0');
      expect(verdict(maker, sheet(), [write('note', text)]) === 'admitted').toBe(fits);
    }),
  );
  expect(verdict(maker, sheet(), [write('note', 'ü'.repeat(CELL_BYTES_MAX / 2))])).toBe('admitted');
  expect(verdict(maker, sheet(), [write('note', `${'ü'.repeat(CELL_BYTES_MAX / 2)}x`)])).toBe('too-long r1 note');
});

test('[AD8] a sheet holds so many rows; a row that goes makes room for one that comes', () => {
  const full = { now: 10, max: 10 };
  const gone: Touch = { act: 'remove', row: 'r9', before: standing({ [OWNER]: 'maker' }) };
  expect(verdict(maker, sheet(), [create({ org: 'maker' })], full)).toBe('sheet-full r1 ');
  expect(verdict(maker, sheet(), [gone, create({ org: 'maker' })], full)).toBe('admitted');
  expect(verdict(maker, sheet(), [gone], { now: 11, max: 10 })).toBe('admitted');
});

test('[AD44] targets take edits from officials alone, whatever the columns', () => {
  const targets = sheet({ kind: 'targets', organizationId: null, phase: null });
  const touch = create({ org: 'agency', mineral: 'gallium', target: 9, onHand: 2 });
  expect(verdict(official, targets, [touch])).toBe('admitted');
  expect(verdict(official, targets, [write('price', 580, { [OWNER]: 'agency' })])).toBe('admitted');
  for (const other of [
    maker,
    actor('maker', 'viewer', 'manufacturer'),
    actor('operator', 'administrator', 'administrator'),
    actor('operator', 'liaison', 'administrator'),
    actor('mine', 'liaison', 'supplier'),
    actor('agency', 'observer', 'agency'),
  ])
    for (const act of [touch, write('target', 9, { [OWNER]: other.organizationId })])
      expect([other.role, verdict(other, targets, [act])]).toEqual([other.role, 'read-only r1 ']);
});

test('[AD44] the shared sheet has no column that an internal value could stand in', () => {
  for (const { id } of TARGET_SHEET.columns)
    if (!['mineral', 'form', 'grade', 'unit'].includes(id))
      expect(verdict(official, priorities, [write(id, 9)])).toBe(`no-such-column r1 ${id}`);
});

test('[AD9] a manufacturer proposes priorities in rows of its own and speaks for them; officials set the rest', () => {
  const proposal = { [OWNER]: 'maker' };
  const ranked = { [OWNER]: 'maker', tier: '2' };
  expect(verdict(maker, priorities, [create({ org: 'maker', mineral: 'gallium', evidence: 'e' })])).toBe('admitted');
  expect(verdict(maker, priorities, [create({ org: 'maker', tier: '1' })])).toBe('column-not-yours r1 tier');
  expect(verdict(maker, priorities, [write('tier', '1', proposal)])).toBe('column-not-yours r1 tier');
  expect(verdict(maker, priorities, [write('mineral', 'tungsten', proposal)])).toBe('admitted');
  expect(verdict(maker, priorities, [write('mineral', 'tungsten', ranked)])).toBe('column-not-yours r1 mineral');
  expect(verdict(maker, priorities, [write('endUse', 'x', ranked)])).toBe('admitted');
  expect(verdict(rival, priorities, [write('evidence', 'x', proposal)])).toBe('foreign-row r1 evidence');
  expect(verdict(official, priorities, [write('tier', '1', proposal), write('mineral', 'tungsten', ranked)])).toBe(
    'admitted',
  );
});

test('[AD10] a supplier’s liaison keeps to its own offers; the pool’s own people edit all of them', () => {
  const own = sheet({ kind: 'offers', organizationId: 'mine', phase: 'offers' });
  const supplier = actor('mine', 'liaison', 'supplier');
  const operator = actor('operator', 'liaison', 'administrator');
  expect(verdict(operator, own, [write('note', 'x', { [OWNER]: 'mine' })])).toBe('admitted');
  expect(verdict(supplier, own, [write('note', 'x', { [OWNER]: 'mine' })])).toBe('admitted');
  expect(verdict(supplier, own, [write('note', 'x', { [OWNER]: 'operator' })])).toBe('foreign-row r1 note');
  for (const organizationId of [null, 'other']) {
    const closed = { ...own, organizationId };
    expect(verdict(supplier, closed, [write('note', 'x', { [OWNER]: 'mine' })])).toBe('read-only r1 ');
    expect(verdict(operator, closed, [write('note', 'x', { [OWNER]: 'other' })])).toBe('admitted');
  }
});

test('[AD11] row ids are short and harmless', () => {
  for (const id of ['__proto__', '', 'a b', 'x'.repeat(65), '-1', 'é'])
    expect(verdict(maker, sheet(), [create({ org: 'maker' }, id)])).toMatch(/^bad-row-id/);
  expect(verdict(maker, sheet(), [create({ org: 'maker' }, 'dl-01:a.B_9')])).toBe('admitted');
});

test('[AD12] every touch of an update must be allowed, or none is', () => {
  expect(verdict(maker, sheet(), [write('note', 'x'), write('bonus', 1), write('grade', '5N')])).toBe(
    'no-such-column r1 bonus',
  );
  expect(verdict(maker, sheet(), [write('note', 'x'), { act: 'stray', row: null }])).toBe('not-a-sheet  ');
});

test.each([
  ['evidence', 'We need 437 t a year'],
  ['evidence', 'four hundred kilograms'],
  ['evidence', `thou\u00ADsand`],
  ['evidence', 437],
  ['endUse', 'radar, 12.5 kg each'],
  ['endUse', 'USGS 4370'],
  ['mineral', 'gallium 437'],
  ['mineral', 437],
  ['form', 'we-need-437'],
  ['form', 'ga-metal-437'],
  ['form', 'four-hundred-6n'],
  ['grade', 'we need 437 t'],
  ['grade', '437'],
])('[AD30] a proposer cannot write “%s”: “%s” where competitors read along; an official can', (column, value) => {
  expect(verdict(maker, priorities, [write(column, value)])).toBe(`amount r1 ${column}`);
  expect(verdict(maker, priorities, [create({ org: 'maker', [column]: value })])).toBe(`amount r1 ${column}`);
  expect(verdict(official, priorities, [write(column, value)])).toBe('admitted');
});

test.each([
  ['evidence', 'No source outside one country; see USGS 2025'],
  ['evidence', 'USGS Mineral Commodity Summaries 2026; export ban since 2024'],
  ['evidence', 'Qualified to AS9100, delivery from 2027 to 2029'],
  ['endUse', 'GaN radar, 6N metal; Ga2O3 is no substitute'],
  ['grade', '4N5'],
  ['grade', 99.9995],
  ['evidence', null],
])('[AD31] years, sources, standards, compounds and grades can be written: “%s”: “%s”', (column, value) => {
  expect(verdict(maker, priorities, [write(column, value)])).toBe('admitted');
});

test('[AD31] every mineral and form of the catalogue can be proposed, as the page writes it', () => {
  const ids = [...catalogue.forms.values()].map(({ id, mineral }) => create({ org: 'maker', mineral, form: id }));
  expect(ids.map((touch) => verdict(maker, priorities, [touch])).filter((answer) => answer !== 'admitted')).toEqual([]);
});

test('[AD34] a proposal has a random id, and no place of the proposer’s choice: neither is a text that rivals read', () => {
  const named = (row: string, cells = {}) =>
    verdict(maker, priorities, [{ ...create({ org: 'maker', ...cells }), row }]);
  expect(named('0191f3a0-7c5e-7abc-8def-0123456789ab', { pos: '' })).toBe('admitted');
  expect(named('need-271828-kg-of-Ga-at-905-USD')).toBe('named-row new line ');
  for (const pos of ['we need 271828 kg', 271828, 'a271828']) expect(named('r1', { pos })).toBe('placed-row r1 pos');
  expect(verdict(maker, priorities, [write('pos', 'we need 4 t')])).toBe('placed-row r1 pos');
  expect(verdict(official, priorities, [write('pos', 'a0V5k2')])).toBe('admitted');
});

test('[AD32] the refusal says what it found, why, and what to do; an amount in an own or openly shared sheet is none', () => {
  const answer = admit(maker, priorities, [write('evidence', 'We need 437 t')], {
    now: 1,
    max: 10,
    ownerOnce: () => undefined,
  });
  expect(answer).toMatchObject({
    refusal: {
      code: 'amount',
      place: 'Evidence',
      message: '“437” reads like an amount, and a number may tell other companies what yours needs',
      remedy: 'leave the number out and name the source, or say it in talk, where the administrator reads it first',
    },
  });
  expect(verdict(maker, sheet(), [write('note', 'We need 437 t')])).toBe('admitted');
  expect(verdict(maker, shared, [write('note', 'We need 437 t')])).toBe('admitted');
});
