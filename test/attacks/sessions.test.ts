/** Random sessions published in four ways, attacked by every pair of members: the attacker is able, and the program's own rules give nothing away. */
import { describe, expect, test } from 'vitest';
import { worstOf } from './attacker/intervals.ts';
import { amountNamed, type Policy, publish } from './support/policies.ts';
import { randomSession } from './support/sessions.ts';

// `npm run bench:attacks` takes more and larger ones.
const SEEDS = [11, 12, 13, 14, 15, 16, 17, 18];
const sessions = SEEDS.map((seed) => randomSession(seed, { membersMax: 12, slots: 24 }));
const worst = (policy: Policy) =>
  sessions.map((session) => {
    const { sights } = publish(session, policy);
    return worstOf(sights, amountNamed, { isEnough: (width) => policy !== 'ours' && width < 1e-6 });
  });

describe('random sessions against every pair of members', () => {
  test('[AT27] no pair narrows a third member’s amount or change to 20 percent of it, and something was shown', () => {
    const found = worst('ours');
    expect(found.map(({ recovered }) => recovered)).toEqual(SEEDS.map(() => 0));
    expect(Math.min(...found.map(({ width }) => width))).toBeGreaterThan(0.2);
    const releases = sessions.map((session) => publish(session, 'ours').newTotals);
    expect(releases.filter((count) => count > 1).length).toBeGreaterThan(SEEDS.length / 2);
  }, 120_000);

  test.each(['live total', 'slots only', 'slots + 3 changed'] as const)(
    '[AT27] twin: published as %s, nearly every session gives a number away exactly',
    (policy) => {
      expect(worst(policy).filter(({ width }) => width < 1e-6).length).toBeGreaterThan(SEEDS.length * 0.7);
    },
  );
});
