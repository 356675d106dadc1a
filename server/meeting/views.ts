/** A session as each viewer may see it: the names of rivals' people as in talk, held lines for their authors, counts where they tell nobody's number. */
import { type Actor, may } from '#domain/actors.ts';
import {
  CHOICES,
  type Choice,
  hasDropped,
  keptUntil,
  knowsAttendance,
  type MeetingState,
  noticeOf,
  readsCounts,
  type VoteOutcome,
} from '#domain/meeting.ts';
import { maySee } from '#domain/talk.ts';
import type { MeetingView } from '#protocol/meetings-api.ts';
import type { Database, Prisma } from '../database.ts';

export interface MeetingPool {
  id: string;
  kind: 'sealed' | 'open';
}

/** All of a session. */
export const WHOLE = {
  items: { orderBy: [{ listedAt: 'asc' }, { id: 'asc' }], include: { votes: true } },
  attendance: { orderBy: [{ joinedAt: 'asc' }, { id: 'asc' }] },
  hands: { orderBy: [{ raisedAt: 'asc' }, { id: 'asc' }] },
} satisfies Prisma.MeetingInclude;
export type WholeMeeting = Prisma.MeetingGetPayload<{ include: typeof WHOLE }>;
type Item = WholeMeeting['items'][number];
type Stay = WholeMeeting['attendance'][number];

/** When a stay ended, also of somebody who dropped out without a word; null: present. */
export const endOf = (stay: Pick<Stay, 'leftAt' | 'seenAt'>, now: Date): Date | null =>
  stay.leftAt ?? (hasDropped(stay.seenAt.getTime(), now.getTime()) ? stay.seenAt : null);

/** What the rules need to know. */
export function stateOf(meeting: WholeMeeting, userId: string, now: Date): MeetingState {
  const isHere = (id: string) => meeting.attendance.some((stay) => stay.userId === id && endOf(stay, now) === null);
  const { phase, startsAt, chairId } = meeting;
  return { phase, startsAt: startsAt.getTime(), chairId, isChairHere: isHere(chairId), isHere: isHere(userId) };
}

/** Nobody but its author and the moderators learns that a text waits. */
export const maySeeItem = (viewer: Actor, item: Pick<Item, 'state' | 'userId'>): boolean => maySee(viewer, item);
export const maySeePending = (viewer: Actor, item: Pick<Item, 'pendingBy'>): boolean =>
  item.pendingBy === viewer.userId || may(viewer, 'talk.decide');

export async function cardOf(database: Database, meeting: Prisma.MeetingGetPayload<object>) {
  const chair = await database.prisma.user.findUnique({ where: { id: meeting.chairId }, select: { name: true } });
  const { id, number, title, phase, startsAt, scheduledAt, shortNotice } = meeting;
  return {
    id,
    number,
    title,
    phase,
    startsAt: startsAt.toISOString(),
    chair: chair?.name ?? 'A former official',
    noticeDays: noticeOf(scheduledAt.getTime(), startsAt.getTime()).days,
    shortNotice,
  };
}

export async function viewOf(
  database: Database,
  viewer: Actor,
  pool: MeetingPool,
  meeting: WholeMeeting,
  now: Date,
): Promise<MeetingView> {
  const people = await peopleOf(database, meeting);
  const somebody = (person: { userId: string; organizationId: string }) => {
    const { kind = 'manufacturer' as const, name: organization = null } =
      people.organizations.get(person.organizationId) ?? {};
    const isKnown = knowsAttendance(viewer, pool.kind, { organizationId: person.organizationId, kind });
    return {
      isKnown,
      told: {
        name: isKnown ? (people.names.get(person.userId) ?? 'A former colleague') : null,
        organization: isKnown ? organization : null,
        isMe: person.userId === viewer.userId,
      },
    };
  };
  const { isChairHere, isHere } = stateOf(meeting, viewer.userId, now);
  const floor = meeting.hands.find(({ id }) => id === meeting.floorId);
  const presenter = meeting.attendance.find(({ userId }) => userId === meeting.presenterId);
  return {
    ...(await cardOf(database, meeting)),
    poolId: meeting.poolId,
    scheduledAt: meeting.scheduledAt.toISOString(),
    openedAt: meeting.openedAt?.toISOString() ?? null,
    closedAt: meeting.closedAt?.toISOString() ?? null,
    keptUntil: meeting.closedAt ? keptUntil(meeting.closedAt).toISOString() : null,
    chairId: meeting.chairId,
    isChairHere,
    isHere,
    presenter: presenter ? somebody(presenter).told : null,
    floor: floor ? somebody(floor).told : null,
    currentItemId: meeting.currentItemId,
    // Hands of people whom the viewer may not know would count the members who are here; the chair sees them, without names, to give the floor.
    hands: meeting.hands.flatMap((hand) => {
      const { isKnown, told } = somebody(hand);
      const isTold = isKnown || viewer.userId === meeting.chairId;
      return hand.loweredAt === null && isTold ? [{ ...told, id: hand.id, at: hand.raisedAt.toISOString() }] : [];
    }),
    attendance: meeting.attendance.flatMap((stay) => {
      const { isKnown, told } = somebody(stay);
      if (!isKnown) return [];
      const to = endOf(stay, now);
      return [
        { ...told, id: stay.id, userId: stay.userId, from: stay.joinedAt.toISOString(), to: to?.toISOString() ?? null },
      ];
    }),
    items: meeting.items.filter((item) => maySeeItem(viewer, item)).map((item) => itemOf(viewer, pool, item)),
  };
}

function itemOf(viewer: Actor, pool: MeetingPool, item: Item): MeetingView['items'][number] {
  const seesPending = maySeePending(viewer, item);
  const seesReason = seesPending || item.userId === viewer.userId;
  return {
    id: item.id,
    kind: item.kind,
    state: item.state,
    text: item.text,
    version: item.version,
    pending: seesPending ? item.pending : null,
    isMine: item.pendingBy === viewer.userId,
    reason: seesReason ? item.reason : '',
    vote: item.vote === 'none' ? null : voteOf(viewer, pool, item, item.vote),
  };
}

function voteOf(viewer: Actor, pool: MeetingPool, item: Item, state: 'open' | 'closed') {
  const own = item.votes.find(({ organizationId }) => organizationId === viewer.organizationId);
  const of = (choice: Choice) => item.votes.filter((vote) => vote.choice === choice).length;
  // While the vote is open nobody is told how it stands: it would show who has voted, one after the other.
  const isTold = state === 'closed' && readsCounts(viewer, pool.kind);
  return {
    state,
    own: CHOICES.find((choice) => choice === own?.choice) ?? null,
    outcome: item.outcome as VoteOutcome | null,
    counts: isTold ? { yes: of('yes'), no: of('no'), abstain: of('abstain') } : null,
  };
}

async function peopleOf({ prisma }: Database, meeting: WholeMeeting) {
  const all = [...meeting.attendance, ...meeting.hands];
  const [users, organizations] = await Promise.all([
    prisma.user.findMany({
      where: { id: { in: [...new Set(all.map(({ userId }) => userId))] } },
      select: { id: true, name: true },
    }),
    prisma.organization.findMany({
      where: { id: { in: [...new Set(all.map(({ organizationId }) => organizationId))] } },
      select: { id: true, name: true, kind: true },
    }),
  ]);
  return {
    names: new Map(users.map(({ id, name }) => [id, name])),
    organizations: new Map(organizations.map((one) => [one.id, one])),
  };
}
