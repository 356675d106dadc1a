/** Opened offers for the members of a pool: a table made here, because the sheet itself holds the sizes of offers. */
import { offersIn } from '#domain/offers-of-round.ts';
import { openedOffers } from '#domain/opened-offers.ts';
import { offersAreOpen } from '#domain/rounds.ts';
import { NOTHING_HERE, os, seatIn, withRight } from './context.ts';

const opened = os.offers.opened.use(withRight('offers.readOpened')).handler(async ({ input, context, errors }) => {
  const { database, sheets, catalogue } = context.desk;
  const found = await seatIn(database, context.actor, input.poolId, input.round);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  if (!offersAreOpen(found.round.phase)) return [];
  const { minerals, deliveryFrom, deliveryTo } = found.pool;
  const terms = { minerals, deliveryFrom, deliveryTo };
  const ofRound = await database.prisma.sheet.findMany({
    where: { roundId: found.round.id, kind: 'offers' },
    select: { id: true, organizationId: true },
  });
  const valid = [];
  for (const sheet of ofRound) {
    const { rows } = await sheets.rowsOf(sheet.id);
    valid.push(...offersIn({ ...sheet, rows }, catalogue, terms));
  }
  return openedOffers(valid, catalogue);
});

export const offers = { opened };
