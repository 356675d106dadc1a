/** Files over HTTP: who may have one read for a sheet, what comes back, and what is too large. */
import { expect, test } from 'vitest';
import type { Client } from '../support/server.ts';
import { poolOf, startWorkspace } from '../support/workspace.ts';

const send = async (origin: string, client: Client, sheetId: string, content: Uint8Array<ArrayBuffer> | string) => {
  const form = new FormData();
  form.set('file', new File([content], 'demand.csv', { type: 'text/csv' }));
  const response = await fetch(`${origin}/api/v1/sheets/${sheetId}/files`, {
    method: 'POST',
    headers: { origin, cookie: client.cookie },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('[IM8] an editor has a file read for its sheet; to others the sheet is not there', async () => {
  const workspace = await startWorkspace({ demo: true });
  const [yuki, admin, nobody] = await Promise.all([workspace.as('yuki'), workspace.as('beatriz'), workspace.nobody()]);
  const pool = await poolOf(yuki, 'Gallium');
  const { body } = await yuki.call('GET', `/api/v1/pools/${pool.id}`);
  const sheet = body.sheets.find(({ kind }: { kind: string }) => kind === 'demand').id;

  const read = await send(workspace.origin, yuki, sheet, 'Mineral,Quantity\ngallium,40\n');
  expect(read).toEqual({
    status: 200,
    body: {
      lines: [
        { number: 1, texts: ['Mineral', 'Quantity'] },
        { number: 2, texts: ['gallium', '40'] },
      ],
      width: 2,
      sheets: [],
      sheet: null,
    },
  });
  expect((await send(workspace.origin, admin, sheet, 'a,b')).status).toBe(404);
  expect((await send(workspace.origin, nobody, sheet, 'a,b')).status).toBe(401);
  const wrong = await send(workspace.origin, yuki, sheet, '"open');
  expect(wrong).toMatchObject({ status: 409, body: { data: { remedy: expect.stringContaining('close it') } } });
  const large = await send(workspace.origin, yuki, sheet, new Uint8Array(9 * 2 ** 20));
  expect(large.status).toBe(413);
});
