/** Opened offers for the members of a pool: a table made here, because the sheet itself holds the sizes of offers. */
import { readOffer } from '#domain/offer-sheet.ts';
import { openedOffers } from '#domain/opened-offers.ts';
import { offersAreOpen } from '#domain/rounds.ts';
import { NOTHING_HERE, os, seatIn, withRight } from './context.ts';

const opened = os.offers.opened.use(withRight('offers.readOpened')).handler(async ({ input, context, errors }) => {
  const { database, sheets, catalogue } = context.desk;
  const found = await seatIn(database, context.actor, input.poolId, input.round);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  if (!offersAreOpen(found.round.phase)) return [];
  const { minerals, deliveryFrom, deliveryTo } = found.pool;
  const sheet = await database.prisma.sheet.findFirst({
    where: { roundId: found.round.id, kind: 'offers' },
    select: { id: true },
  });
  if (!sheet) return [];
  const { rows } = await sheets.rowsOf(sheet.id);
  const valid = [...rows].flatMap(([id, row]) => {
    const reading = readOffer(id, row, catalogue, { minerals, deliveryFrom, deliveryTo });
    return reading.state === 'valid' ? [reading.value] : [];
  });
  return openedOffers(valid, catalogue);
});

export const offers = { opened };
