/** Two people of one company in one sheet, and a competitor of the same pool beside them: views, following, replaced values, coming back, links. */
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, Town } from '../support/people.ts';
import { removeFolder, type ServerProcess, startServer } from '../support/server.ts';

const POOL = 'Titanium sponge 2027';
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
let server: ServerProcess;
let town: Town;
beforeAll(async () => {
  server = await startServer();
  town = await Town.found();
}, 180_000);
afterAll(async () => {
  await town.leave();
  await server.stop();
  removeFolder(server.dataDir);
});

async function at(name: string): Promise<Person> {
  const person = await town.person(name);
  await person.signIn(server.origin);
  // The sign-in page of the demo names everybody.
  person.received.length = 0;
  await person.openPool(POOL);
  await person.page.locator('[data-save=saved]').waitFor();
  return person;
}
const lines = ({ page }: Person) => page.locator('[role=row] [role=rowheader]').allInnerTexts();
const shot = async ({ page, name }: Person, what: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `test/shots/grid ${what} ${name}.png` });
};
async function run({ page }: Person, what: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(what);
  await page.getByRole('option', { name: what }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox').waitFor({ state: 'detached' });
}

test('[GR26] two people sort, share a view, follow, correct each other and come back in one sheet; a competitor hears nothing', {
  timeout: 300_000,
}, async () => {
  const imani = await at('Imani Okafor');
  const tomas = await at('Tomas Lindqvist');
  await imani.cell(1, 'note').waitFor();
  await imani.cell(1, 'quantity').click();
  for (const line of [2, 3]) {
    await run(imani, 'Duplicate the selected lines');
    await imani.type(line, 'quantity', String(line * 1000));
    await imani.cell(1, 'quantity').click();
  }
  await imani.saved();
  await tomas.cell(3, 'quantity').filter({ hasText: '3,000' }).waitFor();
  const before = await lines(tomas);

  // My sort is mine, and a view is for everyone when I say so.
  await imani.cell(1, 'quantity').click();
  await run(imani, 'Sort largest first');
  await imani.page.getByText('Only you see this sort').waitFor();
  expect(await lines(tomas)).toEqual(before);
  await imani.page.getByRole('button', { name: 'View', exact: true }).click();
  await imani.page.getByPlaceholder('Name of the view').fill('Largest first');
  await shot(imani, 'saving a view');
  await imani.page.getByRole('button', { name: 'Save for everyone' }).click();
  await imani.page.getByRole('button', { name: 'View: Largest first' }).waitFor();
  await tomas.page.reload();
  await tomas.cell(1, 'note').waitFor();
  await tomas.page.getByRole('button', { name: 'View', exact: true }).click();
  await tomas.page.getByRole('button', { name: /^Largest first/ }).click();
  await tomas.page.getByRole('button', { name: 'View: Largest first' }).waitFor();
  await tomas.page.locator('[aria-sort=descending]').waitFor();
  await shot(tomas, 'a shared view');

  // Tomas follows Imani by a press on her avatar; Esc ends it.
  await imani.cell(2, 'note').click();
  await tomas.page.getByRole('button', { name: 'Follow Imani Okafor' }).click();
  await tomas.page.getByText('You follow').waitFor();
  await shot(tomas, 'following');
  await tomas.page.getByRole('button', { name: 'Stop', exact: true }).click();

  // She replaces what he has just written; he keeps his by keyboard.
  await tomas.type(1, 'note', 'his');
  await tomas.saved();
  await imani.cell(1, 'note').filter({ hasText: 'his' }).waitFor();
  await imani.type(1, 'note', 'hers');
  await tomas.page.getByText('Imani Okafor’s hers replaced your his.').waitFor();
  // It goes by itself after ten seconds unless somebody is at it, and axe may take longer.
  await tomas.page.getByRole('button', { name: 'Keep yours' }).focus();
  await shot(tomas, 'a replaced value');
  const found = await new AxeBuilder({ page: tomas.page }).withTags(RULES).analyze();
  expect(found.violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([]);
  await tomas.page.getByRole('button', { name: 'Keep yours' }).focus();
  await tomas.page.keyboard.press('Enter');
  await imani.cell(1, 'note').filter({ hasText: 'his' }).waitFor();

  // He leaves; she goes on; he comes back by a link to the cell, and is told.
  await tomas.saved();
  const line = await imani.cell(1, 'note').getAttribute('data-row');
  const link = `${tomas.page.url().split('#')[0]}#line=${line}&column=note`;
  await tomas.page.goto(`${server.origin}/people`);
  await imani.type(1, 'note', 'while he was out');
  await imani.saved();
  await tomas.page.goto(link);
  await tomas.page.getByText('While you were away, Imani Okafor changed 1 cell.').waitFor();
  await tomas.page.locator(`[data-row="${line}"][data-column=note][tabindex="0"]`).waitFor();
  await tomas.page.getByRole('button', { name: 'Show one by one' }).click();
  await tomas.page.getByText('while he was out', { exact: true }).last().waitFor();
  await shot(tomas, 'while away');

  // In the same sealed pool, another company is told neither of them nor of their views and cursors.
  const marcus = await at('Marcus Ilves');
  await imani.cell(2, 'note').click();
  await imani.type(2, 'note', 'nobody else reads this');
  await imani.saved();
  await marcus.type(1, 'note', 'his alone');
  await marcus.saved();
  expect(marcus.received.join('\n')).not.toMatch(/Imani|Tomas|Largest first|nobody else reads this/);
  expect([...imani.faults, ...tomas.faults]).toEqual([]);
});
