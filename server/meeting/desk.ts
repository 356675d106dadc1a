/**
 * Supervised sessions: notice, what people do in them, and each viewer's view. All state is in the database, and each act with its entry of the record
 * is stored or not at all, so that any node may serve any act and a restart loses nothing. Used by http through the desk.
 */
import { type Actor, isAmong, may, type OrganizationKind } from '#domain/actors.ts';
import { knowsAttendance, schedule } from '#domain/meeting.ts';
import type { RecordDraft } from '#domain/record.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { amountIn, say } from '#domain/talk.ts';
import type { MeetingAct, MeetingView } from '#protocol/meetings-api.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { type Push, teller } from '../push.ts';
import { appendWithin } from '../record.ts';
import { chairOf, perform, sweep } from './acts.ts';
import type { Audience, Scene } from './scene.ts';
import { cardOf, type MeetingPool, viewOf, WHOLE } from './views.ts';

export interface NewMeeting {
  title: string;
  startsAt: Date;
  chairId: string;
  agenda: readonly string[];
  shortNotice: string;
}

export interface MeetingDesk {
  list(pool: MeetingPool): Promise<Awaited<ReturnType<typeof cardOf>>[]>;
  chairs(poolId: string): Promise<{ userId: string; name: string; organization: string }[]>;
  schedule(actor: Actor, pool: MeetingPool, wanted: NewMeeting): Promise<Outcome<MeetingView>>;
  /** Pool of a session, or null. */
  poolOf(meetingId: string): Promise<string | null>;
  read(viewer: Actor, pool: MeetingPool, meetingId: string): Promise<MeetingView | null>;
  act(actor: Actor, pool: MeetingPool, meetingId: string, act: MeetingAct): Promise<Outcome<MeetingView>>;
}

/** What says who is told of a change. */
interface Told {
  meetingId: string;
  audience: Audience;
  chairId: string;
  pool: MeetingPool['kind'];
  userId: string;
  organizationId: string;
  kind: OrganizationKind;
}

function isTold(viewer: Actor, { audience, chairId, pool, userId, organizationId, kind }: Told): boolean {
  if (audience === 'all' || may(viewer, 'talk.decide')) return true;
  if (audience === 'author') return viewer.userId === userId;
  if (audience === 'own') return isAmong({ organizationId, kinds: [] }, viewer);
  if (audience === 'hands' && viewer.userId === chairId) return true;
  return knowsAttendance(viewer, pool, { organizationId, kind });
}

export function createMeetingDesk(parts: { database: Database; push: Push; clock: Clock }): MeetingDesk {
  const { database, push, clock } = parts;
  const { prisma } = database;
  const tellAll = teller(
    push,
    'meeting',
    (told: Told, poolId) => (viewer) =>
      may(viewer, 'meeting.read') && isTold(viewer, told) ? { poolId, meetingId: told.meetingId } : null,
  );
  const tell = (actor: Actor, pool: MeetingPool, meetingId: string, chairId: string, audience: Audience) => {
    const { userId, organizationId, kind } = actor;
    tellAll(pool.id, { meetingId, audience, chairId, pool: pool.kind, userId, organizationId, kind });
  };

  async function read(viewer: Actor, pool: MeetingPool, meetingId: string): Promise<MeetingView | null> {
    const meeting = await prisma.meeting.findFirst({ where: { id: meetingId, poolId: pool.id }, include: WHOLE });
    return meeting && viewOf(database, viewer, pool, meeting, clock.now());
  }

  async function found(viewer: Actor, pool: MeetingPool, meetingId: string): Promise<Outcome<MeetingView>> {
    const view = await read(viewer, pool, meetingId);
    return view ? accept(view) : refuse('no-session', 'session', 'there is no such session', 'look at the schedule');
  }

  return {
    read,

    async poolOf(meetingId) {
      const meeting = await prisma.meeting.findUnique({ where: { id: meetingId }, select: { poolId: true } });
      return meeting?.poolId ?? null;
    },

    async list(pool) {
      const rows = await prisma.meeting.findMany({ where: { poolId: pool.id }, orderBy: { number: 'desc' } });
      return Promise.all(rows.map((row) => cardOf(database, row)));
    },

    async chairs(poolId) {
      const members = await prisma.member.findMany({
        where: {
          role: { in: ['official', 'approver'] },
          organization: { kind: 'agency', pools: { some: { poolId, role: 'government' } } },
        },
        select: { userId: true, user: { select: { name: true } }, organization: { select: { name: true } } },
      });
      return members
        .map(({ userId, user, organization }) => ({ userId, name: user.name, organization: organization.name }))
        .sort((a, b) => a.name.localeCompare(b.name));
    },

    async schedule(actor, pool, wanted) {
      const at = clock.now();
      if (amountIn(wanted.title) !== null)
        return refuse('amount', 'title', 'it reads like an amount', 'name the session in words');
      if (amountIn(wanted.shortNotice) !== null)
        return refuse('amount', 'reason', 'it reads like an amount', 'say it in words');
      const made = await prisma.$transaction(async (tx): Promise<Outcome<string>> => {
        await tx.$queryRaw`SELECT id FROM pool WHERE id = ${pool.id}::uuid FOR UPDATE`;
        const chair = await chairOf(tx, pool.id, wanted.chairId);
        const moments = { startsAt: wanted.startsAt.getTime(), now: at.getTime() };
        const allowed = schedule(actor, { ...moments, shortNotice: wanted.shortNotice, chair });
        if (!allowed.ok) return allowed;
        const { days, isShort } = allowed.value;
        const number = 1 + (await tx.meeting.count({ where: { poolId: pool.id } }));
        const meeting = await tx.meeting.create({
          data: {
            poolId: pool.id,
            number,
            title: wanted.title,
            startsAt: wanted.startsAt,
            scheduledAt: at,
            scheduledBy: actor.userId,
            chairId: wanted.chairId,
            shortNotice: isShort ? wanted.shortNotice.trim() : '',
          },
        });
        const drafts: RecordDraft[] = [
          { kind: 'meeting.scheduled', poolId: pool.id, actor, body: { meeting: number, days, short: isShort } },
        ];
        for (const [place, text] of wanted.agenda.filter((line) => line.trim() !== '').entries()) {
          const said = say(actor, 'note', text);
          if (!said.ok) return said;
          const isHeld = said.value.state === 'held';
          const listedAt = new Date(at.getTime() + place);
          await tx.meetingItem.create({
            data: {
              meetingId: meeting.id,
              kind: 'agenda',
              state: said.value.state,
              userId: actor.userId,
              organizationId: actor.organizationId,
              at,
              listedAt,
              ...(isHeld ? { pending: said.value.text, pendingBy: actor.userId } : { text: said.value.text }),
            },
          });
        }
        await appendWithin(tx, drafts, at);
        return accept(meeting.id);
      });
      if (!made.ok) return made;
      tell(actor, pool, made.value, wanted.chairId, 'all');
      return found(actor, pool, made.value);
    },

    async act(actor, pool, meetingId, act) {
      const at = clock.now();
      const acted = await prisma.$transaction(async (tx): Promise<Outcome<Pick<Told, 'audience' | 'chairId'>>> => {
        // One act at a time in a session: each finds what the one before left.
        await tx.$queryRaw`SELECT id FROM meeting WHERE id = ${meetingId}::uuid FOR UPDATE`;
        const where = { id: meetingId, poolId: pool.id };
        const meeting = await tx.meeting.findFirst({ where, include: WHOLE });
        if (!meeting) return refuse('no-session', 'session', 'there is no such session', 'look at the schedule');
        const scene: Scene = { tx, actor, meeting, at };
        const gone = await sweep(scene);
        const swept = gone.length > 0 ? await tx.meeting.findFirst({ where, include: WHOLE }) : meeting;
        const outcome = await perform({ ...scene, meeting: swept ?? meeting }, act);
        if (!outcome.ok) return outcome;
        const drafts = outcome.value.records.map((draft): RecordDraft => ({ ...draft, poolId: pool.id, actor }));
        if (gone.length + drafts.length > 0) await appendWithin(tx, [...gone, ...drafts], at);
        return accept({ audience: outcome.value.audience, chairId: meeting.chairId });
      });
      if (!acted.ok) return acted;
      if (act.do !== 'seen') tell(actor, pool, meetingId, acted.value.chairId, acted.value.audience);
      return found(actor, pool, meetingId);
    },
  };
}
