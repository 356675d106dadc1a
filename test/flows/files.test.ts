/** A file into a sheet and out again, in a real browser: matched, tried out, corrected, put in, taken back, exported, filled in a template. */
import { readFileSync } from 'node:fs';
import { readXlsx, writeXlsx } from 'hucre/xlsx';
import type { Download } from 'playwright-core';
import { expect, test } from 'vitest';
import { Town } from '../support/people.ts';
import { removeFolder, startServer, temporaryFolder } from '../support/server.ts';

const bytesOf = async (download: Download): Promise<Buffer> => readFileSync((await download.path()) ?? '');

test('[IM9] an engineer imports a file: sees what is wrong before anything changes, puts it in, takes it back with one undo; what goes out comes in again', {
  timeout: 300_000,
}, async () => {
  const dataDir = temporaryFolder();
  const town = await Town.found();
  const server = await startServer({}, dataDir);
  try {
    const imani = await town.person('Imani Okafor');
    const { page } = imani;
    await imani.signIn(server.origin);
    await imani.openPool('Titanium sponge 2027');
    await imani.cell(1, 'note').waitFor();
    await imani.saved();
    const lines = () => page.locator('[role=row]:has([data-column=note])').count();
    const before = await lines();

    const files = async (item: string) => {
      await page.getByRole('button', { name: 'Files' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    const dialog = page.getByRole('dialog');
    const csv = [
      'Material;Product form;QTY;UoM;Delivery;Buyer code;Notes',
      'titanium;titanium sponge;1.5 t;kg;Q3 2027;A-17;first',
      'titanium;titanium sponge;many;kg;Q4 2027;A-18;second',
      'titanium;titanium sponge;250;kg;2027-10-01;A-19;=1+1',
    ].join('\r\n');
    await files('Import CSV or Excel');
    await dialog.locator('input[type=file]').setInputFiles({
      name: 'plan.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csv),
    });
    await dialog.getByText('2 lines are right').waitFor();
    await dialog.getByRole('row').filter({ hasText: "'many' is no number" }).waitFor();
    expect(await dialog.getByLabel('Buyer code goes into').inputValue()).toBe('');
    expect(await lines()).toBe(before);

    const wrong = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Download the 1 line to correct' }).click();
    const corrections = (await bytesOf(await wrong)).toString('utf8');
    expect(corrections).toContain('many');
    expect(corrections).toContain('Quantity:');

    await dialog.getByRole('button', { name: 'Import 3 lines' }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(lines).toBe(before + 3);
    await imani.saved();
    await page.getByText('1,500', { exact: true }).first().waitFor();
    // The keyboard is in the first new line: one undo takes the whole import back, one redo puts it in again.
    await page.locator('[role=gridcell]:focus, [role=rowheader]:focus, [role=grid] :focus').first().waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(lines).toBe(before);
    await page.keyboard.press('Control+y');
    await expect.poll(lines).toBe(before + 3);

    const exported = page.waitForEvent('download');
    await files('Export this view as Excel');
    const workbook = await readXlsx(await bytesOf(await exported));
    const [titles = [], ...rows] = workbook.sheets[0]?.rows ?? [];
    expect(titles).toContain('Contained kg');
    const note = titles.indexOf('Note');
    expect(rows.map((row) => row[note])).toContain('=1+1');
    expect(rows.map((row) => row[titles.indexOf('Quantity')])).toContain(1500);

    const template = page.waitForEvent('download');
    await files('Excel template');
    const empty = await readXlsx(await bytesOf(await template));
    const [sheet] = empty.sheets;
    expect(sheet?.dataValidations?.some(({ type }) => type === 'list')).toBe(true);
    const columns = (sheet?.rows[0] ?? []).map(String);
    const filled: Record<string, string | number> = {
      Mineral: 'titanium',
      Form: 'titanium sponge',
      Quantity: 12,
      Unit: 't',
      Period: '2027',
    };
    const back = await writeXlsx({
      sheets: [{ name: 'Demand', rows: [columns, columns.map((title) => filled[title] ?? null)] }],
    });
    await files('Import CSV or Excel');
    await dialog.locator('input[type=file]').setInputFiles({
      name: 'template.xlsx',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(back),
    });
    await dialog.getByText('1 line is right').waitFor();
    await dialog.getByRole('button', { name: 'Import 1 line' }).click();
    await expect.poll(lines).toBe(before + 4);
    await imani.saved();
    // The same file again brings nothing new.
    await files('Import CSV or Excel');
    await dialog.locator('input[type=file]').setInputFiles({
      name: 'template.xlsx',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(back),
    });
    await dialog.getByRole('button', { name: 'Nothing to import' }).waitFor();
    await page.keyboard.press('Escape');
    expect(imani.faults).toEqual([]);
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(dataDir);
  }
});
