import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import type { Intervention } from '#domain/mineral-facts.ts';
import { atomicNumber, PERIODIC_TABLE, tileLetters } from '#web/lib/elements.ts';
import { figureText, sourceTitle, standing } from '#web/lib/facts.ts';
import { countdown, decimal, formula, initials, massText, until } from '#web/lib/format.ts';
import { nextPath } from '#web/lib/next-path.ts';
import { faultOf, Refused } from '#web/state/faults.ts';
import { catalogue } from '../support/catalogue.ts';

const restriction = (cells: Partial<Intervention>) =>
  ({ status: 'in_force', statusFrom: null, statusUntil: null, ...cells }) as Intervention;

test('[WB5] a restriction whose end date has passed is said to have ended, unverified', () => {
  const today = '2026-11-24';
  expect(standing(restriction({ status: 'suspended', statusUntil: '2026-11-10' }), today).text).toBe(
    'Suspension ended 2026-11-10, unverified',
  );
  expect(standing(restriction({ status: 'suspended', statusUntil: '2026-11-27' }), today).text).toBe(
    'Suspended until 2026-11-27',
  );
  expect(standing(restriction({ statusUntil: '2026-01-01' }), today).text).toBe('Ended 2026-01-01, unverified');
  expect(standing(restriction({}), today)).toEqual({ text: 'In force', tone: 'bad' });
});

test('[WB6] a figure keeps its bounds and says why a number is missing; a source has its name', () => {
  const figure = { value: 50, valueHigh: null, unit: 'percent', qualifier: '>', source: 's' };
  expect(figureText(figure)).toBe('> 50 %');
  expect(figureText({ ...figure, valueHigh: 60, qualifier: 'range' })).toBe('50 to 60 %');
  expect(figureText({ ...figure, value: null, qualifier: 'W' })).toBe('withheld');
  expect(figureText({ ...figure, value: null, qualifier: 'text:large' })).toBe('large');
  expect(sourceTitle('nam-2026-03-19;usgs-mcs-2026-t4')).toBe(
    'Letter of March 19, 2026; USGS, Mineral Commodity Summaries 2026, table 4',
  );
});

test('[WB7] every symbol of the catalogue has its atomic number, and letters of other minerals are no symbol', () => {
  const symbols = new Set(PERIODIC_TABLE.map((place) => place.symbol));
  for (const mineral of catalogue.minerals.values()) {
    if (mineral.symbol) expect(atomicNumber(mineral.symbol), mineral.id).not.toBeNull();
    else expect(symbols.has(tileLetters(mineral)), mineral.id).toBe(false);
  }
});

test('[WB7] each element has a place of its own in the periodic table', () => {
  expect(new Set(PERIODIC_TABLE.map((place) => `${place.row} ${place.column}`)).size).toBe(118);
  const at = (symbol: string) => PERIODIC_TABLE.find((place) => place.symbol === symbol);
  expect(at('Ga')).toMatchObject({ number: 31, row: 4, column: 13 });
  expect(at('Hf')).toMatchObject({ row: 6, column: 4 });
  expect(at('Lu')).toMatchObject({ row: 9, column: 17 });
});

test('[WB8] a refused request is shown with its reason and its remedy, an unknown one without anything of the inside', () => {
  const data = { place: 'order', reason: 'two of them are open', remedy: 'decide each order first' };
  expect(faultOf(new ORPCError('CONFLICT', { status: 409, message: 'no', data }))).toEqual({
    kind: 'refused',
    text: 'Two of them are open',
    remedy: 'Decide each order first.',
  });
  expect(faultOf(new TypeError('fetch failed')).kind).toBe('unreachable');
  const inside = faultOf(new ORPCError('INTERNAL_SERVER_ERROR', { message: 'relation "sheet" does not exist' }));
  expect(inside.kind).toBe('broken');
  expect(`${inside.text} ${inside.remedy}`).not.toContain('relation');
  const words = { kind: 'refused', text: 'a', remedy: 'b' } as const;
  expect(faultOf(new Refused(words))).toEqual(words);
});

test('[WB9] signing in leads only to a path of this site', () => {
  const origin = 'https://pool.example';
  expect(nextPath('/pools/1?x=2#y', origin)).toBe('/pools/1?x=2#y');
  for (const foreign of [
    null,
    '',
    'pools',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ])
    expect(nextPath(foreign, origin), String(foreign)).toBe('/');
});

test('[WB10] published digits stay as they came; masses, waits and names are short', () => {
  expect(decimal('49300')).toBe('49,300');
  expect(decimal('1234.50')).toBe('1,234.50');
  expect([massText(850), massText(18_898.7)]).toEqual(['850 kg', '18.9 t']);
  expect(formula('(NH4)10W12O41')).toBe('(NH₄)₁₀W₁₂O₄₁');
  expect([countdown(42_000), countdown(61_000), countdown(3_900_000)]).toEqual(['0:42', '1:01', '1 h 5 min']);
  const now = Date.UTC(2026, 10, 24);
  expect([until(now - 1, now), until(now + 5 * 60_000, now), until(now + 24 * 86_400_000, now)]).toEqual([
    'now',
    'in 5 min',
    'in 24 days',
  ]);
  expect([initials('Imani Okafor'), initials('Quarryglass Fiber (sample)'), initials('Lee')]).toEqual([
    'IO',
    'QF',
    'L',
  ]);
});
