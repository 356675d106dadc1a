/** The phases of a round, what each allows, and the order in which the administrator walks through them. */
import { accept, type Outcome, refuse } from './refusals.ts';

export const PHASES = ['collect', 'review', 'offers', 'match', 'award', 'contract', 'closed'] as const;
export type Phase = (typeof PHASES)[number];

export type SheetKind = 'demand' | 'offers' | 'priorities' | 'notes' | 'targets';

export const PHASE_TITLE: Record<Phase, string> = {
  collect: 'Collecting demand',
  review: 'Demand review',
  offers: 'Offers',
  match: 'Matching',
  award: 'Award',
  contract: 'Contract',
  closed: 'Closed',
};

/** What the administrator does to leave a phase, in words for a button. */
export const ADVANCE_TITLE: Record<Phase, string> = {
  collect: 'Close collection',
  review: 'Call for offers',
  offers: 'Open the offers',
  match: 'Propose the orders',
  award: 'Move to contract',
  contract: 'Close the round',
  closed: '',
};

/** Phases in which a kind of sheet takes edits. Priorities, targets and notes outlive rounds. */
const OPEN_IN: Record<SheetKind, readonly Phase[]> = {
  demand: ['collect'],
  offers: ['collect', 'review', 'offers'],
  priorities: PHASES,
  notes: PHASES,
  targets: PHASES,
};

export const takesEdits = (kind: SheetKind, phase: Phase): boolean => OPEN_IN[kind].includes(phase);

/** Offers stay sealed from the pool's members until the administrator has opened them. */
export const offersAreOpen = (phase: Phase): boolean => PHASES.indexOf(phase) >= PHASES.indexOf('match');

/** Where a round stands that matters for leaving its phase. */
export interface RoundState {
  phase: Phase;
  /** A match run of this round has been solved. */
  hasSolvedRun: boolean;
  /** Orders nobody has decided yet. */
  openOrders: number;
}

/** The next phase, or why the round cannot leave this one yet. */
export function nextPhase(round: RoundState): Outcome<Phase> {
  const next = PHASES[PHASES.indexOf(round.phase) + 1];
  if (!next) return refuse('round-closed', 'round', 'the round is closed', 'open the next round');
  if (round.phase === 'match' && !round.hasSolvedRun)
    return refuse('no-run', 'round', 'there is no solved match yet', 'run the match first');
  if (round.phase === 'award' && round.openOrders > 0)
    return refuse('orders-open', 'round', `${round.openOrders} orders are not decided`, 'decide each order first');
  return accept(next);
}

/** Phases in which a round may be followed by the next: everything in it is decided, and it closes where it was not closed yet. */
const FOLLOWED_FROM: readonly Phase[] = ['award', 'contract', 'closed'];

/** May the next round of a pool be opened now? */
export function mayOpenNext(round: Pick<RoundState, 'phase' | 'openOrders'>): Outcome<null> {
  if (!FOLLOWED_FROM.includes(round.phase))
    return refuse(
      'round-under-way',
      'round',
      `this round is in the phase ${PHASE_TITLE[round.phase].toLowerCase()}`,
      'award its orders first',
    );
  if (round.openOrders > 0)
    return refuse('orders-open', 'round', `${round.openOrders} orders are not decided`, 'decide each order first');
  return accept(null);
}

/** The longest that a round may be announced to collect. */
export const COLLECT_DAYS_MAX = 731;

/** When collection is said to close: after it opens, and in a time that people plan for. */
export function mayClose(opensAt: Date, closesAt: Date): Outcome<null> {
  const days = (closesAt.getTime() - opensAt.getTime()) / 86_400_000;
  if (days > 0 && days <= COLLECT_DAYS_MAX) return accept(null);
  return refuse(
    'closing-date',
    'closing date',
    days <= 0
      ? `${closesAt.toISOString().slice(0, 10)} is over`
      : `${closesAt.toISOString().slice(0, 10)} is more than two years away`,
    'choose a day within the next two years',
  );
}
