/** The look's colours, held by arithmetic: axe cannot see contrast on hatches, overlays and focus rings. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const WEB = fileURLToPath(new URL('../../web', import.meta.url));
const COLOUR = /--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g;
const colours = new Map(
  [...readFileSync(join(WEB, 'app.css'), 'utf8').matchAll(COLOUR)].map(([, name = '', light = '', dark = '']) => [
    name,
    { light, dark },
  ]),
);

/** WCAG 2.2, relative luminance of an sRGB colour. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(front: string, back: string, theme: 'light' | 'dark'): number {
  const [a, b] = [front, back].map((name) => luminance(colours.get(name)?.[theme] ?? '#777777'));
  const [low = 0, high = 0] = [a ?? 0, b ?? 0].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const TEXT: [string, string[]][] = [
  ['ink', ['ground', 'paper', 'sunk', 'action-soft', 'bad-soft', 'wait-soft', 'good-soft']],
  ['ink-2', ['ground', 'paper', 'sunk', 'action-soft', 'hatch-ground', 'hatch-line']],
  ['ink-3', ['ground', 'paper', 'sunk', 'action-soft']],
  ['action', ['ground', 'paper', 'sunk', 'action-soft']],
  ['action-ink', ['action', 'action-hover']],
  ['good', ['paper', 'good-soft']],
  ['wait', ['paper', 'wait-soft']],
  ['bad', ['paper', 'ground', 'sunk', 'bad-soft']],
  ['bad-ink', ['bad']],
  ['peer-ink', ['peer-1', 'peer-2', 'peer-3', 'peer-4']],
];
const GRAPHICS: [string, string[]][] = [
  ['edge', ['paper', 'ground']],
  ['bar', ['paper', 'bar-3']],
  ['bar-2', ['paper']],
  ['peer-1', ['paper']],
  ['peer-2', ['paper']],
  ['peer-3', ['paper']],
  ['peer-4', ['paper']],
];

const below = (pairs: [string, string[]][], least: number): string[] =>
  pairs.flatMap(([front, backs]) =>
    backs.flatMap((back) =>
      (['light', 'dark'] as const)
        .map((theme) => ({ theme, ratio: contrast(front, back, theme) }))
        .filter(({ ratio }) => ratio < least)
        .map(({ theme, ratio }) => `${front} on ${back}, ${theme}: ${ratio.toFixed(2)}`),
    ),
  );

test('[LK1] every text colour reaches 4.5 : 1 on every ground it stands on, light and dark', () => {
  const unnamed = [...TEXT, ...GRAPHICS].flat(2).filter((name) => !colours.has(name));
  expect(unnamed).toEqual([]);
  expect(below(TEXT, 4.5)).toEqual([]);
});

test('[LK2] edges of controls, bars and the borders of colleagues reach 3 : 1', () => {
  expect(below(GRAPHICS, 3)).toEqual([]);
});

test('[LK3] no component names a colour of its own: each comes from app.css', () => {
  const files = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.(svelte|css)$/.test(path) && path !== 'app.css' && !path.includes('node_modules'),
  );
  const literal = /#[0-9a-f]{3,8}\b(?=[;\s,)])|\b(?:rgb|hsl|oklch)a?\(/i;
  const faults = files.flatMap((path) => {
    const styles = readFileSync(join(WEB, path), 'utf8').split('<style>')[path.endsWith('.css') ? 0 : 1] ?? '';
    return styles.split('\n').flatMap((line) => (literal.test(line) ? [`${path}: ${line.trim()}`] : []));
  });
  expect(files.length).toBeGreaterThan(50);
  expect(faults).toEqual([]);
});
