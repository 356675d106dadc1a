/** What a phase means to people: what happens in it, what leaving it does, and what waits on whom. */
import type { Right } from '#domain/actors.ts';
import type { Phase } from '#domain/rounds.ts';

/** One or two sentences of what goes on now. Buyers of an open pool read more beside their sheet than its page of totals shows. */
export const phaseLead = (phase: Phase, kind: 'sealed' | 'open'): string =>
  phase === 'collect' && kind === 'open'
    ? 'Buyers enter their demand in one sheet and see its exact sums there. This page shows what everybody reads.'
    : PHASE_LEAD[phase];

const PHASE_LEAD: Record<Phase, string> = {
  collect: 'Manufacturers enter their demand, unseen by one another.',
  review: 'Demand is frozen and the last totals are out. Members read them before offers are called for.',
  offers: 'Suppliers’ offers are being entered and stay sealed until the administrator opens them.',
  match: 'Offers are open. The administrator matches them to the pool and to the reserve’s priorities.',
  award: 'Proposed orders are with the officials.',
  contract: 'Decided orders go to contract.',
  closed: 'This round is over. Everything in it stays readable.',
};

/** What the administrator brings about by leaving the phase: said before it is done. */
export const ADVANCE_EFFECT: Record<Phase, readonly string[]> = {
  collect: [
    'Every demand sheet freezes. Nobody can change a line in this round any more.',
    'One last release of the pool goes to all members at the same moment.',
    'This cannot be undone.',
  ],
  review: [
    'Members can no longer step back from the pool.',
    'Offers go on being entered, sealed, until you open them.',
  ],
  offers: [
    'Every offers sheet freezes at its present version, and these versions go into the record.',
    'Members of the pool may read who offers what and at which prices; sizes of offers stay with those who tend them.',
    'This cannot be undone.',
  ],
  match: [
    'The orders of the latest solved run go to the officials for review.',
    'Each manufacturer sees its own award, and nothing of anybody else.',
    'No further run counts in this round.',
  ],
  award: ['All orders are decided. The decisions stand and go to contract.'],
  contract: ['The round closes. Its sheets, releases, orders and record stay readable.'],
  closed: [],
};

/** What waits on a person with these rights in a pool of this phase; null when nothing does. */
export function waitsOn(phase: Phase, may: (right: Right) => boolean): string | null {
  if (may('phase.advance')) return ADMINISTRATOR[phase];
  if (may('demand.edit')) return EDITOR[phase];
  if (may('orders.return')) return phase === 'award' ? 'Decide on orders' : null;
  if (may('offers.edit'))
    return phase === 'collect' || phase === 'review' || phase === 'offers' ? 'Enter offers' : null;
  return null;
}

const ADMINISTRATOR: Record<Phase, string | null> = {
  collect: 'Close collection when due',
  review: 'Call for offers',
  offers: 'Open the offers when due',
  match: 'Run the match',
  award: null,
  contract: 'Close the round',
  closed: null,
};

const EDITOR: Record<Phase, string | null> = {
  collect: 'Enter your demand',
  review: 'Read the totals',
  offers: null,
  match: null,
  award: 'See your award',
  contract: 'See your award',
  closed: null,
};
