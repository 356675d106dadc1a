/** Exact totals of a pool, for its administrator in the clean room. */
import { exactView } from '#domain/record.ts';
import { NOTHING_HERE, os, seatIn, withRight } from './context.ts';

/**
 * On the record before it is answered: once an hour, and for each owner again when its sheet changed. Of a shared sheet each look is, for
 * officials read of it, too, and a second entry would tell them that somebody had edited.
 */
export const exact = os.pools.exact
  .use(withRight('demand.cleanRoom'))
  .handler(async ({ input: { poolId, round }, context: { desk, actor }, errors }) => {
    const found = await seatIn(desk.database, actor, poolId, round);
    if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
    const { release, cells, sheets } = await desk.pools.exact(poolId, found.round.number);
    const readAt = desk.clock.now();
    const views = exactView(actor, { poolId, round: found.round.number, sheets });
    await desk.sightings.saw(
      views.map((view) => ({ ...view, actor, ...(view.kind === 'sharedSheet.viewed' && { since: readAt }) })),
    );
    const { slotAt, final, unit, basis } = release;
    return { readAt: readAt.toISOString(), slotAt, final, unit, basis, cells };
  });
