/** Keeps the keyboard's place where what had the focus is gone, such as a button whose deed is done. Used by dialogs and decisions. */
import { tick } from 'svelte';

/** The part of the page that this element belongs to; null: none, such as in a menu. */
export const partOf = (element: Element | null): HTMLElement | null =>
  element?.closest<HTMLElement>('section[aria-labelledby], main') ?? null;

/** Focus that fell off the page goes to `part`, or to the whole content where that is gone too. Focus that stands anywhere stays. */
export async function catchFocus(part: HTMLElement | null): Promise<void> {
  await tick();
  // A dialog gives the focus back itself, where it can, before the next frame.
  await new Promise(requestAnimationFrame);
  const at = document.activeElement;
  // A button that was turned off loses the focus only when the next frame is drawn.
  if (at !== document.body && !at?.matches(':disabled')) return;
  const kept = part?.isConnected ? part : document.querySelector('main');
  if (!kept) return;
  if (!kept.hasAttribute('tabindex')) kept.tabIndex = -1;
  kept.focus({ preventScroll: true });
}
