import { expect, test } from 'vitest';
import { poolOf, startWorkspace } from '../support/workspace.ts';

test('[SS15] a browser is told which of its copies it may still keep: own sheets, never the clean room or offers', async () => {
  const workspace = await startWorkspace({ demo: true });
  const [yuki, admin] = await Promise.all([workspace.as('yuki'), workspace.as('beatriz')]);
  const sheetsOf = async (client: typeof yuki) => {
    const pool = await poolOf(client, 'Gallium');
    const { body } = await client.call('GET', `/api/v1/pools/${pool.id}`);
    return body.sheets as { id: string; kind: string; access: string }[];
  };
  const [own, clean] = await Promise.all([sheetsOf(yuki), sheetsOf(admin)]);
  const demand = own.find(({ kind }) => kind === 'demand')?.id;
  expect(clean.some(({ id, access }) => id === demand && access === 'cleanRoom')).toBe(true);

  const { body: kept } = await yuki.call('GET', '/api/v1/sheets/open');
  const { body: keptByAdmin } = await admin.call('GET', '/api/v1/sheets/open');
  expect(kept).toContain(demand);
  expect(keptByAdmin).not.toContain(demand);
  for (const { id, kind } of clean) if (kind === 'offers') expect(keptByAdmin).not.toContain(id);
  expect((await (await workspace.nobody()).call('GET', '/api/v1/sheets/open')).status).toBe(401);
});
