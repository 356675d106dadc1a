/** Bans of the catalogue as the match applies them. */
import { expect, test } from 'vitest';
import { bansOf, stops } from '#domain/match-bans.ts';
import { quarterNumber } from '#domain/quarters.ts';
import { mineralFacts } from '#seeds/facts.ts';

const bans = (mineral: string) => bansOf(mineralFacts(mineral)?.interventions ?? [], mineral);
const offer = (mineral: string, form: string, country: string, originCountry: string | null = null) => ({
  mineral,
  form,
  country,
  originCountry,
});

test('[MT74] a suspended ban holds again when its suspension ends, one that was replaced holds no more, quotas stop nothing', () => {
  expect(bans('gallium')).toEqual([
    { country: 'CHN', mineral: 'gallium', scope: 'all', from: quarterNumber('2026-Q4'), to: null },
  ]);
  expect(bans('cobalt').map(({ country, scope }) => [country, scope])).toEqual([['NAM', 'raw']]);
});

test('[MT74] a ban on ore stops ore and concentrate of its country, and what others make of it, but not its metal', () => {
  const [ban] = bans('cobalt');
  if (!ban) throw new Error('no ban');
  expect(stops(ban, offer('cobalt', 'co-concentrate', 'NAM'))).toBe(true);
  expect(stops(ban, offer('cobalt', 'co-metal', 'NAM'))).toBe(false);
  expect(stops(ban, offer('cobalt', 'co-metal', 'NOR', 'NAM'))).toBe(true);
  expect(stops(ban, offer('cobalt', 'co-metal', 'NOR'))).toBe(false);
  expect(stops(ban, offer('nickel', 'co-concentrate', 'NAM'))).toBe(false);
});
