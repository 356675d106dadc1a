/** Where the keyboard goes when the thing that had it is gone from the panel: never to the top of the page. */
import { tick } from 'svelte';

/** To the element with this id, or to the panel itself. Leaves a focus that is somewhere alone. */
export async function keepKeyboard(id?: string): Promise<void> {
  await tick();
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const near = id === undefined ? null : document.getElementById(id);
  (near ?? document.querySelector<HTMLElement>('aside[data-beside-sheet]'))?.focus();
}
