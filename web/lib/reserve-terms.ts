/** The terms of the reserve as officials change them: the fields of the dialog and its request. Used by panels/ReserveTerms. */
import { TERM_BASIS, TERM_NAMES, TERM_TITLE, type TermName, type VaultTerms } from '#domain/vault-terms.ts';
import type { Deed, DeedField } from '#web/panels/DeedDialog.svelte';
import { api } from '#web/state/api.ts';
import { attempt } from '#web/state/faults.ts';
import { NO, readTyped, YES } from './typed-terms.ts';

export type TermsView = Awaited<ReturnType<typeof api.reserve.terms>>;

function fieldOf(term: TermName, terms: VaultTerms): DeedField {
  const value = terms[term];
  const of = { id: term, optional: true, help: `${TERM_BASIS[term]}. Empty: not decided.`.replace(/^\. /, '') };
  if (term === 'priceRule')
    return {
      ...of,
      label: TERM_TITLE[term],
      kind: 'long',
      value: terms.priceRule,
      help: 'How it is set. Empty: not decided.',
    };
  if (term === 'buyBack')
    return {
      ...of,
      label: 'Buy-back of the same amount at the same price',
      kind: 'choice',
      value: value === null ? '' : value ? YES : NO,
      groups: [
        {
          group: '',
          options: [
            { value: YES, title: 'Yes' },
            { value: NO, title: 'No' },
          ],
        },
      ],
    };
  const unit = term === 'replenishDays' ? 'days' : '%';
  const help = of.help.charAt(0).toUpperCase() + of.help.slice(1);
  return {
    ...of,
    help,
    label: `${TERM_TITLE[term]}, ${unit}`,
    kind: 'percent',
    value: value === null ? '' : String(value),
  };
}

export const termsDeed = ({ version, terms }: TermsView, put: (view: TermsView) => void): Deed => ({
  title: 'Change the terms of the program',
  lead: 'Manufacturers read them. The record keeps what you change, from what to what.',
  submit: 'Change them',
  fields: TERM_NAMES.map((term) => fieldOf(term, terms)),
  run: async (values) => {
    const answer = await attempt(async () => api.reserve.setTerms({ after: version, terms: readTyped(values) }));
    if (answer.ok) put(answer.value);
    return answer;
  },
});
