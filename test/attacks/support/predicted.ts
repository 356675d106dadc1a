/** What the domain says that a session's viewers receive, slot by slot, beside which recorded sessions of the real server are held. */

import { DEFAULT_RULES } from '#domain/disclosure.ts';
import type { GradeClass } from '#domain/grades.ts';
import { openHistory, planRelease, remember } from '#domain/release.ts';
import { declareCells, foldLots } from '#domain/release-cells.ts';
import { roundTotal, unitContent } from '#domain/release-view.ts';
import { protectionOf } from '#server/pool/drawn-rules.ts';
import { catalogue } from '../../support/catalogue.ts';
import type { Book } from '../../support/small-pool.ts';

/**
 * By slot: the value of each declared cell, in order. Amounts of the books are kilograms of gallium metal;
 * places are 'ga-metal 6N firm'. The pool's secret draws the percentages by
 * the ids that its owners have at the server.
 */
export function predicted(
  books: readonly Book[],
  pool: { secret: string; idOf(owner: string): string },
): (string | null)[][] {
  const [hierarchy] = declareCells({ minerals: ['gallium'], deliveryFrom: 2027, deliveryTo: 2027 }, catalogue);
  if (!hierarchy) throw new Error('the catalogue has gallium');
  const history = openHistory(hierarchy);
  const perUnit = unitContent({ basis: 'Ga', unit: 'kg' }, 'gallium', catalogue);
  const shown: (string | null)[] = hierarchy.cells.map(() => null);
  return books.map((book) => {
    const lots = foldLots(
      hierarchy,
      Object.entries(book).map(([place, amounts]) => {
        const [family = '', grade = ''] = place.split(' ');
        const lot = {
          mineral: 'gallium',
          family,
          grade: grade as GradeClass,
          year: 2027,
          firm: place.endsWith('firm'),
        };
        const held = Object.entries(amounts).filter(([, kg]) => kg > 0);
        return [lot, new Map(held.map(([owner, kg]) => [pool.idOf(owner), BigInt(kg) * 1000n]))] as const;
      }),
    );
    const rules = protectionOf(DEFAULT_RULES, pool.secret, 'gallium', history.owners.names);
    const { now, fresh } = planRelease(history, lots, rules);
    remember(history, lots, fresh);
    for (const cell of fresh) shown[cell] = roundTotal(now[cell] ?? new Map(), perUnit);
    return [...shown];
  });
}
