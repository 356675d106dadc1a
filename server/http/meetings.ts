/** Supervised sessions of a pool over HTTP: schedule, view, and acts. Whoever joins has read purpose and rules of talk in this sign-in. */
import type { Actor } from '#domain/actors.ts';
import { type Context, NOTHING_HERE, os, problem, refused, seatIn, withRight } from './context.ts';

type Seated = Context & { actor: Actor };
type Errors = { NOT_FOUND(options: typeof NOTHING_HERE): Error };

async function poolOf({ desk, actor }: Seated, poolId: string | null, errors: Errors) {
  const found = poolId === null ? null : await seatIn(desk.database, actor, poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return found.pool;
}

const list = os.meetings.list.use(withRight('meeting.read')).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  return context.desk.meetings.list(pool);
});

const chairs = os.meetings.chairs.use(withRight('meeting.schedule')).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  return context.desk.meetings.chairs(pool.id);
});

const schedule = os.meetings.schedule.use(withRight('meeting.schedule')).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, input.poolId, errors);
  const { poolId: _, startsAt, ...wanted } = input;
  const made = await context.desk.meetings.schedule(context.actor, pool, { ...wanted, startsAt: new Date(startsAt) });
  if (!made.ok) throw errors.CONFLICT(refused(made.refusal));
  return made.value;
});

const get = os.meetings.get.use(withRight('meeting.read')).handler(async ({ input, context, errors }) => {
  const pool = await poolOf(context, await context.desk.meetings.poolOf(input.meetingId), errors);
  const view = await context.desk.meetings.read(context.actor, pool, input.meetingId);
  if (!view) throw errors.NOT_FOUND(NOTHING_HERE);
  return view;
});

const act = os.meetings.act.use(withRight('meeting.read')).handler(async ({ input, context, errors }) => {
  const { desk, actor } = context;
  const pool = await poolOf(context, await desk.meetings.poolOf(input.meetingId), errors);
  const comes = input.act.do === 'join' || input.act.do === 'open';
  if (comes && !(await desk.briefings.isBriefed(context.signedIn?.sessionId ?? '', pool.id)))
    throw errors.CONFLICT(
      problem(
        'session',
        'you have not read its purpose and rules since you signed in',
        'read “Before you start” above',
      ),
    );
  const done = await desk.meetings.act(actor, pool, input.meetingId, input.act);
  if (!done.ok) throw errors.CONFLICT(refused(done.refusal));
  return done.value;
});

export const meetings = { list, chairs, schedule, get, act };
