/** The page of scenarios through the whole server: an official chooses shocks, tries them, reads and compares what they come to, and saves it. */
import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { type Person, Town } from '../support/people.ts';
import { poolOf, startWorkspace, type Workspace } from '../support/workspace.ts';

const LIMIT = 300_000;
const NAME = 'A ban and a price';

let workspace: Workspace;
let town: Town;
beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  town = await Town.found();
}, LIMIT);
afterAll(() => town.leave());

/** A round of the demo at its match, with a run begun. */
async function begunMatch(): Promise<string> {
  const admin = await workspace.as('beatriz');
  const { id } = await poolOf(admin, 'Gallium');
  for (const from of ['collect', 'review', 'offers']) {
    const { status, body } = await admin.call('POST', `/api/v1/pools/${id}/advance`, { from });
    if (status !== 200) throw new Error(`${from}: ${JSON.stringify(body)}`);
  }
  const { status, body } = await admin.call('POST', `/api/v1/pools/${id}/runs`, {});
  if (status !== 200) throw new Error(JSON.stringify(body));
  return id;
}

/** For people who look at the pages: SHOTS=1 keeps each as on a desk, narrow, and dark. */
async function look({ page }: Person, what: string): Promise<void> {
  if (!process.env.SHOTS) return;
  await page.screenshot({ path: `test/shots/${what} wide.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: `test/shots/${what} dark.png`, fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: `test/shots/${what} narrow.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1440, height: 900 });
}

test('[FL16] an official chooses shocks from the list, tries them, reads the matrix, compares two side by side and saves the CSV', {
  timeout: LIMIT,
}, async () => {
  const id = await begunMatch();
  const official = await town.person('Daniel Achterberg', { acceptDownloads: true });
  const { page } = official;
  onTestFailed(async () => {
    await page.screenshot({ path: 'test/shots/scenarios failed.png', fullPage: true });
  });
  await official.signIn(workspace.origin);
  await page.goto(`${workspace.origin}/pools/${id}/match`);
  await page.getByText('Solved').first().waitFor();
  await page.goto(`${workspace.origin}/pools/${id}/match/scenarios`);

  await page.getByRole('button', { name: 'I have read this' }).click();

  // A country that stops exports, and prices that rise everywhere.
  const country = page.getByLabel('Country', { exact: true });
  await country.waitFor();
  const names = (await country.locator('option').allTextContents()).map((text) => text.trim());
  const [lost] = names.slice(1);
  if (!lost) throw new Error('no country delivers');
  await country.selectOption({ label: lost });
  await page.getByRole('button', { name: 'Add to the list' }).click();
  await page.getByLabel('What happens').selectOption({ label: 'Prices rise' });
  await country.selectOption({ label: 'All countries' });
  await page.getByLabel('By', { exact: true }).selectOption({ label: '50 %' });
  await page.getByRole('button', { name: 'Add to the list' }).click();
  const listed = page.getByRole('list', { name: 'Shocks to try' }).getByRole('listitem');
  expect(await listed.count()).toBe(2);
  await page.getByLabel('Saved as').fill(NAME);
  await look(official, 'scenarios chosen');
  await page.getByRole('button', { name: 'Try 2 shocks' }).click();

  // The matrix comes by itself.
  await page.getByRole('heading', { name: NAME }).waitFor();
  const matrix = page.getByRole('table', { name: /of each mineral under each scenario/ });
  await matrix.waitFor();
  const rows = matrix.locator('tbody tr');
  expect(await rows.count()).toBe(2);
  const titles = await rows.locator('th').allTextContents();
  expect(titles[0]).toContain(lost);
  await page.getByRole('combobox', { name: /^Show/ }).selectOption({ label: 'Cost' });
  await page.getByRole('table', { name: /^Cost of each mineral under each scenario/ }).waitFor();

  // Two of them beside the match.
  for (const box of await matrix.getByRole('checkbox').all()) await box.check();
  const beside = page.getByRole('table', { name: titles.map((title) => title.trim()).join(', ') });
  await beside.waitFor();
  const heads = (await beside.locator('thead th').allTextContents()).map((text) => text.trim());
  expect(heads).toEqual(['Measure', 'The match as it is', ...titles.map((title) => title.trim())]);
  await beside.getByText('Concentration (HHI)').first().waitFor();
  await look(official, 'scenarios compared');

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe(`Scenarios ${NAME}.csv`);
  const text = await readFile(await file.path(), 'utf8');
  expect(text).toContain('Scenario,Mineral,');
  expect(text).toContain(`\r\n${titles[1]?.trim()},Gallium,`);

  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id: rule, nodes }) => `${rule} at ${nodes[0]?.target.join(' ')}`)).toEqual([]);
  expect(official.faults).toEqual([]);
});
