/**
 * A supervised session of a pool: its phases, who may do what in it, what a vote comes to, and when somebody counts as present. Only the named federal
 * chair opens it, and while the chair is away nothing is decided. Used by the desk of sessions and by its page.
 */
import { type Actor, may, mayReadBuyers } from './actors.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import { knowsAuthor } from './talk.ts';

export const MEETING_PHASES = ['scheduled', 'open', 'closed', 'cancelled'] as const;
export type MeetingPhase = (typeof MEETING_PHASES)[number];
export const ITEM_KINDS = ['agenda', 'minutes', 'motion'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];
export const CHOICES = ['yes', 'no', 'abstain'] as const;
export type Choice = (typeof CHOICES)[number];
export const VOTE_OUTCOMES = ['carried', 'notCarried'] as const;
export type VoteOutcome = (typeof VOTE_OUTCOMES)[number];

/** Days between the notice and the session; a shorter notice needs a reason, which everybody reads. */
export const NOTICE_DAYS = 7;
/** Years for which everything said, written and decided is kept. */
export const RETENTION_YEARS = 5;
/** The chair may open it this much before its time, in minutes. */
export const EARLY_MINUTES = 15;
/** Who was not heard of for so long has dropped out, in seconds. */
export const DROPPED_SECONDS = 90;
export const TITLE_CHARS_MAX = 120;
export const REASON_CHARS_MAX = 500;
/** Lines of agenda and minutes, and motions, of one session. */
export const ITEMS_MAX = 200;

const DAY_MS = 86_400_000;

/** What the rules need to know of a session. Moments in milliseconds. */
export interface MeetingState {
  phase: MeetingPhase;
  startsAt: number;
  chairId: string;
  isChairHere: boolean;
  /** The actor is present. */
  isHere: boolean;
}

type Person = Pick<Actor, 'userId' | 'role'>;

/** Whole days of notice, and whether they are fewer than the rule asks. */
export function noticeOf(scheduledAt: number, startsAt: number): { days: number; isShort: boolean } {
  const days = Math.max(0, Math.floor((startsAt - scheduledAt) / DAY_MS));
  return { days, isShort: startsAt - scheduledAt < NOTICE_DAYS * DAY_MS };
}

/** Seven days and a reason where there are fewer; a chair who is a federal official with a seat in the pool. */
export function schedule(
  actor: Person,
  wanted: { startsAt: number; now: number; shortNotice: string; chair: Pick<Actor, 'role' | 'kind'> | null },
): Outcome<{ days: number; isShort: boolean }> {
  if (!may(actor, 'meeting.schedule'))
    return refuse('not-allowed', 'session', 'you schedule no sessions', 'ask an official or the administrator');
  if (wanted.startsAt <= wanted.now)
    return refuse('past', 'beginning', 'it is in the past', 'choose a moment that is still to come');
  if (wanted.chair === null || wanted.chair.kind !== 'agency' || !may(wanted.chair, 'meeting.chair'))
    return refuse('no-chair', 'chair', 'a session is chaired by a federal official of the pool', 'name one of them');
  const notice = noticeOf(wanted.now, wanted.startsAt);
  if (notice.isShort && wanted.shortNotice.trim() === '')
    return refuse(
      'short-notice',
      'beginning',
      `the notice is ${notice.days} days, and ${NOTICE_DAYS} are asked for`,
      'choose a later day, or say why it cannot wait',
    );
  return accept(notice);
}

export function open(actor: Person, meeting: MeetingState, now: number): Outcome<null> {
  if (meeting.phase !== 'scheduled')
    return refuse('phase', 'session', `it is ${meeting.phase} already`, 'look at the session again');
  if (actor.userId !== meeting.chairId)
    return refuse('not-chair', 'session', 'only its chair opens it', 'wait for the chair, or have another one named');
  if (now < meeting.startsAt - EARLY_MINUTES * 60_000)
    return refuse(
      'early',
      'session',
      'its time has not come',
      `open it from ${EARLY_MINUTES} minutes before its beginning on`,
    );
  return accept(null);
}

/** Acts that the chair leads: floor, presenter, subject, votes, the end. */
export function conduct(actor: Person, meeting: MeetingState): Outcome<null> {
  const isOpen = whileOpen(meeting);
  if (!isOpen.ok) return isOpen;
  if (actor.userId !== meeting.chairId)
    return refuse('not-chair', 'session', 'only its chair does this', 'ask the chair');
  if (!meeting.isChairHere)
    return refuse('chair-away', 'session', 'the chair is not present', 'join the session first');
  return accept(null);
}

export function whileOpen({ phase }: Pick<MeetingState, 'phase'>): Outcome<null> {
  if (phase === 'open') return accept(null);
  return phase === 'scheduled'
    ? refuse('not-open', 'session', 'it has not begun', 'wait until the chair opens it')
    : refuse('over', 'session', 'it is over', 'ask for another session');
}

/** What present people do: raise a hand, vote. Not while the chair is away. */
export function takePart(meeting: MeetingState): Outcome<null> {
  const isOpen = whileOpen(meeting);
  if (!isOpen.ok) return isOpen;
  if (!meeting.isHere) return refuse('not-here', 'session', 'you are not present', 'join the session first');
  if (!meeting.isChairHere)
    return refuse('chair-away', 'session', 'the chair is not present', 'wait until the chair is back');
  return accept(null);
}

/** The agenda is written from the notice on, minutes and motions while the session is open. */
export function write(actor: Person, kind: ItemKind, meeting: MeetingState): Outcome<null> {
  if (!may(actor, 'meeting.write'))
    return refuse('not-allowed', kind, `${actor.role} writes none`, 'raise your hand, or say it in the talk');
  if (kind === 'agenda' && meeting.phase === 'scheduled') return accept(null);
  const isOpen = whileOpen(meeting);
  if (!isOpen.ok) return isOpen;
  return meeting.isHere ? accept(null) : takePart(meeting);
}

/** The named chair is replaced before the beginning, or when the chair is away. */
export function replaceChair(
  actor: Person,
  meeting: MeetingState,
  next: Pick<Actor, 'role' | 'kind'> | null,
): Outcome<null> {
  if (meeting.phase !== 'scheduled' && meeting.phase !== 'open')
    return refuse('over', 'session', 'it is over', 'schedule another session');
  if (!may(actor, 'meeting.schedule'))
    return refuse('not-allowed', 'chair', 'you name no chair', 'ask an official or the administrator');
  if (meeting.phase === 'open' && meeting.isChairHere && actor.userId !== meeting.chairId)
    return refuse('chair-here', 'chair', 'the chair is present', 'ask the chair to hand over');
  if (next === null || next.kind !== 'agency' || !may(next, 'meeting.chair'))
    return refuse('no-chair', 'chair', 'a session is chaired by a federal official of the pool', 'name one of them');
  return accept(null);
}

/** More organizations for it than against; who abstains counts to neither side. */
export function outcomeOf(choices: readonly Choice[]): VoteOutcome {
  const of = (choice: Choice): number => choices.filter((one) => one === choice).length;
  return of('yes') > of('no') ? 'carried' : 'notCarried';
}

/** How many voted how tells how many organizations there are: for those who know the members, or where members know each other. */
export const readsCounts = (viewer: Pick<Actor, 'role'>, pool: 'sealed' | 'open'): boolean =>
  mayReadBuyers(viewer, pool);

/** May the viewer know that this person takes part? As in talk: in a sealed pool a manufacturer stays unnamed. */
export const knowsAttendance = (
  viewer: Actor,
  pool: 'sealed' | 'open',
  person: { organizationId: string; kind: Actor['kind'] },
): boolean =>
  person.kind === 'supplier'
    ? viewer.organizationId === person.organizationId || may(viewer, 'members.manage')
    : knowsAuthor(viewer, pool, person);

/** Who was seen last then has dropped out now. Both in milliseconds. */
export const hasDropped = (seenAt: number, now: number): boolean => now - seenAt > DROPPED_SECONDS * 1000;

/** Until when a session of that moment is kept; milliseconds in UTC. */
export function keptUntil(closedAt: Date): Date {
  const until = new Date(closedAt.getTime());
  until.setUTCFullYear(until.getUTCFullYear() + RETENTION_YEARS);
  return until;
}
