/** A pool in a list, with one of its rounds. Used by the pools' handlers. */
import type { seatIn } from './context.ts';

export type Found = NonNullable<Awaited<ReturnType<typeof seatIn>>>;

export const card = ({ pool, round }: Pick<Found, 'pool' | 'round'>) => ({
  id: pool.id,
  name: pool.name,
  kind: pool.kind,
  minerals: pool.minerals,
  deliveryFrom: pool.deliveryFrom,
  deliveryTo: pool.deliveryTo,
  basis: pool.basis,
  unit: pool.unit,
  round: {
    id: round.id,
    number: round.number,
    phase: round.phase,
    opensAt: round.opensAt.toISOString(),
    closesAt: round.closesAt.toISOString(),
  },
});
