/** Two colleagues argue about a cell: comment, mention, bell, answer, history, version, restore; without a mouse where it is typed. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { type Person, Town } from '../support/people.ts';
import { removeFolder, startServer } from '../support/server.ts';

const POOL = 'Cobalt 2027';
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Of the part that the story is about; whole pages are held in pages.test.ts. */
async function axe({ page }: Person, state: string, part = 'aside[tabindex="-1"]'): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(part).withTags(TAGS).analyze();
  const found = violations.map(({ id, nodes }) => `${state}: ${id} at ${nodes[0]?.target.join(' ')}`);
  expect(found).toEqual([]);
}

test('[CM16] two colleagues settle a cell by comment, mention and answer, and take the earlier state back from its history', {
  timeout: 300_000,
}, async () => {
  const server = await startServer({ SLOT_SECONDS: '86400' });
  const town = await Town.found();
  try {
    const imani = await town.person('Imani Okafor Editor');
    await imani.signIn(server.origin);
    await imani.openPool(POOL);
    const tomas = await town.person('Tomas Lindqvist Editor', { colorScheme: 'dark' });
    await tomas.signIn(server.origin);

    // By keys alone from the cell on.
    await imani.cell(1, 'quantity').click();
    await imani.page.keyboard.press('Control+Alt+m');
    await imani.page.getByLabel('Comment', { exact: true }).focus();
    await imani.page.keyboard.type('Did we agree on less? @Tom');
    await imani.page.getByRole('option', { name: /^Tomas/ }).waitFor();
    await axe(imani, 'choosing whom to mention');
    await imani.page.keyboard.press('Enter');
    await imani.page.keyboard.type('please look.');
    await imani.page.keyboard.press('Control+Enter');
    await imani.page.getByText('please look.').waitFor();
    await axe(imani, 'a thread');

    // Wherever he is, the bell tells him, and leads to the cell.
    const bell = tomas.page.getByRole('link', { name: 'Notifications, 1 unread' });
    await bell.waitFor();
    await bell.click();
    await tomas.page.getByRole('link', { name: /mentioned you in a sheet of Cobalt 2027/ }).waitFor();
    await axe(tomas, 'notifications', 'main');
    await tomas.page.getByRole('link', { name: /mentioned you/ }).click();
    await tomas.page.getByRole('article', { name: 'Thread at Line 1, Quantity' }).waitFor();
    await tomas.page.getByRole('button', { name: 'Answer' }).click();
    await tomas.page.getByLabel('Answer', { exact: true }).fill('We did: half of it.');
    await tomas.page.keyboard.press('Control+Enter');
    await imani.page.getByText('We did: half of it.').waitFor();
    await imani.page.getByRole('button', { name: 'Resolve' }).click();
    await tomas.page.getByText('Resolved by Imani Okafor').waitFor();
    await imani.page.keyboard.press('Escape');

    await imani.page.getByRole('button', { name: 'Versions' }).click();
    await imani.page.getByLabel('Name the sheet as it is now').fill('Before we halved it');
    await imani.page.keyboard.press('Enter');
    await imani.page.getByText('Before we halved it', { exact: true }).waitFor();
    await imani.page.getByRole('button', { name: 'Close', exact: true }).click();
    const before = await imani.cell(1, 'quantity').innerText();
    await imani.type(1, 'quantity', '155');
    await imani.saved();

    await tomas.page.getByRole('button', { name: 'History' }).click();
    await tomas.page.getByText('155 t').first().waitFor();
    await axe(tomas, 'history');
    await imani.page.getByRole('button', { name: 'Versions' }).click();
    await imani.page.getByRole('button', { name: 'Compare with now' }).click();
    await imani.page.getByRole('dialog').getByRole('cell', { name: '155 t' }).waitFor();
    await axe(imani, 'comparison', '[role=dialog]');
    await imani.page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await imani.page.getByRole('button', { name: 'Restore', exact: true }).click();
    await imani.page.getByText('1 line will be written as a new edit of yours').waitFor();
    await axe(imani, 'restore', '[role=dialog]');
    await imani.page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await imani.page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => tomas.cell(1, 'quantity').innerText()).toBe(before);
    expect([...imani.faults, ...tomas.faults]).toEqual([]);
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(server.dataDir);
  }
});
