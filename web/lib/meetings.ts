/** Words for a supervised session, and which of a pool's sessions a page shows first. */
import type { MeetingCard, MeetingView } from '#web/state/api.ts';

export const MEETING_PHASE: Record<MeetingCard['phase'], { title: string; tone: 'quiet' | 'good' | 'wait' | 'bad' }> = {
  scheduled: { title: 'Scheduled', tone: 'wait' },
  open: { title: 'In session', tone: 'good' },
  closed: { title: 'Closed', tone: 'quiet' },
  cancelled: { title: 'Cancelled', tone: 'bad' },
};

export const CHOICE_TITLE = { yes: 'For', no: 'Against', abstain: 'Abstain' } as const;
export const OUTCOME_TITLE = { carried: 'Carried', notCarried: 'Not carried' } as const;

/** The one in session, else the next to come, else the newest. */
export function firstShown(cards: readonly MeetingCard[]): MeetingCard | null {
  const next = cards
    .filter(({ phase }) => phase === 'scheduled')
    .toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : 1))[0];
  return cards.find(({ phase }) => phase === 'open') ?? next ?? cards[0] ?? null;
}

export const somebody = (person: NonNullable<MeetingView['floor']>): string =>
  person.isMe ? 'You' : (person.name ?? 'A manufacturer');
