/** What is entered of an approved order, each as the fields it asks for and the request it makes. Used by the order's page. */
import { DROP_REASONS, DROP_TITLE, type StepKind } from '#domain/fulfilment.ts';
import type { Deed, DeedField } from '#web/panels/DeedDialog.svelte';
import { api } from '#web/state/api.ts';
import type { OrderFulfilment, OrderStep } from '#web/state/fulfilment.svelte.ts';

const PLAIN: Record<StepKind, { title: string; lead: string; submit: string; paper: string }> = {
  contracted: {
    title: 'Enter a contract',
    lead: 'So much of the order was signed with the supplier. The supplier reads it from then on.',
    submit: 'Enter the contract',
    paper: 'Number of the contract',
  },
  delivered: {
    title: 'Enter a delivery',
    lead: 'So much of what was contracted came in. It counts as accepted once its assay is entered.',
    submit: 'Enter the delivery',
    paper: 'Number of the delivery note',
  },
  accepted: {
    title: 'Enter an acceptance',
    lead: 'So much of what was delivered passed its assay.',
    submit: 'Enter the acceptance',
    paper: 'Certificate of the assay',
  },
  rejected: {
    title: 'Enter what was turned down',
    lead: 'So much of what was delivered failed its assay. It may be delivered again.',
    submit: 'Enter what was turned down',
    paper: 'Certificate of the assay',
  },
  droppedOut: {
    title: 'Enter what fell through',
    lead: 'So much of the order will not come. The reason counts in the round’s funnel.',
    submit: 'Enter what fell through',
    paper: '',
  },
};

export const stepTitle = (kind: StepKind): string => PLAIN[kind].submit;
const plain = (kilograms: number): string => String(Number(kilograms.toFixed(3)));
const kilograms = (text = ''): string => text.replace(/[,\s]/g, '');

export function stepDeed(state: OrderFulfilment, kind: StepKind, room: number, today: string): Deed {
  const { title, lead, submit, paper } = PLAIN[kind];
  const isAssay = kind === 'accepted' || kind === 'rejected';
  const fields: (DeedField | false)[] = [
    {
      id: 'kg',
      label: 'Amount',
      kind: 'kg',
      help: `Kilograms of contained element, at most ${plain(room)}.`,
    },
    { id: 'day', label: 'Day', kind: 'day', value: today },
    kind === 'droppedOut'
      ? {
          id: 'reason',
          label: 'Reason',
          kind: 'choice',
          groups: [{ group: '', options: DROP_REASONS.map((value) => ({ value, title: DROP_TITLE[value] })) }],
        }
      : { id: 'reference', label: paper, kind: 'text' },
    isAssay && { id: 'assayPct', label: 'Purity found, %', kind: 'percent', optional: true },
  ];
  return {
    title,
    lead,
    submit,
    danger: kind === 'droppedOut',
    fields: fields.filter((field) => field !== false),
    run: ({ kg, day = '', reference = '', reason = '', assayPct = '' }) =>
      state.change(() =>
        api.fulfilment.enter({
          orderId: state.id,
          kind,
          kg: kilograms(kg),
          day,
          reference,
          reason: DROP_REASONS.find((one) => one === reason) ?? null,
          assayPct: assayPct === '' ? null : Number(assayPct.replace('%', '')),
        }),
      ),
  };
}

export const strikeDeed = (state: OrderFulfilment, step: OrderStep): Deed => ({
  title: 'Strike out a step',
  lead: 'For what was entered in error. It stays to be read with your reason, and no longer counts.',
  submit: 'Strike it out',
  danger: true,
  fields: [{ id: 'why', label: 'What was wrong', kind: 'long' }],
  run: ({ why = '' }) => state.change(() => api.fulfilment.strike({ orderId: state.id, stepId: step.id, why })),
});
