/** The guided paths against the pages they lead through: whose they are, that their anchors and pages exist, where their card stands. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { may, type Right, ROLES } from '#domain/actors.ts';
import { TOURS } from '#web/tours/paths.ts';
import { placeCard } from '#web/tours/place.ts';
import { tourFor } from '#web/tours/tour-for.ts';

const WEB = fileURLToPath(new URL('../../web', import.meta.url));
const sources = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.svelte') && !path.startsWith('node_modules'))
  .map((path) => readFileSync(join(WEB, path), 'utf8'));
const pageOf = (path: string): string =>
  join(WEB, 'routes/(app)', path.replace('POOL', '[pool]'), '+page.svelte').replaceAll('//', '/');

test('[TR5] the path that is offered follows from rights; who has no part in the work is offered none', () => {
  const offered = ROLES.map((role) => [role, tourFor((right: Right) => may({ role }, right))]);
  expect(Object.fromEntries(offered)).toEqual({
    editor: 'manufacturer',
    viewer: 'manufacturer',
    official: 'official',
    approver: 'official',
    administrator: 'administrator',
    liaison: null,
    observer: null,
  });
});

test.for(Object.entries(TOURS))(
  '[TR6] every step has a page and an anchor on it, four to six a path: %s',
  ([, tour]) => {
    expect(tour.steps.length).toBeGreaterThanOrEqual(4);
    expect(tour.steps.length).toBeLessThanOrEqual(6);
    expect(new Set(tour.steps.map(({ path }) => path)).size).toBeGreaterThan(1);
    for (const { path, anchor } of tour.steps) {
      expect(existsSync(pageOf(path)), `page of ${path}`).toBe(true);
      const places = [`data-tour="${anchor}"`, ` tour="${anchor}"`];
      expect(
        sources.some((source) => places.some((place) => source.includes(place))),
        `anchor ${anchor}`,
      ).toBe(true);
    }
  },
);

test('[TR2] the card never leaves the window and lies over its anchor only where it fits nowhere beside it', () => {
  const card = { width: 340, height: 160 };
  const window = { width: 1440, height: 900 };
  const anchors = [0, 80, 700, 1300].flatMap((left) =>
    [0, 60, 500, 860].flatMap((top) =>
      [30, 300].map((size) => ({ left, top, width: Math.min(size, 1440 - left), height: Math.min(size, 900 - top) })),
    ),
  );
  for (const anchor of anchors) {
    const at = placeCard(anchor, card, window);
    expect(at.left).toBeGreaterThanOrEqual(12);
    expect(at.top).toBeGreaterThanOrEqual(12);
    expect(at.left + card.width).toBeLessThanOrEqual(1440 - 12);
    expect(at.top + card.height).toBeLessThanOrEqual(900 - 12);
    const isOver =
      at.left < anchor.left + anchor.width &&
      at.left + card.width > anchor.left &&
      at.top < anchor.top + anchor.height &&
      at.top + card.height > anchor.top;
    expect(isOver, JSON.stringify(anchor)).toBe(false);
  }
  const whole = { left: 80, top: 100, width: 1360, height: 800 };
  expect(placeCard(whole, card, window)).toEqual({ left: 1440 - 340 - 12, top: 900 - 160 - 12 });
});
