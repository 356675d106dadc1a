/** Products as people choose and read them: mineral and form by name. Used by the reserve's pages. */
import type { Catalogue } from '#domain/catalogue.ts';
import { capital } from './format.ts';

export interface Product {
  mineral: string;
  form: string;
}

export const productName = (catalogue: Catalogue | null, { mineral, form }: Product): string =>
  catalogue?.forms.get(form)?.name ?? catalogue?.minerals.get(mineral)?.name ?? form;

/** Forms under their minerals, by name; the value of each is 'mineral:form'. */
export const productChoices = (
  catalogue: Catalogue,
): { group: string; options: { value: string; title: string }[] }[] =>
  [...catalogue.minerals.values()]
    .map(({ id, name }) => ({
      group: capital(name),
      options: [...catalogue.forms.values()]
        .filter(({ mineral }) => mineral === id)
        .map((form) => ({ value: `${id}:${form.id}`, title: capital(form.name) })),
    }))
    .filter(({ options }) => options.length > 0)
    .sort((a, b) => a.group.localeCompare(b.group, 'en'));

export function productOf(value: string): Product {
  const [mineral = '', form = ''] = value.split(':');
  return { mineral, form };
}
