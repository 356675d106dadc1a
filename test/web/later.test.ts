/** Parts of the pages that are fetched when they are opened: what one sees and where keys go meanwhile. */
import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import { Later } from '#web/lib/later.svelte.ts';
import LaterPage from './support/LaterPage.svelte';

type Part = Component<{ open: boolean }>;
const keys = () => import('#web/grid/KeysHelp.svelte') as Promise<{ default: Part }>;

test('[WB33] keys pressed before a dialog has come go nowhere, and the keyboard returns to where it was', async () => {
  const coming = Promise.withResolvers<void>();
  render(LaterPage, { later: new Later<Part>(() => coming.promise.then(keys)) });
  const behind = page.getByLabelText('Behind');
  await behind.click();
  await userEvent.keyboard('{F1}');
  await expect.element(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await userEvent.keyboard('typed and more');
  await expect.element(page.getByRole('status', { name: 'Opening' })).toBeInTheDocument();
  coming.resolve();
  await expect.element(page.getByText(/^As in Excel/)).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  await expect.element(behind).toHaveFocus();
  await expect.element(behind).toHaveValue('');
});

test('[WB33] what cannot be fetched says so, and is fetched when asked again', async () => {
  let isCutOff = true;
  const later = new Later<Part>(async () => {
    if (isCutOff) throw new TypeError('Failed to fetch dynamically imported module');
    return keys();
  });
  render(LaterPage, { later });
  await page.getByLabelText('Behind').click();
  await userEvent.keyboard('{F1}');
  await expect.element(page.getByText('This part of the page could not be fetched')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  await expect.element(page.getByLabelText('Behind')).toHaveFocus();
  await userEvent.keyboard('{F1}');
  isCutOff = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByText(/^As in Excel/)).toBeVisible();
});
