/** Where the card of a step stands: beside its anchor where there is room, else at the bottom of the window. All in CSS pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
export interface Size {
  width: number;
  height: number;
}

/** Between card and anchor, and between card and the edge of the window. */
const GAP = 12;
/** A window that is narrower has no room beside anything; its rail lies at the bottom. */
const NARROW = 760;
const RAIL_HEIGHT = 58;

export function placeCard(anchor: Box | null, card: Size, window: Size): { left: number; top: number } {
  const isNarrow = window.width <= NARROW;
  const right = window.width - card.width - GAP;
  const bottom = window.height - card.height - GAP - (isNarrow ? RAIL_HEIGHT : 0);
  if (isNarrow) return { left: Math.max(0, (window.width - card.width) / 2), top: Math.max(GAP, bottom) };
  if (!anchor) return { left: right, top: bottom };
  const within = (value: number, max: number) => Math.max(GAP, Math.min(value, max));
  const below = anchor.top + anchor.height + GAP;
  const above = anchor.top - card.height - GAP;
  const after = anchor.left + anchor.width + GAP;
  const before = anchor.left - card.width - GAP;
  if (below <= bottom) return { left: within(anchor.left, right), top: below };
  if (after <= right) return { left: after, top: within(anchor.top, bottom) };
  if (before >= GAP) return { left: before, top: within(anchor.top, bottom) };
  if (above >= GAP) return { left: within(anchor.left, right), top: above };
  return { left: right, top: bottom };
}
