/** The certificate of a pool's release, each member with its own proof. */
import { NOTHING_HERE, os, seatIn, signedIn } from './context.ts';

export const certificate = os.pools.certificate.use(signedIn).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId, input.round);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.pools.certificate(input.poolId, context.actor.organizationId, input.round);
});
