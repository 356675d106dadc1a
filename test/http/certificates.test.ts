import { expect, test } from 'vitest';
import { poolOf, startWorkspace } from '../support/workspace.ts';

test('[CE11] every seat fetches the same certificate, and a proof goes to the member whose sheet it is about', async () => {
  const workspace = await startWorkspace({ demo: true });
  const [member, admin, official] = await Promise.all(['yuki', 'beatriz', 'daniel'].map((name) => workspace.as(name)));
  if (!member || !admin || !official) throw new Error('the demo has these people');
  const pool = await poolOf(member, 'Gallium');
  const { body: view } = await member.call('GET', `/api/v1/pools/${pool.id}`);
  const round: string = view.round.id;
  const path = `/api/v1/pools/${pool.id}/release/certificate`;
  expect((await member.call('GET', path)).body ?? null).toBeNull();
  await admin.call('POST', `/api/v1/pools/${pool.id}/advance`, { from: 'collect' });
  const [its, admins, officials] = await Promise.all(
    [member, admin, official].map((client) => client.call('GET', path)),
  );
  expect(its?.body.certificate).toMatchObject({ roundId: round, final: true });
  expect(its?.body.own).toMatchObject({ version: expect.any(String), path: expect.any(Array) });
  expect([admins?.body, officials?.body]).toEqual([
    { certificate: its?.body.certificate, own: null },
    { certificate: its?.body.certificate, own: null },
  ]);
  // A stranger learns nothing, not even that there is one.
  const strange = await member.call('GET', `/api/v1/pools/${round}/release/certificate`);
  expect(strange.status).toBe(404);
  expect((await (await workspace.nobody()).call('GET', path)).status).toBe(401);
});
