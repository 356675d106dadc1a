/** The panel beside a sheet in a browser: held comments, lines that come back, names of versions, where the keyboard goes. */
import axe from 'axe-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import { AsideState } from '#web/conversation/aside.svelte.ts';
import Comments from '#web/conversation/Comments.svelte';
import CellHistory from '#web/history/CellHistory.svelte';
import Versions from '#web/history/Versions.svelte';
import type { Conversation, Thread } from '#web/state/api.ts';
import { answerWith } from './support/answers.ts';
import { LINE, openSheet, settled } from './support/sheet-page.ts';
import { smallCatalogue } from './support/small-catalogue.ts';

beforeEach(() => {
  document.documentElement.lang = 'en';
  document.title = 'Test';
});
afterEach(() => {
  vi.restoreAllMocks();
});

const AT = '2026-11-24T09:00:00.000Z';
const thread = (more: Partial<Thread['comments'][number]>): Thread => ({
  id: crypto.randomUUID(),
  row: 'a',
  column: 'quantity',
  resolved: null,
  comments: [
    {
      ...{ id: crypto.randomUUID(), text: 'We alone need 437 of it', mentions: [], state: 'held', at: AT },
      ...{ isEdited: false, isDeleted: false, by: 'Imani Okafor', isMine: true, reason: '' },
      ...more,
    },
  ],
});
const violations = async () => {
  const rules = { region: { enabled: false }, 'page-has-heading-one': { enabled: false } };
  const { violations } = await axe.run(document.body, { rules });
  return violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(' ')}`);
};

/** A sheet of several parties with these threads, and what its panel asked of the server. */
async function talkOf(threads: Thread[], view: Partial<Conversation> = {}) {
  const opened = await openSheet({ a: LINE });
  const shown: Conversation = { threads, mayWrite: true, mayDecide: false, holds: true, ...view };
  const heard = answerWith({
    [`/sheets/${opened.sheet.id}/comments`]: ({ method }) => {
      if (method === 'GET') return shown;
      shown.threads = [...shown.threads, thread({})];
      return shown.threads.at(-1);
    },
    '/comments/': ({ body }) => {
      const { reason } = body as { reason: string };
      shown.threads = [thread({ isMine: false, state: 'withheld', reason })];
      return shown.threads[0];
    },
  });
  const aside = new AsideState(opened.sheet);
  aside.show('comments', { row: 'a', column: 'quantity' });
  await aside.conversation.all.refresh();
  await render(Comments, { aside });
  return { ...opened, heard };
}

test('[CM17] a number is said to be held while it is typed, and the comment then stands as held, for its author', async () => {
  using _talk = await talkOf([]);
  await page.getByLabelText('Comment').fill('We alone need a little of it');
  expect(page.getByText(/reads like a number/).elements()).toHaveLength(0);
  await page.getByLabelText('Comment').fill('We alone need 437 of it');
  await expect.element(page.getByText(/reads like a number: this is held/)).toBeVisible();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.element(page.getByText('Held', { exact: true })).toBeVisible();
  await expect
    .element(page.getByText('Nobody else knows of it until the administrator shows it', { exact: false }))
    .toBeVisible();
  expect(page.getByRole('button', { name: 'Show in the sheet' }).elements()).toHaveLength(0);
  expect(await violations()).toEqual([]);
});

test('[CM18] who decides shows a held comment or keeps it back with a reason that its author reads', async () => {
  using talk = await talkOf([thread({ isMine: false })], { mayDecide: true });
  await expect.element(page.getByRole('button', { name: 'Show in the sheet' })).toBeVisible();
  await page.getByRole('button', { name: 'Keep back' }).click();
  await page.getByLabelText(/Why it cannot be shown/).fill('an amount of one company');
  expect(await violations()).toEqual([]);
  await page.getByRole('button', { name: 'Keep back' }).click();
  await expect.element(page.getByText('Kept back')).toBeVisible();
  expect(talk.heard.find(({ path }) => path.endsWith('/decisions'))?.body).toEqual({
    ...{ verdict: 'withhold', reason: 'an amount of one company' },
  });
});

const VERSION = {
  id: crypto.randomUUID(),
  seq: 3,
  seqAt: AT,
  name: 'Before',
  note: '',
  at: AT,
  own: true,
  by: 'Dana Kim',
  userId: 'dana',
};

async function versionsOf() {
  const opened = await openSheet({ a: LINE });
  const versions = [{ ...VERSION }];
  const removed = {
    row: 'gone',
    seq: 7,
    at: AT,
    by: 'Lee Ortiz',
    userId: crypto.randomUUID(),
    cells: { ...LINE, quantity: 55 },
  };
  const left = [removed];
  const restored = { seq: 6, rows: 1, kept: [], keptCount: 0, writtenSeq: null };
  const heard = answerWith({
    [`/sheets/${opened.sheet.id}/versions`]: () => versions,
    [`/sheets/${opened.sheet.id}/removed`]: () => ({ rows: left, next: null }),
    [`/sheets/${opened.sheet.id}/restore`]: ({ method }) => {
      if (method === 'POST') left.length = 0;
      return restored;
    },
    '/contributions': () => [],
    '/versions/': ({ body }) => Object.assign(versions[0] ?? {}, body),
  });
  const aside = new AsideState(opened.sheet);
  await render(Versions, { aside, catalogue: smallCatalogue() });
  return { ...opened, heard };
}

test('[HY19] a deleted line is listed by what stood in it, and comes back after one has read what would be written', async () => {
  using sheet = await versionsOf();
  await expect.element(page.getByText(/55 kg/)).toBeVisible();
  await page.getByRole('button', { name: 'Bring back' }).click();
  await expect.element(page.getByText(/1 line will be written as a new edit of yours/)).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await settled(() => document.querySelector('[role=dialog]') === null);
  const written = sheet.heard.find(({ method, path }) => method === 'POST' && path.endsWith('/restore'));
  expect(written?.body).toEqual({ seq: 6, row: 'gone' });
  await settled(() => page.getByRole('heading', { name: 'Deleted lines' }).elements().length === 0);
});

test('[HY20] a version is renamed in its place by its author; Escape keeps the old name, and the keyboard goes back', async () => {
  using _sheet = await versionsOf();
  const button = page.getByRole('button', { name: 'Rename Before' });
  await button.click();
  await settled(() => document.activeElement?.tagName === 'INPUT');
  await userEvent.keyboard('Something else{Escape}');
  await settled(() => document.activeElement?.getAttribute('aria-label') === 'Rename Before');
  await userEvent.keyboard('{Enter}');
  await settled(() => document.activeElement?.tagName === 'INPUT');
  await userEvent.keyboard('After the review{Enter}');
  await expect.element(page.getByText('After the review', { exact: true })).toBeVisible();
  await settled(() => document.activeElement?.getAttribute('aria-label') === 'Rename After the review');
  expect(await violations()).toEqual([]);
});

test('[HY18] the open history goes with the selected cell; in the clean room it stays, for each reading is on the record', async () => {
  for (const [access, expected] of [
    ['edit', ['quantity', 'grade']],
    ['cleanRoom', ['quantity']],
  ] as const) {
    using opened = await openSheet({ a: LINE }, { access });
    const asked: string[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      const url = new URL(input instanceof Request ? input.url : String(input), location.href);
      if (url.pathname.endsWith('/changes')) asked.push(url.searchParams.get('column') ?? '');
      return new Response(JSON.stringify({ changes: [], next: null }), {
        headers: { 'content-type': 'application/json' },
      });
    });
    const aside = new AsideState(opened.sheet);
    aside.show('history', { row: 'a', column: 'quantity' });
    const view = await render(CellHistory, { aside, catalogue: smallCatalogue() });
    await settled(() => asked.length === 1);
    // Passing a cell asks for nothing.
    aside.around.onStand?.('a', 'unit');
    aside.around.onStand?.('a', 'grade');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(asked).toEqual(expected);
    await view.unmount();
  }
});
