/** What survives when the server dies while people type, and what a second start on a taken port says. */

import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Town } from '../support/people.ts';
import { removeFolder, startServer, temporaryFolder } from '../support/server.ts';

const MINUTES = 60_000;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) removeFolder(folder);
});
const folder = () => {
  const made = temporaryFolder();
  folders.push(made);
  return made;
};

test('[FL3] kill -9 of the server during typing loses no cell that showed Saved, and the next start opens the folder', {
  timeout: 5 * MINUTES,
}, async () => {
  const dataDir = folder();
  const town = await Town.found();
  let server = await startServer({}, dataDir);
  try {
    const { port } = new URL(server.origin);
    const imani = await town.person('Imani Okafor');
    await imani.signIn(server.origin);
    await imani.openPool('Titanium sponge 2027');
    await imani.cell(1, 'note').waitFor();
    const saved: string[] = [];
    for (let n = 1; n <= 6; n++) {
      await imani.type(1, 'note', `draft ${n}`);
      if (n === 4) await imani.saved();
      if (n === 4) saved.push(`draft ${n}`);
    }
    // No pause: the last edits are on their way when the power goes.
    await server.kill();
    await imani.page.locator('[data-save=offline]').waitFor();

    server = await startServer({ PORT: port }, dataDir);
    const tomas = await town.person('Tomas Lindqvist');
    await tomas.signIn(server.origin);
    await tomas.openPool('Titanium sponge 2027');
    // Imani's page comes back by itself and sends what was still waiting.
    await imani.saved();
    await tomas.cell(1, 'note').filter({ hasText: 'draft 6' }).waitFor();
    const read = async (path: string) => (await tomas.context.request.get(`${server.origin}/api/v1${path}`)).json();
    const pool = (await read('/pools')).find(({ name }: { name: string }) => name.startsWith('Titanium'));
    const [sheet] = (await read(`/pools/${pool.id}`)).sheets;
    const history = await read(`/sheets/${sheet.id}/changes?column=note`);
    const notes = history.changes.map((change: { after: string }) => change.after);
    for (const note of saved) expect(notes).toContain(note);
  } finally {
    await town.leave();
    await server.stop();
  }
});

test('[FL4] a port in use is said with its number and the remedy, before the data folder is touched', {
  timeout: MINUTES,
}, async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const { port } = other.address() as AddressInfo;
  const dataDir = join(folder(), 'data');
  const answer = startServer({ PORT: String(port) }, dataDir);
  await expect(answer).rejects.toThrow(
    new RegExp(
      `PORT ${port} on 127\\.0\\.0\\.1 is in use by another program; stop that program or choose another PORT`,
    ),
  );
  expect(existsSync(dataDir)).toBe(false);
  other.close();
});
