/** What the mouse points at on a map. Pointing and clicking only add to what the table says, so countries are no controls of their own. */
import type { Attachment } from 'svelte/attachments';

/** A country, and where the mouse is within the picture, in CSS pixels. */
export interface Pointed {
  iso3: string;
  x: number;
  y: number;
}

/** For a picture whose countries carry their code as `data-iso3`. */
export const pointingAt =
  (onpoint: (found: Pointed | null) => void, onpick: (iso3: string) => void): Attachment<SVGSVGElement> =>
  (svg) => {
    const codeAt = ({ target }: Event): string | null =>
      target instanceof Element ? (target.closest('[data-iso3]')?.getAttribute('data-iso3') ?? null) : null;
    const move = (event: PointerEvent) => {
      const iso3 = codeAt(event);
      const box = svg.getBoundingClientRect();
      onpoint(iso3 ? { iso3, x: event.clientX - box.left, y: event.clientY - box.top } : null);
    };
    const leave = () => onpoint(null);
    const click = (event: MouseEvent) => {
      const iso3 = codeAt(event);
      if (iso3) onpick(iso3);
    };
    svg.addEventListener('pointermove', move);
    svg.addEventListener('pointerleave', leave);
    svg.addEventListener('click', click);
    return () => {
      svg.removeEventListener('pointermove', move);
      svg.removeEventListener('pointerleave', leave);
      svg.removeEventListener('click', click);
    };
  };
