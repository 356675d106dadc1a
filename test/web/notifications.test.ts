/** The page of notifications in a browser: how one chooses whether mails tell of them, too. */
import axe from 'axe-core';
import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import NotificationsPage from '#web/routes/(app)/notifications/+page.svelte';
import { notifications } from '#web/state/notifications.svelte.ts';
import { answerWith } from './support/answers.ts';
import { settled } from './support/sheet-page.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('[CM22] where a mail server is named one chooses mails at once, once a day or none; where none is, the page says so', async () => {
  const mails = { choice: 'atOnce', isConfigured: true };
  const heard = answerWith({
    '/notifications': () => ({ unread: 0, items: [], next: null }),
    '/notifications/mails': ({ method, body }) => (method === 'POST' ? Object.assign(mails, body) : mails),
  });
  document.documentElement.lang = 'en';
  document.title = 'Test';
  const view = await render(NotificationsPage, {});
  await expect.element(page.getByRole('radio', { name: 'At once' })).toBeChecked();
  await page.getByRole('radio', { name: 'One mail a day' }).click();
  await settled(() =>
    heard.some(({ method, body }) => method === 'POST' && (body as { choice: string }).choice === 'daily'),
  );
  await expect.element(page.getByRole('radio', { name: 'One mail a day' })).toBeChecked();
  expect(page.getByRole('group', { name: 'When a mail tells you of these' }).elements()).toHaveLength(1);
  const rules = { region: { enabled: false } };
  const { violations } = await axe.run(document.body, { rules });
  expect(violations.map(({ id }) => id)).toEqual([]);

  mails.isConfigured = false;
  await notifications.mails.refresh();
  await expect.element(page.getByText('This workspace sends no mails', { exact: false })).toBeVisible();
  expect(page.getByRole('radio').elements()).toHaveLength(0);
  await view.unmount();
});
