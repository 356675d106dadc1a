/** The phases of a round, what each allows, and the order in which the administrator walks through them. */
import { accept, type Outcome, refuse } from './refusals.ts';

export const PHASES = ['collect', 'review', 'offers', 'match', 'award', 'contract', 'closed'] as const;
export type Phase = (typeof PHASES)[number];

export type SheetKind = 'demand' | 'offers' | 'priorities' | 'notes';

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

/** Phases in which a kind of sheet takes edits. Priorities and notes outlive rounds. */
const OPEN_IN: Record<SheetKind, readonly Phase[]> = {
  demand: ['collect'],
  offers: ['collect', 'review', 'offers'],
  priorities: PHASES,
  notes: PHASES,
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
  if (!next) return refuse('round-closed', 'round', 'the round is closed', 'open a new pool for the next horizon');
  if (round.phase === 'match' && !round.hasSolvedRun)
    return refuse('no-run', 'round', 'there is no solved match yet', 'run the match first');
  if (round.phase === 'award' && round.openOrders > 0)
    return refuse('orders-open', 'round', `${round.openOrders} orders are not decided`, 'decide each order first');
  return accept(next);
}
