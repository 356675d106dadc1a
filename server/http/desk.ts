/** The antitrust desk: briefing at the start of a session, talk with holds, the meter for counsel, and who saw what. */
import { type Actor, may } from '#domain/actors.ts';
import { briefingOf, purposeOf } from '#domain/briefing.ts';
import { type Context, NOTHING_HERE, os, problem, refused, seatIn, signedIn, withRight } from './context.ts';

type Seated = Context & { actor: Actor };
type Errors = { NOT_FOUND(options: typeof NOTHING_HERE): Error };

async function poolOf(context: Seated, poolId: string, errors: Errors) {
  const found = await seatIn(context.desk.database, context.actor, poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return found.pool;
}

async function briefingView(context: Seated, poolId: string, errors: Errors) {
  const pool = await poolOf(context, poolId, errors);
  const minerals = pool.minerals.map((id) => context.desk.catalogue.minerals.get(id)?.name.toLowerCase() ?? id);
  const sessionId = context.signedIn?.sessionId ?? '';
  return {
    purpose: purposeOf({ name: pool.name, minerals, from: pool.deliveryFrom, to: pool.deliveryTo }),
    ...briefingOf(pool.kind),
    acknowledged: await context.desk.briefings.isBriefed(sessionId, pool.id),
  };
}

const briefing = os.desk.briefing
  .use(signedIn)
  .handler(({ input, context, errors }) => briefingView(context, input.poolId, errors));

const acknowledge = os.desk.acknowledge.use(signedIn).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  await context.desk.briefings.acknowledge(context.actor, context.signedIn?.sessionId ?? '', pool.id);
  return briefingView(context, input.poolId, errors);
});

const talk = os.desk.talk.use(withRight('talk.read')).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  return context.desk.talk.read(context.actor, pool, input.before);
});

const say = os.desk.say.use(withRight('talk.write')).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  if (!(await context.desk.briefings.isBriefed(context.signedIn?.sessionId ?? '', pool.id)))
    throw errors.CONFLICT(
      problem(
        'talk',
        'you have not read the rules of talk in this session',
        'read “Before you start” above and confirm it',
      ),
    );
  const said = await context.desk.talk.say(context.actor, pool, input.kind, input.text);
  if (!said.ok) throw errors.CONFLICT(refused(said.refusal));
  return said.value;
});

const decide = os.desk.decide.use(withRight('talk.decide')).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  const { messageId, verdict, reason } = input;
  const decided = await context.desk.talk.decide(context.actor, pool, messageId, verdict, reason);
  if (!decided.ok) throw errors.CONFLICT(refused(decided.refusal));
  return decided.value;
});

/** On the record before it is answered; each company whose side of the limit is told reads that it was. */
async function seeShares({ desk, actor }: Seated, poolId: string): Promise<void> {
  const shares = may(actor, 'inputShare.read') ? await desk.meter.entered(poolId) : [];
  await desk.sightings.saw([
    { kind: 'desk.viewed', poolId, actor, body: {} },
    ...shares.map(({ organizationId, at }) => ({
      kind: 'inputShare.viewed' as const,
      poolId,
      actor,
      subjectId: organizationId,
      since: at,
      body: {},
    })),
  ]);
}

const meter = os.desk.meter.use(signedIn).handler(async ({ input, context, errors }) => {
  const { actor, desk } = context;
  const pool = await poolOf(context, input.poolId, errors);
  if (may(actor, 'inputShare.readWhole')) await seeShares(context, pool.id);
  return desk.meter.read(actor, pool);
});

const enterShare = os.desk.enterShare.use(withRight('inputShare.enter')).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  if (!pool.minerals.includes(input.mineral))
    throw errors.CONFLICT(
      problem('mineral', `this pool does not buy ${input.mineral}`, 'choose a mineral of the pool'),
    );
  await context.desk.meter.enter(context.actor, pool.id, input.mineral, input.percent);
  return context.desk.meter.read(context.actor, pool);
});

const sightings = os.desk.sightings.use(signedIn).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  return context.desk.sightings.read(context.actor, pool.id, input.skip);
});

export const desk = { briefing, acknowledge, talk, say, decide, meter, enterShare, sightings };
