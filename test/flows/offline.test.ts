/** What a person keeps who loses the server, closes the page, and comes back; and what stays behind after signing out. */
import { expect, test } from 'vitest';
import { Town } from '../support/people.ts';
import { removeFolder, startServer, temporaryFolder } from '../support/server.ts';

test('[FL6] edits made while the server was away, in a page that was then closed, are stored when the person comes back; signing out leaves no copy', {
  timeout: 300_000,
}, async () => {
  const dataDir = temporaryFolder();
  const town = await Town.found();
  let server = await startServer({}, dataDir);
  try {
    const { port } = new URL(server.origin);
    const imani = await town.person('Imani Okafor');
    await imani.signIn(server.origin);
    await imani.openPool('Titanium sponge 2027');
    await imani.cell(1, 'note').waitFor();
    await imani.saved();
    const sheet = imani.page.url();

    await server.stop();
    await imani.page.locator('[data-save=offline]').waitFor();
    await imani.type(1, 'note', 'from the tunnel');
    await imani.page.getByText('Offline, 1 edit waiting').first().waitFor();
    // Written down a moment after the last key.
    await imani.page.waitForFunction(() => Object.keys(localStorage).some((key) => key.includes(' unsaved ')));
    await imani.page.close({ runBeforeUnload: false });

    server = await startServer({ PORT: port }, dataDir);
    const page = await imani.context.newPage();
    await page.goto(sheet);
    await page.locator('[data-save=saved]').getByText('Saved').waitFor();
    const tomas = await town.person('Tomas Lindqvist');
    await tomas.signIn(server.origin);
    await tomas.openPool('Titanium sponge 2027');
    await tomas.cell(1, 'note').filter({ hasText: 'from the tunnel' }).waitFor();

    const kept = (): Promise<string[]> =>
      page.evaluate(
        '(async () => [...(await indexedDB.databases()).map(({ name }) => name), ...Object.keys(localStorage)])()',
      );
    expect((await kept()).some((name) => name.startsWith('sheet '))).toBe(true);
    await page.getByRole('button', { name: 'Account of Imani Okafor' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/signin');
    expect((await kept()).filter((name) => name.startsWith('sheet '))).toEqual([]);
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(dataDir);
  }
});
