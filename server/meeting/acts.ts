/** What somebody does in a session: each act asks the rules, changes the database on the desk's transaction, and says what goes on the record. */
import { createHash } from 'node:crypto';
import type { Actor } from '#domain/actors.ts';
import { may } from '#domain/actors.ts';
import * as rules from '#domain/meeting.ts';
import type { JsonObject, RecordDraft, RecordKind } from '#domain/record.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { decideHeld } from '#domain/talk.ts';
import type { MeetingAct } from '#protocol/meetings-api.ts';
import type { Prisma } from '../database.ts';
import type { Audience, Done, Scene } from './scene.ts';
import { endOf, stateOf, type WholeMeeting } from './views.ts';
import { writeItem } from './writing.ts';

const done = (audience: Audience, kind?: RecordKind, body: JsonObject = {}, subjectId?: string): Outcome<Done> =>
  accept({ audience, records: kind ? [{ kind, body, ...(subjectId !== undefined && { subjectId }) }] : [] });
const NO_ITEM = refuse('no-item', 'line', 'there is no such line', 'look at the session again');
const isOffice = (kind: Actor['kind']): boolean => kind === 'agency' || kind === 'administrator';
const comingOf = (kind: Actor['kind']): RecordKind => (isOffice(kind) ? 'meeting.joined' : 'meeting.memberJoined');
const goingOf = (kind: Actor['kind']): RecordKind => (isOffice(kind) ? 'meeting.left' : 'meeting.memberLeft');

type Of<Name extends MeetingAct['do']> = Extract<MeetingAct, { do: Name }>;
type Acting = { [Name in MeetingAct['do']]: (scene: Scene, act: Of<Name>) => Promise<Outcome<Done>> };

const update = ({ tx, meeting }: Scene, data: Prisma.MeetingUncheckedUpdateInput) =>
  tx.meeting.update({ where: { id: meeting.id }, data });

const lowerHands = ({ tx, meeting, at }: Scene, userId?: string) =>
  tx.meetingHand.updateMany({
    where: { meetingId: meeting.id, loweredAt: null, ...(userId !== undefined && { userId }) },
    data: { loweredAt: at },
  });

async function come(scene: Scene): Promise<void> {
  const { tx, actor, meeting, at } = scene;
  await tx.attendance.create({
    data: {
      meetingId: meeting.id,
      userId: actor.userId,
      organizationId: actor.organizationId,
      joinedAt: at,
      seenAt: at,
    },
  });
}

async function closeVoteOn({ tx }: Scene, item: WholeMeeting['items'][number]): Promise<rules.VoteOutcome> {
  const outcome = rules.outcomeOf(item.votes.map(({ choice }) => choice as rules.Choice));
  await tx.meetingItem.update({ where: { id: item.id }, data: { vote: 'closed', outcome } });
  return outcome;
}

const byRule = async (allowed: Outcome<unknown>, act: () => Promise<Outcome<Done>>): Promise<Outcome<Done>> =>
  allowed.ok ? act() : allowed;

const state = ({ meeting, actor, at }: Scene) => stateOf(meeting, actor.userId, at);
const numberOf = ({ meeting }: Scene) => ({ meeting: meeting.number });

export const ACTS: Acting = {
  open: (scene) =>
    byRule(rules.open(scene.actor, state(scene), scene.at.getTime()), async () => {
      await update(scene, { phase: 'open', openedAt: scene.at });
      await come(scene);
      return accept({
        audience: 'all',
        records: [
          { kind: 'meeting.opened', body: numberOf(scene) },
          { kind: comingOf(scene.actor.kind), body: numberOf(scene) },
        ],
      });
    }),

  close: (scene) =>
    byRule(rules.conduct(scene.actor, state(scene)), async () => {
      const { tx, meeting, at } = scene;
      const voted: Done['records'][number][] = [];
      for (const item of meeting.items.filter(({ vote }) => vote === 'open'))
        voted.push({
          kind: 'meeting.resolved',
          body: { ...numberOf(scene), item: item.id, outcome: await closeVoteOn(scene, item) },
        });
      await update(scene, { phase: 'closed', closedAt: at, presenterId: null, floorId: null });
      await tx.attendance.updateMany({ where: { meetingId: meeting.id, leftAt: null }, data: { leftAt: at } });
      await lowerHands(scene);
      const until = rules.keptUntil(at).toISOString().slice(0, 10);
      const edits = meeting.items.reduce((sum, { version }) => sum + version, 0);
      return accept({
        audience: 'all',
        records: [...voted, { kind: 'meeting.closed', body: { ...numberOf(scene), keptUntil: until, edits } }],
      });
    }),

  async cancel(scene) {
    if (!may(scene.actor, 'meeting.schedule') || scene.meeting.phase !== 'scheduled')
      return refuse('phase', 'session', 'it cannot be cancelled', 'close it instead, or ask who scheduled it');
    await update(scene, { phase: 'cancelled' });
    return done('all', 'meeting.cancelled', numberOf(scene));
  },

  join: (scene) =>
    byRule(rules.whileOpen(scene.meeting), async () => {
      if (!may(scene.actor, 'meeting.read')) return NO_ITEM;
      if (state(scene).isHere) return done('own');
      await come(scene);
      return done('knowing', comingOf(scene.actor.kind), numberOf(scene), scene.actor.organizationId);
    }),

  async leave(scene) {
    const { tx, actor, meeting, at } = scene;
    const where = { meetingId: meeting.id, userId: actor.userId, leftAt: null };
    const { count } = await tx.attendance.updateMany({ where, data: { leftAt: at } });
    if (count === 0) return done('own');
    const { count: hands } = await lowerHands(scene, actor.userId);
    const wasPresenting = meeting.presenterId === actor.userId;
    if (wasPresenting) await update(scene, { presenterId: null });
    return done(
      wasPresenting ? 'all' : hands > 0 ? 'hands' : 'knowing',
      goingOf(actor.kind),
      numberOf(scene),
      actor.organizationId,
    );
  },

  async seen({ tx, actor, meeting, at }) {
    await tx.attendance.updateMany({
      where: { meetingId: meeting.id, userId: actor.userId, leftAt: null },
      data: { seenAt: at },
    });
    return done('own');
  },

  raise: (scene) =>
    byRule(rules.takePart(state(scene)), async () => {
      const { tx, actor, meeting, at } = scene;
      if (!may(actor, 'meeting.takePart'))
        return refuse('not-allowed', 'hand', 'you only watch', 'ask a colleague who may speak');
      if (meeting.hands.some((hand) => hand.userId === actor.userId && hand.loweredAt === null)) return done('own');
      const { userId, organizationId } = actor;
      await tx.meetingHand.create({ data: { meetingId: meeting.id, userId, organizationId, raisedAt: at } });
      return done('hands', 'meeting.handRaised', numberOf(scene), organizationId);
    }),

  async lower(scene) {
    await lowerHands(scene, scene.actor.userId);
    return done('hands');
  },

  floor: (scene, { handId }) =>
    byRule(rules.conduct(scene.actor, state(scene)), async () => {
      const hand = scene.meeting.hands.find(({ id, loweredAt }) => id === handId && loweredAt === null);
      if (handId !== null && !hand)
        return refuse('no-hand', 'floor', 'that hand is down again', 'look at the raised hands');
      await update(scene, { floorId: hand?.id ?? null });
      if (hand) await scene.tx.meetingHand.update({ where: { id: hand.id }, data: { loweredAt: scene.at } });
      return done('all', 'meeting.floorGiven', { ...numberOf(scene), given: hand !== undefined });
    }),

  present: (scene, { attendanceId }) =>
    byRule(rules.conduct(scene.actor, state(scene)), async () => {
      const { meeting, at } = scene;
      const stay = meeting.attendance.find((one) => one.id === attendanceId && endOf(one, at) === null);
      if (attendanceId !== null && !stay)
        return refuse('not-here', 'presenter', 'that person is not present', 'name somebody who is');
      await update(scene, { presenterId: stay?.userId ?? null });
      return done('all', 'meeting.presenterNamed', { ...numberOf(scene), named: stay !== undefined });
    }),

  async chair(scene, { userId }) {
    const next = await chairOf(scene.tx, scene.meeting.poolId, userId);
    return byRule(rules.replaceChair(scene.actor, state(scene), next), async () => {
      await update(scene, { chairId: userId });
      return done('all', 'meeting.chairNamed', { ...numberOf(scene), person: userId });
    });
  },

  current: (scene, { itemId }) =>
    byRule(rules.conduct(scene.actor, state(scene)), async () => {
      const item = scene.meeting.items.find(({ id, state }) => id === itemId && state === 'shown');
      if (itemId !== null && !item) return NO_ITEM;
      await update(scene, { currentItemId: itemId });
      return done('all');
    }),

  write: (scene, act) =>
    byRule(rules.write(scene.actor, act.kind, state(scene)), async () => {
      const written = await writeItem(scene, act);
      if (!written.ok) return written;
      const { item, isHeld, version, text } = written.value;
      const sha256 = createHash('sha256').update(text).digest('hex');
      const body = { ...numberOf(scene), item, what: act.kind, version, sha256 };
      return isHeld
        ? done('author', 'meeting.held', body, scene.actor.organizationId)
        : done('all', 'meeting.edited', body);
    }),

  async decide(scene, { itemId, verdict, reason }) {
    const { tx, actor, meeting, at } = scene;
    const item = meeting.items.find(({ id }) => id === itemId);
    if (!item || !may(actor, 'talk.decide')) return NO_ITEM;
    // A text that waits is decided first; without one, a line is pulled back, or shown again.
    const waits = item.pending !== null && item.reason === '';
    const subject = waits
      ? { state: 'held' as const, userId: item.pendingBy ?? '' }
      : { state: 'held' as const, userId: verdict === 'show' ? '' : item.userId };
    const decided = decideHeld(actor, subject, verdict, reason);
    if (!decided.ok) return decided;
    const isShown = decided.value === 'shown';
    if (isShown && !waits && item.text === '')
      return refuse('decided', 'line', 'somebody has decided over it already', 'look at the session again');
    const wasVisible = item.state === 'shown';
    await tx.meetingItem.update({
      where: { id: itemId },
      data: {
        reason: isShown ? '' : reason.trim(),
        ...(isShown && { state: 'shown', ...(item.text === '' && { listedAt: at }) }),
        ...(isShown &&
          waits && { text: item.pending ?? '', pending: null, pendingBy: null, version: item.version + 1 }),
        ...(!isShown && (!waits || !wasVisible) && { state: 'withheld' }),
      },
    });
    const body = { ...numberOf(scene), item: itemId, state: decided.value };
    return done(isShown || !waits ? 'all' : 'author', 'meeting.decided', body, item.organizationId);
  },

  openVote: (scene, { itemId }) =>
    byRule(rules.conduct(scene.actor, state(scene)), async () => {
      const item = scene.meeting.items.find(({ id }) => id === itemId);
      if (item?.kind !== 'motion' || item.state !== 'shown') return NO_ITEM;
      if (item.vote !== 'none') return refuse('voted', 'motion', 'it was put to the vote', 'write another motion');
      await scene.tx.meetingItem.update({ where: { id: itemId }, data: { vote: 'open' } });
      return done('all', 'meeting.voteOpened', { ...numberOf(scene), item: itemId, version: item.version });
    }),

  closeVote: (scene, { itemId }) =>
    byRule(rules.conduct(scene.actor, state(scene)), async () => {
      const item = scene.meeting.items.find(({ id, vote }) => id === itemId && vote === 'open');
      if (!item) return NO_ITEM;
      const outcome = await closeVoteOn(scene, item);
      return done('all', 'meeting.resolved', { ...numberOf(scene), item: itemId, outcome });
    }),

  vote: (scene, { itemId, choice }) =>
    byRule(rules.takePart(state(scene)), async () => {
      const { tx, actor, meeting, at } = scene;
      if (!may(actor, 'meeting.vote'))
        return refuse(
          'not-allowed',
          'vote',
          'you have no vote',
          'your organization votes through its editors or officials',
        );
      const item = meeting.items.find(({ id, vote }) => id === itemId && vote === 'open');
      if (!item) return refuse('closed', 'vote', 'the vote is not open', 'look at the session again');
      const { organizationId, userId } = actor;
      await tx.meetingVote.upsert({
        where: { itemId_organizationId: { itemId, organizationId } },
        create: { itemId, organizationId, userId, choice, at },
        update: { userId, choice, at },
      });
      return done('own', 'meeting.voted', { ...numberOf(scene), item: itemId, choice }, organizationId);
    }),
};

export const perform = (scene: Scene, act: MeetingAct): Promise<Outcome<Done>> =>
  (ACTS[act.do] as (scene: Scene, act: MeetingAct) => Promise<Outcome<Done>>)(scene, act);

/** The person as a member of an organization with a government seat in the pool; null where there is none such. */
export async function chairOf(
  tx: Prisma.TransactionClient,
  poolId: string,
  userId: string,
): Promise<Pick<Actor, 'role' | 'kind'> | null> {
  const member = await tx.member.findFirst({
    where: { userId, organization: { kind: 'agency', pools: { some: { poolId, role: 'government' } } } },
    select: { role: true },
  });
  return member ? { role: member.role as Actor['role'], kind: 'agency' } : null;
}

/** Those who were not heard of have left when they were last heard of; on the record once somebody acts. */
export async function sweep(scene: Scene): Promise<RecordDraft[]> {
  const { tx, meeting, at } = scene;
  const gone = meeting.attendance.filter((stay) => stay.leftAt === null && endOf(stay, at) !== null);
  const drafts: RecordDraft[] = [];
  for (const stay of gone) {
    await tx.attendance.update({ where: { id: stay.id }, data: { leftAt: stay.seenAt } });
    await lowerHands(scene, stay.userId);
    const organization = await tx.organization.findUnique({
      where: { id: stay.organizationId },
      select: { kind: true },
    });
    drafts.push({
      kind: goingOf(organization?.kind ?? 'manufacturer'),
      poolId: meeting.poolId,
      subjectId: stay.organizationId,
      body: { meeting: meeting.number, person: stay.userId },
    });
  }
  return drafts;
}
