/** A materials engineer who lives in Excel: forty rows pasted, three fixed, a cell argued about, one mistake undone, a tunnel; never the mouse. */
import { expect, test } from 'vitest';
import { cutLine } from '../support/cut-line.ts';
import { pointed, press, standsOn, tabTo, use, watchPointer } from '../support/keyboard.ts';
import { type Person, Town } from '../support/people.ts';
import { removeFolder, startServer } from '../support/server.ts';

const POOL = 'Titanium sponge 2027';
const ROWS = 40;

/** As Excel copies a block: mineral, form, grade, quantity, unit, contained (ours alone), assay, period, destination. */
const block = (): string =>
  Array.from({ length: ROWS }, (_, line) => {
    const cells = ['titanium', 'titanium sponge', '99.7', String(line + 1), 't', '', '', 'Q3 2027', 'Ridge Plant, OH'];
    if (line === 4) cells[1] = 'tin foil';
    if (line === 17) cells[3] = 'a few';
    if (line === 33) cells[7] = 'Q7 2027';
    return cells.join('\t');
  }).join('\r\n');

const RIGHT: Record<string, string> = { form: 'titanium sponge', quantity: '18', period: 'Q3 2027' };

const cellOf = ({ page }: Person, at: { row: string; column: string }) =>
  page.locator(`[data-row="${at.row}"][data-column="${at.column}"]`);

async function run({ page }: Person, what: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type(what);
  await page.getByRole('option', { name: what }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox').waitFor({ state: 'detached' });
}

test('[FL12] an engineer pastes forty rows, fixes the three that are flagged, argues about a cell, undoes her own mistake alone and loses nothing in a tunnel, all by keyboard', {
  timeout: 300_000,
}, async () => {
  const server = await startServer({ SLOT_SECONDS: '86400' });
  const tunnel = await cutLine(Number(new URL(server.origin).port));
  const town = await Town.found();
  /** Signs in, opens the pool's sheet and puts the keyboard into the grid. Cookies are of the host, not of its port. */
  const comes = async (name: string, origin: string): Promise<Person> => {
    const person = await town.person(name, { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = person;
    await watchPointer(page);
    await page.goto(`${server.origin}/signin`);
    await use(page, page.getByRole('button', { name }));
    await page.getByRole('heading', { name: 'Pools' }).waitFor();
    if (origin !== server.origin) await page.goto(origin);
    await use(page, page.getByRole('link', { name: POOL }).first());
    await page.locator('[data-save=saved]').waitFor();
    await tabTo(page, page.locator('[role=grid] [tabindex="0"]'));
    return person;
  };
  try {
    const imani = await comes('Imani Okafor', `http://${new URL(server.origin).hostname}:${tunnel.port}`);
    const tomas = await comes('Tomas Lindqvist', server.origin);
    const { page } = imani;
    const said = (text: string | RegExp) => page.locator('.said', { hasText: text }).waitFor();
    const attention = page.getByRole('button', { name: /needs? attention/ });
    const flaggedBefore = await attention.count();

    // Forty rows from Excel, under the last line.
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(block())})`);
    await press(page, 'Control+End ArrowDown Home Control+v');
    await said(/^Pasted .*added 40 lines/);
    expect(flaggedBefore).toBe(0);
    await page.getByRole('button', { name: '3 cells need attention' }).waitFor();

    // The three that are flagged, one after the other, each told with its remedy.
    for (let fixed = 0; fixed < 3; fixed++) {
      await run(imani, 'Next cell that needs attention');
      await page.locator('[role=gridcell][aria-invalid=true]:focus').waitFor();
      const at = await standsOn(imani.page);
      expect(Object.keys(RIGHT)).toContain(at.column);
      await page.keyboard.type(RIGHT[at.column] ?? '');
      await press(page, 'Enter');
      await cellOf(imani, at).and(page.locator('[aria-invalid=true]')).waitFor({ state: 'detached' });
    }
    await attention.waitFor({ state: 'detached' });
    await imani.saved();

    // She argues about a quantity; he answers from his cell, by keys as well.
    await press(page, 'Control+Home');
    await run(imani, 'Quantity');
    const quantity = await standsOn(imani.page);
    expect(quantity.column).toBe('quantity');
    await press(page, 'Control+Alt+m');
    await page.getByLabel('Comment', { exact: true }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type('Is this before or after the scrap return? @Tom');
    await page.getByRole('option', { name: /^Tomas/ }).waitFor();
    await press(page, 'Enter');
    await page.keyboard.type('please say.');
    await press(page, 'Control+Enter');
    await page.getByRole('article', { name: /^Thread at Line 1, Quantity/ }).waitFor();
    await tomas.page.getByRole('link', { name: 'Notifications, 1 unread' }).waitFor();
    await press(tomas.page, 'Control+Home');
    await run(tomas, 'Quantity');
    await press(tomas.page, 'Control+Alt+m');
    await use(tomas.page, tomas.page.getByRole('button', { name: 'Answer' }));
    await tomas.page.locator('textarea:focus').waitFor();
    await tomas.page.keyboard.type('After it.');
    await press(tomas.page, 'Control+Enter');
    await page.getByText('After it.').waitFor();
    await press(page, 'Escape');
    expect(await standsOn(imani.page)).toEqual(quantity);
    // The box is gone: the keyboard is at the button that opened it.
    await tomas.page.getByRole('button', { name: 'Answer' }).and(tomas.page.locator(':focus')).waitFor();
    await press(tomas.page, 'Escape');

    // Her mistake in one cell is hers to undo; his newer value in the other stands, and she is told.
    await run(imani, 'Note');
    const note = await standsOn(imani.page);
    await page.keyboard.type('lot 9');
    await press(page, 'Enter ArrowDown');
    const slip = await standsOn(imani.page);
    const slipBefore = await cellOf(imani, slip).innerText();
    await page.keyboard.type('a slip');
    await press(page, 'Enter');
    await imani.saved();
    await cellOf(tomas, slip).filter({ hasText: 'a slip' }).waitFor();
    await run(tomas, 'Note');
    expect(await standsOn(tomas.page)).toEqual(note);
    await tomas.page.keyboard.type('lot 10, as agreed');
    await press(tomas.page, 'Enter');
    await cellOf(imani, note).filter({ hasText: 'lot 10, as agreed' }).waitFor();
    await press(page, 'Control+z');
    await expect.poll(() => cellOf(imani, slip).innerText()).toBe(slipBefore);
    await press(page, 'Control+z');
    await said('Not undone: Tomas Lindqvist changed this cell since');
    expect(await cellOf(imani, note).innerText()).toBe('lot 10, as agreed');

    // A tunnel: she goes on, reloads nothing, and comes back with every cell.
    tunnel.cut();
    await page.locator('[data-save=offline]').waitFor();
    const inTunnel: { row: string; column: string }[] = [];
    for (const text of ['first in the tunnel', 'second in the tunnel']) {
      inTunnel.push(await standsOn(imani.page));
      await page.keyboard.type(text);
      await press(page, 'Enter');
    }
    await page.getByText('Offline, 2 edits waiting').first().waitFor();
    tunnel.join();
    await page.locator('[data-save=saved]').getByText('Saved').waitFor();
    await cellOf(tomas, inTunnel[0] ?? note)
      .filter({ hasText: 'first in the tunnel' })
      .waitFor();
    await cellOf(tomas, inTunnel[1] ?? note)
      .filter({ hasText: 'second in the tunnel' })
      .waitFor();
    expect(await page.locator('[role=grid]').getAttribute('aria-rowcount')).toBe(
      await tomas.page.locator('[role=grid]').getAttribute('aria-rowcount'),
    );
    if (process.env.SHOTS) await page.screenshot({ path: 'test/shots/journey engineer.png' });
    expect([await pointed(page), await pointed(tomas.page)]).toEqual([false, false]);
    // The browser itself says that the line was cut.
    const faults = [...imani.faults, ...tomas.faults].filter((fault) => !fault.startsWith('WebSocket connection to'));
    expect(faults).toEqual([]);
  } finally {
    await town.leave();
    await tunnel.close();
    await server.stop();
    removeFolder(server.dataDir);
  }
});
