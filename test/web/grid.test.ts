import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { OFFER_SHEET } from '#domain/offer-columns.ts';
import { PRIORITY_SHEET } from '#domain/priority-sheet.ts';
import { clipboard, openGrid } from './support/sheet-grid.ts';
import { DANA, LINE, settled } from './support/sheet-page.ts';

const THREE = { a: LINE, b: { ...LINE, quantity: 1250 }, c: { ...LINE, quantity: 380 } };

test('[GR1] the grid is one tab stop with counted rows and columns, and Tab leaves it', async () => {
  using grid = await openGrid(THREE);
  expect(grid.all('[role=gridcell][tabindex="0"]')).toHaveLength(1);
  const table = grid.one('[role=grid]');
  expect(table.getAttribute('aria-rowcount')).toBe('5');
  expect(Number(table.getAttribute('aria-colcount'))).toBe(grid.sheet.spec.columns.length + 2);
  await grid.press('b', 'quantity');
  await grid.keys('{Tab}');
  expect(document.activeElement?.closest('[role=grid]')).toBeNull();
  await grid.keys('{Shift>}{Tab}{/Shift}');
  expect(grid.at).toBe('b/quantity');
});

test('[GR2] arrows, Home, End, page and Ctrl keys move as in a spreadsheet', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'quantity');
  const walk = async (keys: string, at: string) => {
    await grid.keys(keys);
    await settled(() => grid.at === at);
  };
  await walk('{ArrowDown}', 'b/quantity');
  await walk('{ArrowRight}', 'b/unit');
  await walk('{Control>}{ArrowUp}{/Control}', 'a/unit');
  await walk('{Home}', 'a/mineral');
  await walk('{End}', 'a/note');
  await walk('{Control>}{End}{/Control}', 'c/note');
  await walk('{Control>}{Home}{/Control}', 'a/mineral');
  await walk('{Control>}{ArrowRight}{/Control}', 'a/=contained');
  await walk('{PageDown}', '/=contained');
  await walk('{ArrowDown}', '/=contained');
});

test('[GR2] Shift extends the selection and selected cells say so', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'quantity');
  await grid.keys('{Shift>}{ArrowDown}{ArrowRight}{/Shift}');
  await settled(() => grid.all('[role=gridcell][aria-selected="true"]').length === 4);
  expect(grid.cell('b', 'unit').getAttribute('aria-selected')).toBe('true');
  await grid.keys('{Escape}');
  await settled(() => grid.all('[role=gridcell][aria-selected="true"]').length === 1);
  await grid.keys('{Control>}a{/Control}');
  await settled(
    () => grid.all('[role=gridcell][aria-selected="true"]').length === 3 * (grid.sheet.spec.columns.length + 1),
  );
});

test('[GR3] typing starts an edit over the cell, Enter keeps it and goes down', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'quantity');
  await grid.keys('500{Enter}');
  await settled(() => grid.at === 'b/quantity');
  expect(grid.text('a', 'quantity')).toBe('500');
  await settled(() => grid.room.rows.a?.quantity === 500);
});

test('[GR3] F2 edits the text of the cell and Escape drops the edit', async () => {
  using grid = await openGrid(THREE);
  await grid.press('b', 'quantity');
  await grid.keys('{F2}');
  await settled(() => grid.all('input').length === 1);
  expect(grid.one<HTMLInputElement>('input').value).toBe('1,250');
  await grid.keys('99{Escape}');
  await settled(() => grid.all('input').length === 0 && grid.at === 'b/quantity');
  expect(grid.text('b', 'quantity')).toBe('1,250');
  expect(grid.sheet.canUndo).toBe(false);
});

test('[GR3] a press on another cell keeps what is being typed', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'quantity');
  await grid.keys('77');
  await userEvent.click(grid.cell('c', 'grade'));
  await settled(() => grid.at === 'c/grade');
  expect(grid.text('a', 'quantity')).toBe('77');
});

test('[GR4] Tab while editing keeps the edit and goes right, on to the next cell, until an arrow ends the entry', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'destination');
  await grid.keys('Erie, PA{Tab}');
  await settled(() => grid.at === 'a/commitment');
  await grid.keys('firm{Tab}');
  await settled(() => grid.at === 'a/qualification');
  await grid.keys('{Tab}');
  await settled(() => grid.at === 'a/recycled');
  expect(grid.text('a', 'destination')).toBe('Erie, PA');
  expect(grid.text('a', 'commitment')).toBe('Firm');
  await grid.keys('{ArrowUp}{Tab}');
  expect(document.activeElement?.closest('[role=grid]')).toBeNull();
});

test('[GR4] Enter after a run of Tabs goes to the column where the run began', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'quantity');
  await grid.keys('1{Tab}kg{Enter}');
  await settled(() => grid.at === 'b/quantity');
});

test('[GR5] a copy is a TSV with quotes and an HTML table, numbers without grouping', async () => {
  using grid = await openGrid({ a: { ...LINE, quantity: 1250, note: 'say "now"\tplease <b>' } });
  await grid.press('a', 'quantity');
  await grid.keys('{Shift>}{ArrowRight}{/Shift}');
  const two = clipboard('copy');
  expect(two.getData('text/plain')).toBe('1250\tkg');
  expect(two.getData('text/html')).toBe('<table><tr><td>1250</td><td>kg</td></tr></table>');
  await grid.press('a', 'note');
  const note = clipboard('copy');
  expect(note.getData('text/plain')).toBe('"say ""now""\tplease <b>"');
  expect(note.getData('text/html')).toContain('&lt;b&gt;');
});

test("[GR5] a paste reads quoted cells, passes the end into new lines and erases nothing with Excel's last newline", async () => {
  using grid = await openGrid(THREE);
  await grid.press('c', 'quantity');
  clipboard('paste', { 'text/plain': '10\tkg\r\n"20"\tlb\r\n' });
  await settled(() => grid.sheet.order.length === 4);
  expect(grid.sheet.rows.get('c')).toMatchObject({ quantity: 10, unit: 'kg' });
  expect(grid.sheet.rows.get(grid.sheet.order[3] ?? '')).toMatchObject({
    mineral: 'gallium',
    quantity: 20,
    unit: 'lb',
  });
  expect(grid.said).toBe('Pasted 4 cells, added 1 line');
  await grid.keys('{Control>}z{/Control}');
  await settled(() => grid.sheet.order.length === 3);
  expect(grid.sheet.rows.get('c')).toMatchObject({ quantity: 380 });
});

test('[GR5] one value is pasted into every selected cell; a table without text is read too', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'note');
  await grid.keys('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
  clipboard('paste', { 'text/html': '<table><tr><td>same</td></tr></table>' });
  await settled(() => ['a', 'b', 'c'].every((id) => grid.sheet.rows.get(id)?.note === 'same'));
});

test('[GR5] a cut puts the cells on the clipboard and clears them in one step', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'quantity');
  expect(clipboard('cut').getData('text/plain')).toBe('420');
  await settled(() => grid.sheet.rows.get('a')?.quantity === null);
  await grid.keys('{Control>}z{/Control}');
  await settled(() => grid.sheet.rows.get('a')?.quantity === 420);
});

test('[GR6] a wrong cell is kept as typed, marked, described and told', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'grade');
  await grid.keys('101{Enter}');
  await settled(() => grid.cell('a', 'grade').getAttribute('aria-invalid') === 'true');
  expect(grid.sheet.rows.get('a')?.grade).toBe('101');
  const about = document.getElementById(grid.cell('a', 'grade').getAttribute('aria-describedby') ?? '');
  expect(about?.textContent).toContain('above 100 %');
  expect(grid.said).toContain('left out of the pool');
  expect(grid.one('[data-head="a"]').textContent).toContain('left out of the pool');
  await settled(() => grid.all('.attention').length === 1);
  await userEvent.click(grid.one('.attention'));
  await settled(() => grid.at === 'a/grade');
});

test('[GR6] the contained mass is derived beside the quantity and cannot be typed', async () => {
  using grid = await openGrid({ a: { ...LINE, form: 'ga-oxide-4n', quantity: 100 } });
  expect(grid.text('a', '=contained')).toBe('74.394 kg Ga');
  await grid.press('a', '=contained');
  await grid.keys('5');
  await settled(() => grid.said !== '');
  expect(grid.said).toBe('Not edited: Contained is computed');
  await grid.press('a', 'quantity');
  await grid.keys('0.2 t{Enter}');
  await settled(() => grid.text('a', '=contained') === '148.788 kg Ga');
  expect(grid.said).toBe('0.2 t = 200 kg');
});

test('[GR7] a sheet that may only be read says so in every cell and takes no key', async () => {
  using grid = await openGrid(THREE, { sheet: { access: 'cleanRoom' } });
  expect(grid.all('[role=gridcell]:not([aria-readonly="true"])')).toHaveLength(0);
  expect(grid.all('[data-head=""]')).toHaveLength(0);
  await grid.press('a', 'quantity');
  await grid.keys('5{Delete}');
  clipboard('paste', { 'text/plain': '7' });
  await settled(() => grid.said !== '');
  expect(grid.sheet.rows.get('a')?.quantity).toBe(420);
});

test("[GR7] a cell that is another's to fill in says whose, by the rule of admission", async () => {
  const row = { mineral: 'gallium', form: 'ga-metal-6n' };
  using grid = await openGrid({ a: row }, { sheet: { spec: PRIORITY_SHEET }, pool: null });
  expect(grid.cell('a', 'tier').getAttribute('aria-readonly')).toBe('true');
  expect(grid.cell('a', 'evidence').getAttribute('aria-readonly')).toBeNull();
  await grid.press('a', 'tier');
  await grid.keys('1');
  await settled(() => grid.said === 'Not edited: officials fill in tier');
});

test('[AD33] an amount that competitors would read is not sent: the editor keeps it and says why; a paste leaves it out', async () => {
  const row = { mineral: 'gallium', form: 'ga-metal-6n' };
  using grid = await openGrid({ a: row }, { sheet: { spec: PRIORITY_SHEET }, pool: null });
  await grid.press('a', 'evidence');
  await grid.keys('We need 437 t{Enter}');
  await settled(() => grid.said.startsWith('Not entered: “437” reads like an amount'));
  expect(grid.said).toContain('leave the number out and name the source');
  expect(grid.sheet.rows.get('a')?.evidence).toBeUndefined();
  expect(grid.one<HTMLInputElement>('[role=grid] input, [role=grid] textarea').value).toBe('We need 437 t');
  await grid.keys('{Escape}');
  await grid.press('a', 'evidence');
  clipboard('paste', { 'text/plain': 'See USGS 2025\t12 t for radar' });
  await settled(() => grid.sheet.rows.get('a')?.evidence === 'See USGS 2025');
  expect(grid.sheet.rows.get('a')?.endUse).toBeUndefined();
  expect(grid.said).toContain('left out what is refused');
});

test('[GR8] pickers offer what fits: forms of the mineral, units of the form', async () => {
  using grid = await openGrid({ a: { mineral: 'gallium', form: 'ga-metal-6n' } });
  const offered = () => grid.all('[role=option] .title').map((option) => option.textContent);
  await grid.press('a', 'form');
  await grid.keys('{Alt>}{ArrowDown}{/Alt}');
  await settled(() => offered().length > 0);
  expect(offered()).toEqual(['gallium metal, low purity', 'gallium metal, high purity', 'gallium oxide']);
  await grid.keys('ox');
  await settled(() => offered().length === 1);
  expect(grid.one('[role=combobox]').getAttribute('aria-activedescendant')).toBe(grid.one('[role=option]').id);
  await grid.keys('{Enter}');
  await settled(() => grid.sheet.rows.get('a')?.form === 'ga-oxide-4n');
  await grid.press('a', 'unit');
  await grid.keys('{F2}');
  await grid.keys('{Alt>}{ArrowDown}{/Alt}');
  await settled(() => offered().length > 0);
  expect(offered()).toEqual(['kg', 't', 'lb']);
  await grid.keys('{ArrowDown}{Enter}');
  await settled(() => grid.sheet.rows.get('a')?.unit === 't');
});

test('[GR8] a text that no option begins with is kept as typed', async () => {
  using grid = await openGrid({ a: { mineral: 'gallium' } });
  await grid.press('a', 'form');
  await grid.keys('ga-nitride{Enter}');
  await settled(() => grid.sheet.rows.get('a')?.form === 'ga-nitride');
  expect(grid.cell('a', 'form').getAttribute('aria-invalid')).toBe('true');
});

test('[GR8] several countries are chosen one after the other', async () => {
  using grid = await openGrid(THREE);
  await grid.press('a', 'excluded');
  await grid.keys('rus{Enter}chi{Enter}{Enter}');
  await settled(() => grid.sheet.rows.get('a')?.excluded === 'CHN, RUS');
});

test('[GR9] a new line begins where something is typed under the last one', async () => {
  using grid = await openGrid(THREE);
  await grid.press('', 'form');
  await grid.keys('oxide{Tab}');
  await settled(() => grid.sheet.order.length === 4);
  const id = grid.sheet.order[3] ?? '';
  expect(grid.sheet.rows.get(id)).toMatchObject({
    mineral: 'gallium',
    form: 'ga-oxide-4n',
    grade: 99.99,
    unit: 'kg',
    org: 'org-1',
  });
  expect(grid.at).toBe(`${id}/grade`);
  await grid.press('', 'note');
  await grid.keys('{F2}{Enter}');
  expect(grid.sheet.order).toHaveLength(4);
});

test('[GR10] lines are deleted with one key and come back with undo', async () => {
  using grid = await openGrid(THREE);
  await userEvent.click(grid.one('[data-head="a"]'));
  await grid.keys('{Shift>}{ArrowDown}{/Shift}{Control>}{Alt>}-{/Alt}{/Control}');
  await settled(() => grid.sheet.order.length === 1);
  expect(grid.said).toBe('Deleted 2 lines. Ctrl+Z brings them back');
  expect(grid.at).toBe('c/mineral');
  await grid.keys('{Control>}z{/Control}');
  await settled(() => grid.sheet.order.join() === 'a,b,c');
});

test('[GR10] a line of another organization keeps its owner when its deletion is undone', async () => {
  const administrator = { ...DANA, organizationId: 'org-9', kind: 'administrator', role: 'administrator' } as const;
  using grid = await openGrid({ a: { supplier: 'Refiner' } }, { sheet: { spec: OFFER_SHEET, me: administrator } });
  await grid.press('a', 'supplier');
  await grid.keys('{Shift>} {/Shift}{Control>}{Alt>}-{/Alt}{/Control}');
  await settled(() => grid.sheet.order.length === 0);
  await grid.keys('{Control>}z{/Control}');
  await settled(() => grid.sheet.rows.get('a')?.org === 'org-1');
});

test('[GR10] the menu inserts, duplicates and gives the focus back', async () => {
  using grid = await openGrid(THREE);
  await grid.press('b', 'quantity');
  await grid.keys('{Shift>}{F10}{/Shift}');
  await settled(() => document.activeElement?.getAttribute('role') === 'menuitem');
  await grid.keys('{ArrowDown}{ArrowDown}{Enter}');
  await settled(() => grid.sheet.order.length === 4);
  expect(grid.sheet.rows.get(grid.sheet.order[2] ?? '')).toMatchObject({ quantity: 1250, form: 'ga-metal-6n' });
  await settled(() => grid.at === 'b/quantity');
});

test('[GR11] only rows in view are drawn, the active one always, in the order of the sheet', async () => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`r${n}`, { ...LINE, quantity: n + 1 }]));
  using grid = await openGrid(many);
  // Positions a0..a399 are not in order of their numbers; the sheet's own order counts.
  const first = grid.sheet.order[0] ?? '';
  await grid.press(first, 'quantity');
  grid.one('[role=grid]').scrollTop = 9000;
  await settled(() => grid.all('[role=row][aria-rowindex="270"]').length === 1);
  expect(grid.all('[role=row]').length).toBeLessThan(40);
  expect(grid.at).toBe(`${first}/quantity`);
  const indexes = grid.all('[role=row]').map((row) => Number(row.getAttribute('aria-rowindex')));
  expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
  await grid.keys('{ArrowDown}');
  await settled(() => grid.one('[role=grid]').scrollTop < 100);
});

test('[GR12] a line that a colleague inserts above leaves my selection on its row', async () => {
  using grid = await openGrid(THREE);
  await grid.press('b', 'quantity');
  grid.room.add('z', { ...LINE, quantity: 1 }, 'Zz');
  await settled(() => grid.sheet.order[0] === 'z');
  expect(grid.at).toBe('b/quantity');
  await grid.keys('9{Enter}');
  await settled(() => grid.sheet.rows.get('b')?.quantity === 9);
});

test("[GR12] a colleague's cursor and typing are drawn over the cells without touching them", async () => {
  using grid = await openGrid(THREE);
  let touched = 0;
  const watch = new MutationObserver((changes) => (touched += changes.length));
  for (const cell of grid.all('[role=gridcell]'))
    watch.observe(cell, { attributes: true, childList: true, characterData: true, subtree: true });
  const lee = { user: { id: 'lee', name: 'Lee Ortiz' }, cell: { row: 'b', column: 'quantity' }, typing: true };
  grid.room.awareness(11, 1, lee);
  await settled(() => grid.all('.peer').length === 1);
  expect(grid.one('.peer').textContent).toContain('LO');
  expect(grid.all('.peer .dots')).toHaveLength(1);
  grid.room.awareness(11, 2, null);
  await settled(() => grid.all('.peer').length === 0);
  expect(touched).toBe(0);
});

test('[GR12] a line that a colleague deletes under my cursor leaves the keyboard in the grid', async () => {
  using grid = await openGrid(THREE);
  await grid.press('b', 'quantity');
  grid.room.remove('b');
  await settled(() => grid.at === 'c/quantity');
});

test('[GR13] on a narrow screen rows are cards and one is edited in a form', async () => {
  using grid = await openGrid(THREE, { width: 380, height: 700 });
  await settled(() => grid.all('.card').length === 3);
  expect(grid.all('.card')[1]?.textContent).toContain('1,250 kg');
  await userEvent.click(grid.all('.card')[1] ?? document.body);
  await settled(() => grid.all('form').length === 1);
  const quantity = [...grid.all<HTMLLabelElement>('label')].find((label) => label.textContent === 'Quantity')
    ?.control as HTMLInputElement;
  await userEvent.fill(quantity, '2 t');
  await grid.keys('{Tab}');
  await settled(() => grid.sheet.rows.get('b')?.quantity === 2000);
  await userEvent.click(grid.all('button').find((button) => button.textContent?.trim() === 'Done') ?? document.body);
  await settled(() => grid.all('.card').length === 3);
});

test('[GR13] a new line on a narrow screen is made by its first field', async () => {
  using grid = await openGrid({}, { width: 380, height: 700 });
  await userEvent.click(grid.one('.add'));
  await settled(() => grid.all('form').length === 1);
  expect(grid.sheet.order).toEqual([]);
  const destination = [...grid.all<HTMLLabelElement>('label')].find((label) => label.textContent === 'Destination')
    ?.control as HTMLInputElement;
  await userEvent.fill(destination, 'Mesa, AZ');
  await grid.keys('{Tab}');
  await settled(() => grid.sheet.order.length === 1);
  expect(grid.sheet.rows.get(grid.sheet.order[0] ?? '')).toMatchObject({ mineral: 'gallium', destination: 'Mesa, AZ' });
});
