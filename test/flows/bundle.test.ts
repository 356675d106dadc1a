/** An official finds something in the record, exports it and checks the file: on the page, and offline by the command. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { Town } from '../support/people.ts';
import { removeFolder, startServer } from '../support/server.ts';

const POOL = 'Gallium metal 2027';
const VERIFIER = fileURLToPath(new URL('../../scripts/bundle-verify.ts', import.meta.url));
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test('[J8] an official searches the record, exports it as a bundle, and the bundle is checked on the page and offline; one that was touched is refused', {
  timeout: 240_000,
}, async () => {
  const server = await startServer({ SLOT_SECONDS: '86400' });
  const town = await Town.found();
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    const daniel = await town.person('Daniel Achterberg');
    await daniel.signIn(server.origin);
    const { page } = daniel;
    await page.goto(`${server.origin}/record`);
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText('The chain holds').waitFor();

    await page.getByLabel('Pool to export').selectOption({ label: POOL });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    const file = join(folder, 'bundle.jsonl');
    await download.saveAs(file);

    await page.getByLabel('Words').fill('exported bundle');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByText(/^Exported the record as bundle/).waitFor();
    await page.getByLabel('Words').fill('no such words');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('heading', { name: 'No entry fits' }).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();

    await page.getByLabel('Check a bundle').setInputFiles(file);
    await page.getByText('Every hash fits').waitFor();
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect(violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([]);
    const touched = join(folder, 'touched.jsonl');
    writeFileSync(touched, readFileSync(file, 'utf8').replace(POOL, 'Another pool 2027'));
    await page.getByLabel('Check a bundle').setInputFiles(touched);
    await page.getByText('This bundle does not hold').waitFor();

    const key = (await page.locator('code').last().textContent())?.trim() ?? '';
    const verify = (path: string) =>
      spawnSync(process.execPath, ['--no-warnings', VERIFIER, path, key], { encoding: 'utf8' }).status;
    expect([verify(file), verify(touched)]).toEqual([0, 1]);
    if (process.env.SHOTS) {
      const shot = (look: string) =>
        page.screenshot({ path: `${process.env.SHOTS}/record-${look}.png`, fullPage: true });
      await shot('light');
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 390, height: 844 });
      await shot('390-dark');
    }
    expect(daniel.faults).toEqual([]);
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(server.dataDir);
    rmSync(folder, { recursive: true });
  }
});
