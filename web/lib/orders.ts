/** Words and colours for what an order is and who touched it. */
import type { OrderState, Verdict } from '#web/state/api.ts';

export const ORDER_STATE: Record<OrderState, { title: string; tone: 'quiet' | 'action' | 'good' | 'wait' | 'bad' }> = {
  proposed: { title: 'Proposed', tone: 'wait' },
  inReview: { title: 'In review', tone: 'wait' },
  approved: { title: 'Approved', tone: 'good' },
  returned: { title: 'Returned', tone: 'quiet' },
  rejected: { title: 'Rejected', tone: 'bad' },
};

export const isUndecided = (state: OrderState): boolean => state === 'proposed' || state === 'inReview';

export const VERDICT_TITLE: Record<Verdict, string> = {
  open: 'Took it into review',
  approve: 'Approved',
  return: 'Returned',
  reject: 'Rejected',
  comment: 'Commented',
};

const STAGES: Record<string, string> = {
  operating: 'Operating',
  expansion: 'Being expanded',
  restart: 'Being restarted',
  development: 'In development',
};
export const stageTitle = (stage: string): string => STAGES[stage] ?? stage;

export const SINK_TITLE = { pool: 'The pool', reserve: 'The reserve' } as const;
