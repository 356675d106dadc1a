/** An official works in the priorities with a keyboard and a screen reader: what is asserted is what the browser tells assistive technology. */
import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { type Heard, heard, pointed, press, standsOn, tabTo, use, watchPointer } from '../support/keyboard.ts';
import { type Person, Town } from '../support/people.ts';
import { removeFolder, startServer } from '../support/server.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function axe({ page }: Person, state: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect(violations.map(({ id, nodes }) => `${state}: ${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([]);
}
const hears = async ({ page }: Person, wanted: Partial<Heard>): Promise<void> => {
  await expect.poll(() => heard(page)).toMatchObject(wanted);
};

/** Walks down an open menu to the item of this name, and takes it. */
async function choose(person: Person, name: string): Promise<void> {
  await expect.poll(async () => (await heard(person.page)).role).toMatch(/^menu/);
  for (let item = 0; (await heard(person.page)).name !== name; item++) {
    expect(item).toBeLessThan(15);
    await person.page.keyboard.press('ArrowDown');
  }
  expect(await heard(person.page)).toMatchObject({ role: 'menuitem', name });
  await person.page.keyboard.press('Enter');
}

test('[FL13] an official edits priorities, follows a presenter, finds, filters, shares a view, reads a history, restores a version and exports, by keyboard, hearing roles and names', {
  timeout: 300_000,
}, async () => {
  const server = await startServer({ SLOT_SECONDS: '86400' });
  const town = await Town.found();
  const comes = async (name: string): Promise<Person> => {
    const person = await town.person(name, { reducedMotion: 'reduce', forcedColors: 'active' });
    const { page } = person;
    await watchPointer(page);
    await page.goto(`${server.origin}/signin`);
    await use(page, page.getByRole('button', { name }));
    await page.getByRole('heading', { name: 'Pools' }).waitFor();
    await use(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Priorities' }));
    await page.locator('[data-save=saved]').waitFor();
    await tabTo(page, page.locator('[role=grid] [tabindex="0"]'));
    return person;
  };
  try {
    const eleanor = await comes('Eleanor Voss');
    const priya = await comes('Priya Nakamura');
    const { page } = eleanor;
    const toGrid = () => tabTo(page, page.locator('[role=grid] [tabindex="0"]'));
    const said = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).first().waitFor();
    const run = async (person: Person, what: string) => {
      await person.page.keyboard.press('Control+k');
      await hears(person, { role: 'combobox' });
      await person.page.keyboard.type(what);
      await person.page.getByRole('option', { name: what }).first().waitFor();
      await person.page.keyboard.press('Enter');
      await person.page.getByRole('combobox').waitFor({ state: 'detached' });
    };

    // Where she is: a grid with counted rows and columns, a cell with its text.
    await press(page, 'Control+Home');
    await hears(eleanor, { role: 'gridcell', name: 'Yttrium' });
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toMatch(/^\d+$/);
    expect(await page.getByRole('columnheader', { name: 'At most' }).count()).toBe(1);

    // She names the sheet as it stands, then edits a maximum; a wrong text is told with its remedy before it is put right.
    await use(page, page.getByRole('button', { name: 'Versions' }));
    await use(page, page.getByLabel('Name the sheet as it is now'), 'End');
    await page.keyboard.type('Before my edits');
    await press(page, 'Enter');
    await page.getByText('Before my edits', { exact: true }).waitFor();
    await use(page, page.getByRole('button', { name: 'Rename Before my edits' }));
    await hears(eleanor, { role: 'textbox', name: 'New name of “Before my edits”' });
    await page.keyboard.type('Before the review');
    await press(page, 'Enter');
    await hears(eleanor, { role: 'button', name: 'Rename Before the review' });
    await axe(eleanor, 'versions');
    await press(page, 'F6 Control+Home');
    await run(eleanor, 'At most');
    const target = await standsOn(eleanor.page);
    expect(target.column).toBe('maximum');
    const before = (await heard(page)).name;
    await page.keyboard.type('plenty');
    await hears(eleanor, { role: 'textbox', name: 'At most, line 1' });
    await press(page, 'Enter ArrowUp');
    const wrong = await heard(page);
    expect([wrong.role, wrong.name, wrong.states.invalid]).toEqual(['gridcell', 'plenty', 'true']);
    expect(wrong.description).toMatch(/'plenty' is no number/i);
    await page.keyboard.type('50 t');
    await press(page, 'Enter ArrowUp');
    await hears(eleanor, { role: 'gridcell', name: '50,000' });
    await eleanor.saved();

    // She follows a presenter from the list of people; Escape ends it.
    await use(page, page.getByRole('button', { name: 'Follow Priya Nakamura' }));
    await hears(eleanor, { role: 'button', name: 'Stop following Priya Nakamura', states: { pressed: 'true' } });
    await said('You follow Priya Nakamura');
    await press(priya.page, 'Control+End');
    const far = priya.page.locator('[role=grid] [tabindex="0"]:focus');
    const there = { row: await far.getAttribute('data-row'), column: await far.getAttribute('data-column') };
    const seen = page.locator(`[data-row="${there.row}"][data-column="${there.column}"]`);
    await expect
      .poll(async () => {
        const box = await seen.boundingBox();
        return box !== null && box.x >= 0 && box.x < 1440 && box.y > 0 && box.y < 900;
      })
      .toBe(true);
    await press(page, 'Escape');
    await hears(eleanor, { role: 'button', name: 'Follow Priya Nakamura' });

    // She finds, and comes back to the cell that was found.
    await toGrid();
    await press(page, 'Control+f');
    await hears(eleanor, { role: 'textbox', name: 'Find in this sheet' });
    await page.keyboard.type('gallium');
    await said(/^\d+ cells?$/);
    await press(page, 'Enter Escape');
    await hears(eleanor, { role: 'gridcell', name: 'Gallium' });

    // She filters to the first tier and shares that view; Priya has it.
    await run(eleanor, 'Tier');
    await use(page, page.getByRole('button', { name: 'Filter', exact: true }));
    await use(page, page.getByRole('button', { name: 'Add a filter' }));
    await use(page, page.getByRole('textbox', { name: 'Text' }), 'End');
    await hears(eleanor, { role: 'textbox', name: 'Text' });
    await page.keyboard.type('1');
    await said(/Only you see this filter/);
    await axe(eleanor, 'filtering');
    await press(page, 'Escape');
    await use(page, page.getByRole('button', { name: 'View', exact: true }));
    await use(page, page.getByLabel('Save what is shown now for everyone'), 'End');
    await page.keyboard.type('First tier');
    await press(page, 'Enter');
    await said('Saved the view First tier for everyone who may open this sheet');
    await priya.page.reload();
    await use(priya.page, priya.page.getByRole('button', { name: 'View', exact: true }));
    await use(priya.page, priya.page.getByRole('button', { name: /^First tier/ }));
    await priya.page.getByRole('button', { name: 'View: First tier' }).waitFor();

    // What she exports is what the view shows.
    const download = page.waitForEvent('download');
    await use(page, page.getByRole('button', { name: 'Files' }));
    await choose(eleanor, 'Export this view as CSV');
    const [titles = '', ...lines] = readFileSync((await (await download).path()) ?? '', 'utf8')
      .trim()
      .split('\r\n');
    const tier = titles.split(',').indexOf('Tier');
    expect(tier).toBeGreaterThan(0);
    expect(lines.length).toBeGreaterThan(0);
    expect(await page.getByRole('row').count()).toBeGreaterThanOrEqual(lines.length);
    for (const line of lines) expect(line).toMatch(/,1,/);

    // The history of the cell says who changed it from what to what, and goes with the selected cell.
    await toGrid();
    await press(page, 'Control+Home');
    await run(eleanor, 'At most');
    await press(page, 'Shift+F10');
    await choose(eleanor, 'History of this cell');
    await hears(eleanor, { role: 'complementary', name: 'History' });
    await page.getByRole('heading', { name: 'Line 1, At most' }).waitFor();
    await expect
      .poll(() => page.getByRole('complementary', { name: 'History' }).ariaSnapshot())
      .toMatch(/Eleanor Voss[\s\S]*plenty[\s\S]*became[\s\S]*50,000/);
    await press(page, 'F6');
    await hears(eleanor, { role: 'gridcell', name: '50,000' });
    await press(page, 'ArrowLeft');
    await page.getByRole('heading', { name: 'Line 1, Tier' }).waitFor();
    await axe(eleanor, 'history beside the sheet');
    // What axe tries on the link that skips to the content takes the keyboard there.
    await toGrid();
    await press(page, 'F6 Escape');
    await hears(eleanor, { role: 'gridcell' });

    // She takes the named version back, as a new edit; the dialog keeps the keyboard and gives it back.
    await use(page, page.getByRole('button', { name: 'Versions' }));
    await use(page, page.getByRole('button', { name: 'Restore', exact: true }));
    const dialog = page.getByRole('dialog', { name: 'Restore “Before the review”' });
    await dialog.getByText('1 line will be written as a new edit of yours').waitFor();
    await use(page, dialog.getByRole('button', { name: 'Restore', exact: true }));
    await dialog.waitFor({ state: 'detached' });
    await press(page, 'Escape');
    await toGrid();
    await press(page, 'Control+Home');
    await run(eleanor, 'At most');
    await hears(eleanor, { role: 'gridcell', name: before });
    if (process.env.SHOTS) await page.screenshot({ path: 'test/shots/journey official.png' });
    expect([await pointed(page), await pointed(priya.page)]).toEqual([false, false]);
    expect([...eleanor.faults, ...priya.faults]).toEqual([]);
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(server.dataDir);
  }
});
