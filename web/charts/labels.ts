/** Picks which labels of a map fit without touching each other. Used by WorldMap. */

export interface LabelBox {
  key: string;
  x: number;
  y: number;
  text: string;
}

const CHAR = 6.6;
const HEIGHT = 15;

/** The first of two that would touch stays: give the most important first. `width` is where the map ends, pixels. */
export function labelsThatFit(wanted: readonly LabelBox[], width: number): LabelBox[] {
  const kept: LabelBox[] = [];
  const half = (box: LabelBox): number => (box.text.length * CHAR) / 2 + 4;
  const touch = (a: LabelBox, b: LabelBox): boolean =>
    Math.abs(a.x - b.x) < half(a) + half(b) && Math.abs(a.y - b.y) < HEIGHT;
  for (const box of wanted)
    if (box.x - half(box) > 0 && box.x + half(box) < width && !kept.some((other) => touch(box, other))) kept.push(box);
  return kept;
}
