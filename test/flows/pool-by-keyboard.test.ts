/** The pool, the talk and the administrator's steps in a real browser without a mouse: everything is reached with Tab and used with keys. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, Town } from '../support/people.ts';
import { removeFolder, type ServerProcess, startServer } from '../support/server.ts';

const MINUTES = 60_000;
const POOL = 'Gallium metal 2027';

let server: ServerProcess;
let town: Town;
beforeAll(async () => {
  server = await startServer({ SLOT_SECONDS: '86400' });
  town = await Town.found();
}, 3 * MINUTES);
afterAll(async () => {
  await town.leave();
  await server.stop();
  removeFolder(server.dataDir);
});

/** More than any page has to offer before the thing that is looked for. */
const STOPS_MAX = 150;

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === element.ownerDocument.activeElement);

/** Presses Tab until the target has the focus, as somebody does who cannot point at it; and sees that the focus is marked. */
async function tabTo(person: Person, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    if (await hasFocus(target)) {
      const { outline, shadow } = await target.evaluate((element) => {
        const style = element.ownerDocument.defaultView?.getComputedStyle(element);
        return { outline: style?.outlineStyle ?? 'none', shadow: style?.boxShadow ?? 'none' };
      });
      expect([String(target), outline === 'none' && shadow === 'none']).toEqual([String(target), false]);
      return;
    }
    await person.page.keyboard.press('Tab');
  }
  throw new Error(`${target} is not reached with Tab`);
}

async function use(person: Person, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(person, target);
  await person.page.keyboard.press(key);
}

const tab = (person: Person, name: string): Promise<void> =>
  use(person, person.page.getByRole('navigation', { name: 'Parts of the pool' }).getByRole('link', { name }));

/** Signs in, opens the pool and reads the rules of talk. */
async function comes(name: string): Promise<Person> {
  const person = await town.person(name);
  const { page } = person;
  await page.goto(`${server.origin}/signin`);
  await use(person, page.getByRole('button', { name }));
  await page.getByRole('heading', { name: 'Pools' }).waitFor();
  await use(person, page.getByRole('link', { name: POOL }).first());
  await page.getByRole('heading', { name: POOL, level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'Before you start' }).waitFor();
  await use(person, page.getByRole('button', { name: 'I have read this' }));
  await page.getByRole('heading', { name: 'Before you start' }).waitFor({ state: 'detached' });
  return person;
}

/** The administrator's steps that other tests take through the page. */
async function advance(person: Person, from: readonly string[]): Promise<void> {
  const { request } = person.context;
  const api = `${server.origin}/api/v1`;
  const pools: { id: string; name: string }[] = await (await request.get(`${api}/pools`)).json();
  const { id } = pools.find(({ name }) => name === POOL) ?? { id: '' };
  const post = (path: string, data: object) =>
    request.post(`${api}/pools/${id}/${path}`, { data, headers: { origin: server.origin } });
  for (const phase of from) {
    if (phase === 'match') {
      const run = await (await post('runs', {})).json();
      await expect
        .poll(async () => (await request.get(`${api}/runs/${run.id}`)).status(), { timeout: MINUTES })
        .toBe(200);
    }
    const answer = await post('advance', { from: phase });
    expect([phase, answer.status(), await answer.text()]).toEqual([phase, 200, expect.anything()]);
  }
}

test('[FL8] a manufacturer reads the pool, why there is a dash, the releases and the certificate without a mouse; the number it types is held', {
  timeout: 5 * MINUTES,
}, async () => {
  const beatriz = await comes('Beatriz Halloran');
  await advance(beatriz, ['collect']);
  const yuki = await comes('Yuki Harrow');
  const { page } = yuki;

  await tab(yuki, 'Pool');
  await page.getByRole('table', { name: /Pooled demand of/ }).waitFor();
  await use(yuki, page.getByRole('button', { name: 'What a dash means' }));
  const dash = page.locator('.dash');
  await expect.poll(() => hasFocus(dash)).toBe(true);
  await expect.poll(() => isInView(dash)).toBe(true);
  await dash.getByText('Both look the same on purpose').waitFor();

  const result = page.getByRole('status').filter({ hasText: 'Release of' });
  await use(yuki, page.getByRole('button', { name: 'Check the release' }));
  await result.getByText('Your sheet went into it exactly as it stood.').waitFor();
  await result.getByText('It speaks of the table on this page.').waitFor();
  await page.keyboard.press('End');
  const history = page.getByRole('table').filter({ hasText: 'Last of the round' });
  await expect.poll(() => isInView(history)).toBe(true);

  await tab(yuki, 'Talk');
  await tabTo(yuki, page.getByLabel('Say something to the pool'));
  await page.keyboard.type('We would take 6437 of it');
  await page.getByText('this will be held until the administrator has read it').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Held for the administrator').first().waitFor();
  await page.keyboard.type('And 7512 later');
  await page.keyboard.press('Enter');
  await page.getByText('And 7512 later').waitFor();

  // The administrator keeps one back with a reason and shows the other.
  const held = (text: string) => beatriz.page.getByRole('listitem').filter({ hasText: text });
  await tab(beatriz, 'Talk');
  await use(beatriz, held('6437').getByRole('button', { name: 'Keep back' }));
  await tabTo(beatriz, beatriz.page.getByLabel('Why it cannot be shown'));
  await beatriz.page.keyboard.type('a quantity of one company');
  await use(beatriz, held('6437').getByRole('button', { name: 'Keep back' }));
  await page.getByText('a quantity of one company').waitFor();
  await use(beatriz, held('7512').getByRole('button', { name: 'Show to the pool' }));
  await held('7512').getByRole('button').first().waitFor({ state: 'detached' });
  await expect.poll(() => page.getByRole('listitem').getByText('Held for the administrator').count()).toBe(0);
  expect([...yuki.faults, ...beatriz.faults]).toEqual([]);
  await yuki.context.close();
  await beatriz.context.close();
});

test('[FL9] the administrator opens the counsel page and the dialog of the next round without a mouse; Escape closes it and the focus is back', {
  timeout: 5 * MINUTES,
}, async () => {
  const beatriz = await comes('Beatriz Halloran');
  const { page } = beatriz;
  await tab(beatriz, 'Counsel');
  await page.getByRole('heading', { name: 'Share of U.S. consumption' }).waitFor();
  await advance(beatriz, ['review', 'offers', 'match']);
  const next = page.getByRole('button', { name: 'Open round 2' });
  await use(beatriz, next);
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  for (let press = 0; press < 6; press += 1) {
    await page.keyboard.press('Tab');
    expect(await dialog.evaluate((element) => element.contains(element.ownerDocument.activeElement))).toBe(true);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => hasFocus(next)).toBe(true);
  expect(beatriz.faults).toEqual([]);
  await beatriz.context.close();
});

const isInView = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= element.ownerDocument.documentElement.clientHeight;
  });
