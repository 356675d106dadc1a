/** The reserve: its ledger for officials, and a company's own account. */
import type { Actor } from '#domain/actors.ts';
import { nearest, parseDecimal, ratio, times } from '#domain/exact.ts';
import type { Outcome } from '#domain/refusals.ts';
import { type Grams, grams, NO_GRAMS } from '#domain/units.ts';
import { type Desk, NOTHING_HERE, os, refused, withRight } from './context.ts';

/** The contract has let only decimals through. */
const gramsIn = (kilograms: string): Grams => {
  const value = parseDecimal(kilograms);
  return value ? grams(nearest(times(value, ratio(1000n)))) : NO_GRAMS;
};
/** The end of that day, so that giving back on it is in time. */
const endOf = (day: string | null): Date | null => (day === null ? null : new Date(`${day}T23:59:59.999Z`));

interface Errors {
  NOT_FOUND: (options: typeof NOTHING_HERE) => Error;
  CONFLICT: (options: ReturnType<typeof refused>) => Error;
}

/** What officials see after a change, or why it was refused. */
async function seen(desk: Desk, actor: Actor, errors: Errors, outcome?: Outcome<unknown>) {
  if (outcome && !outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  const view = await desk.reserve.read(actor);
  if (!view) throw errors.NOT_FOUND(NOTHING_HERE);
  return view;
}

async function ownSeen(desk: Desk, actor: Actor, errors: Errors, outcome?: Outcome<unknown>) {
  if (outcome && !outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  const view = await desk.reserve.own(actor.organizationId);
  if (!view) throw errors.NOT_FOUND(NOTHING_HERE);
  return view;
}

async function termsSeen(desk: Desk, errors: Errors, outcome?: Outcome<unknown>) {
  if (outcome && !outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  const view = await desk.reserve.terms();
  if (!view) throw errors.NOT_FOUND(NOTHING_HERE);
  return view;
}

const product = ({ mineral, form }: { mineral: string; form: string }) => ({ mineral, form });

export const reserve = {
  get: os.reserve.get
    .use(withRight('reserve.read'))
    .handler(({ context: { desk, actor }, errors }) => seen(desk, actor, errors)),
  terms: os.reserve.terms
    .use(withRight('reserve.read', 'reserve.readOwn'))
    .handler(({ context: { desk }, errors }) => termsSeen(desk, errors)),
  setTerms: os.reserve.setTerms
    .use(withRight('reserve.setTerms'))
    .handler(async ({ input, context: { desk, actor }, errors }) =>
      termsSeen(desk, errors, await desk.reserve.setTerms(actor, input)),
    ),
  movements: os.reserve.movements
    .use(withRight('reserve.read'))
    .handler(({ input, context: { desk } }) => desk.reserve.movements(input.before ?? null)),
  verify: os.reserve.verify.use(withRight('reserve.read')).handler(({ context: { desk } }) => desk.reserve.verify()),
  supplies: os.reserve.supplies
    .use(withRight('reserve.read'))
    .handler(async ({ context: { desk } }) =>
      (await desk.reserve.supplies()).map(({ sources, ...mineral }) => ({ ...mineral, sources: [...sources] })),
    ),
  runScenario: os.reserve.runScenario
    .use(withRight('reserve.read'))
    .handler(({ input, context: { desk, actor } }) => desk.reserve.runScenario(actor, input)),
  own: os.reserve.own
    .use(withRight('reserve.readOwn'))
    .handler(({ context: { desk, actor }, errors }) => ownSeen(desk, actor, errors)),
  open: os.reserve.open
    .use(withRight('reserve.request'))
    .handler(async ({ context: { desk, actor }, errors }) =>
      ownSeen(desk, actor, errors, await desk.reserve.openAccount(actor)),
    ),
  request: os.reserve.request
    .use(withRight('reserve.request'))
    .handler(async ({ input, context: { desk, actor }, errors }) => {
      const wanted = { product: product(input), grams: gramsIn(input.kg), reason: input.reason };
      return ownSeen(desk, actor, errors, await desk.reserve.request(actor, wanted));
    }),
  withdraw: os.reserve.withdraw
    .use(withRight('reserve.request'))
    .handler(async ({ input, context: { desk, actor }, errors }) => {
      const wanted = { drawdownId: input.drawdownId, act: 'withdraw', comment: '', dueAt: null } as const;
      return ownSeen(desk, actor, errors, await desk.reserve.act(actor, wanted));
    }),
  receive: os.reserve.receive
    .use(withRight('reserve.move'))
    .handler(async ({ input, context: { desk, actor }, errors }) => {
      const { kg, rotationDue, ...lot } = input;
      const wanted = { ...lot, grams: gramsIn(kg), rotationDueAt: endOf(rotationDue) };
      return seen(desk, actor, errors, await desk.reserve.receive(actor, wanted));
    }),
  assay: os.reserve.assay
    .use(withRight('reserve.move'))
    .handler(async ({ input: { acceptedKg, ...input }, context: { desk, actor }, errors }) =>
      seen(desk, actor, errors, await desk.reserve.assay(actor, { ...input, accepted: gramsIn(acceptedKg) })),
    ),
  store: os.reserve.store
    .use(withRight('reserve.move'))
    .handler(async ({ input, context: { desk, actor }, errors }) =>
      seen(desk, actor, errors, await desk.reserve.store(actor, input)),
    ),
  takeOut: os.reserve.takeOut
    .use(withRight('reserve.move'))
    .handler(async ({ input: { kg, ...input }, context: { desk, actor }, errors }) =>
      seen(desk, actor, errors, await desk.reserve.takeOut(actor, { ...input, grams: gramsIn(kg) })),
    ),
  grant: os.reserve.grant
    .use(withRight('reserve.move'))
    .handler(async ({ input, context: { desk, actor }, errors }) => {
      const wanted = { organizationId: input.organizationId, product: product(input), grams: gramsIn(input.kg) };
      return seen(desk, actor, errors, await desk.reserve.grant(actor, wanted));
    }),
  transfer: os.reserve.transfer
    .use(withRight('reserve.move'))
    .handler(async ({ input, context: { desk, actor }, errors }) => {
      const wanted = { fromId: input.fromId, toId: input.toId, product: product(input), grams: gramsIn(input.kg) };
      return seen(desk, actor, errors, await desk.reserve.transfer(actor, wanted));
    }),
  decide: os.reserve.decide
    .use(withRight('reserve.move', 'reserve.release'))
    .handler(async ({ input: { due, ...input }, context: { desk, actor }, errors }) =>
      seen(desk, actor, errors, await desk.reserve.act(actor, { ...input, dueAt: endOf(due) })),
    ),
};
