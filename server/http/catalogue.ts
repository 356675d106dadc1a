/** The catalogue: what the grid needs of it in one answer, and the facts of one mineral with their sources. */
import { NOTHING_HERE, os } from './context.ts';

export const catalogue = os.catalogue.handler(({ context }) => context.desk.catalogue.data);

export const mineral = os.mineral.handler(({ input, context, errors }) => {
  const facts = context.desk.mineralFacts(input.mineralId);
  if (!facts) throw errors.NOT_FOUND(NOTHING_HERE);
  return facts;
});
