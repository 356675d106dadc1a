/** What somebody has whose edits come too late: a question before the page is left, and then a draft that outlives it. */
import { expect, test } from 'vitest';
import { DEMO_PASSWORD, demoPeople } from '#seeds/demo.ts';
import { Town } from '../support/people.ts';
import { removeFolder, signIn, startServer, temporaryFolder } from '../support/server.ts';

const POOL = 'Titanium sponge 2027';
const TEXT = 'typed in the tunnel';

/** The administrator ends the collection of lines. */
async function closeCollection(origin: string): Promise<void> {
  const person = demoPeople().find(({ role }) => role === 'administrator');
  const { call } = await signIn(origin, person?.email, DEMO_PASSWORD);
  const { body: pools } = await call('GET', '/api/v1/pools');
  const { id } = pools.find(({ name }: { name: string }) => name === POOL);
  const moved = await call('POST', `/api/v1/pools/${id}/advance`, { from: 'collect' });
  expect(moved.status).toBe(200);
}

test('[SS18] in a real browser: leaving over unsaved edits asks first, and edits that came too late are a draft to copy, also after a reload', {
  timeout: 300_000,
}, async () => {
  const dataDir = temporaryFolder();
  const town = await Town.found();
  let server = await startServer({}, dataDir);
  try {
    const { port } = new URL(server.origin);
    const imani = await town.person('Imani Okafor', { permissions: ['clipboard-read', 'clipboard-write'] });
    await imani.signIn(server.origin);
    await imani.openPool(POOL);
    await imani.cell(1, 'note').waitFor();
    await imani.saved();

    await server.stop();
    await imani.page.locator('[data-save=offline]').waitFor();
    await imani.context.setOffline(true);
    await imani.type(1, 'note', TEXT);
    await imani.page.getByText('Offline, 1 edit waiting').first().waitFor();
    const asked = new Promise<string>((done) =>
      imani.page.once('dialog', async (dialog) => {
        await dialog.dismiss();
        done(dialog.type());
      }),
    );
    await imani.page.close({ runBeforeUnload: true });
    expect(await asked).toBe('beforeunload');

    server = await startServer({ PORT: port }, dataDir);
    await closeCollection(server.origin);
    await imani.context.setOffline(false);
    const draft = imani.page.getByRole('region', { name: 'Kept edits' });
    await draft.getByText('1 line of yours was not stored.').waitFor();
    await draft.getByText(TEXT).waitFor();
    // The sheet itself is in step with the server again.
    await expect.poll(() => imani.cell(1, 'note').textContent()).not.toContain(TEXT);

    await imani.page.reload();
    await draft.getByText(TEXT).waitFor();
    await draft.getByRole('button', { name: 'Copy' }).click();
    await imani.page.getByText('Copied 1 kept line').first().waitFor();
    expect(await imani.page.evaluate('navigator.clipboard.readText()')).toContain(TEXT);
    await draft.getByRole('button', { name: 'Let go' }).click();
    await draft.waitFor({ state: 'detached' });
    await imani.page.reload();
    await imani.cell(1, 'note').waitFor();
    expect(await draft.count()).toBe(0);
    // The browser itself complains of the server that is away.
    expect(imani.faults.filter((fault) => !fault.startsWith('WebSocket connection'))).toEqual([]);
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(dataDir);
  }
});
