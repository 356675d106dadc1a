/** The catalogue of minerals, forms and units: read once for each page load, shared by every route. */

import { untrack } from 'svelte';
import { type Catalogue, type CatalogueData, indexCatalogue } from '#domain/catalogue.ts';
import { api } from './api.ts';
import { Fetched } from './fetched.svelte.ts';

export const catalogue = new Fetched<Catalogue>(async () => indexCatalogue((await api.catalogue()) as CatalogueData));

/** Starts reading unless it is there or under way. Untracked: an effect that asks must not ask again each time the server is down. */
export function needCatalogue(): void {
  untrack(() => {
    if (!catalogue.value && !catalogue.isBusy) void catalogue.refresh();
  });
}
