/** The card of a guided path on a page: keyboard, screen reader, anchors that are there, late or missing. */
import axe from 'axe-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import { isMarked, mark, wipeMarks } from '#web/state/person-marks.ts';
import TourCard from '#web/tours/TourCard.svelte';
import { tours } from '#web/tours/tours.svelte.ts';

const STEPS = [
  { path: '/', anchor: 'first-thing', title: 'The first thing', text: 'What it is for.' },
  { path: '/other', anchor: 'late-thing', title: 'The late thing', text: 'It comes with its page.' },
  { path: '/other', anchor: 'no-thing', title: 'Nowhere', text: 'This screen has no place for it.' },
];
const card = () => page.getByRole('dialog');
const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();

beforeEach(() => {
  document.documentElement.lang = 'en';
  document.title = 'Test';
  document.body.insertAdjacentHTML(
    'beforeend',
    '<main id="content" tabindex="-1"><h1>Page</h1><button data-tour="first-thing">First</button></main>',
  );
});
afterEach(() => {
  document.getElementById('content')?.remove();
  wipeMarks(() => false);
});

test('[TR1] the keyboard goes to the card at each step, Next, Back and Done lead through it, and Escape ends it', async () => {
  await page.viewport(1200, 800);
  const went: string[] = [];
  const onend = vi.fn();
  const view = await render(TourCard, {
    title: 'Path',
    steps: STEPS,
    go: async (path: string) => went.push(path),
    onend,
  });
  await expect.element(card()).toHaveFocus();
  await expect.element(card()).toHaveAccessibleName('The first thing');
  await expect.element(card()).toHaveAccessibleDescription('What it is for.');
  await expect.element(card()).toHaveAttribute('aria-modal', 'false');
  expect(page.getByRole('button', { name: 'Back' }).elements()).toHaveLength(0);
  await page.getByRole('button', { name: 'Next' }).click();
  await expect.element(card()).toHaveAccessibleName('The late thing');
  await expect.element(card()).toHaveFocus();
  expect(document.querySelector('[role=dialog] [aria-live=polite]')?.textContent?.trim()).toBe('Path: Step 2 of 3');
  await page.getByRole('button', { name: 'Back' }).click();
  await expect.element(card()).toHaveAccessibleName('The first thing');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  expect(went).toEqual(['/', '/other', '/', '/other', '/other']);
  await page.getByRole('button', { name: 'Done' }).click();
  expect(onend).toHaveBeenCalledTimes(1);
  await userEvent.keyboard('{Escape}');
  expect(onend).toHaveBeenCalledTimes(2);
  await view.unmount();
});

test('[TR2] the card stands beside its anchor, also one that comes late; without one, and on a phone, at the bottom', async () => {
  await page.viewport(1200, 800);
  const view = await render(TourCard, { title: 'Path', steps: STEPS, go: async () => {}, onend: () => {} });
  const anchor = box('[data-tour="first-thing"]');
  await expect.poll(() => box('[role=dialog]')?.top).toBeCloseTo((anchor?.bottom ?? 0) + 12, 0);
  await page.getByRole('button', { name: 'Next' }).click();
  await expect.poll(() => Math.round(box('[role=dialog]')?.bottom ?? 0)).toBe(800 - 12);
  document
    .getElementById('content')
    ?.insertAdjacentHTML('afterbegin', '<div data-tour="late-thing" style="height: 40px">Late</div>');
  await expect
    .poll(() => (box('[role=dialog]')?.top ?? 0) - (box('[data-tour="late-thing"]')?.bottom ?? 0))
    .toBeCloseTo(12, 0);
  await page.viewport(390, 844);
  await expect.poll(() => Math.round(box('[role=dialog]')?.bottom ?? 0)).toBe(844 - 12 - 58);
  await view.unmount();
});

test.for(['light', 'dark'])('[TR3] axe finds nothing in the card: %s', async (theme) => {
  document.documentElement.dataset.theme = theme;
  const view = await render(TourCard, { title: 'Path', steps: STEPS, go: async () => {}, onend: () => {} });
  await expect.element(card()).toHaveFocus();
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
  await view.unmount();
  delete document.documentElement.dataset.theme;
});

test('[TR4] a path is offered until it is started or declined, by each person; signing out forgets it', () => {
  mark('someone else', 'tourOffered');
  expect(tours.isOffered('imani')).toBe(true);
  document.querySelector<HTMLElement>('[data-tour="first-thing"]')?.focus();
  tours.start('manufacturer', 'imani');
  expect(tours.isOffered('imani')).toBe(false);
  expect(tours.running).toBe('manufacturer');
  tours.end();
  expect(tours.running).toBeNull();
  expect(document.activeElement?.textContent).toBe('First');
  expect(isMarked('imani', 'tourOffered')).toBe(true);
  wipeMarks((userId) => userId === 'imani');
  expect(isMarked('someone else', 'tourOffered')).toBe(false);
  expect(isMarked('imani', 'tourOffered')).toBe(true);
  wipeMarks(() => false);
  expect(isMarked('imani', 'tourOffered')).toBe(false);
});
