/** Words and colours for what an order is and who touched it. */
import { DROP_TITLE } from '#domain/fulfilment.ts';
import type { AwardView, OrderState, Verdict } from '#web/state/api.ts';

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
  recuse: 'Declared a conflict of interest',
};

const STAGES: Record<string, string> = {
  operating: 'Operating',
  expansion: 'Being expanded',
  restart: 'Being restarted',
  development: 'In development',
};
export const stageTitle = (stage: string): string => STAGES[stage] ?? stage;

export const SINK_TITLE = { pool: 'The pool', reserve: 'The reserve' } as const;

type Became = AwardView['parts'][number]['became'];
const FAR = { none: '', part: 'in part', whole: 'in full' } as const;

/** 'Contracted in full, delivered in part'; empty where nothing was entered yet. */
export function becameWords(became: Became): string {
  const said = (['contracted', 'delivered', 'accepted'] as const).flatMap((stage) =>
    became[stage] === 'none' ? [] : [`${stage} ${FAR[became[stage]]}`],
  );
  const why = became.reason === null ? '' : ` (${DROP_TITLE[became.reason].toLowerCase()})`;
  if (became.fellThrough !== 'none') said.push(`fell through ${FAR[became.fellThrough]}${why}`);
  const text = said.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
