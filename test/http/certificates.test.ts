import { expect, test } from 'vitest';
import type { Row } from '#domain/sheets.ts';
import { checkCertificate, ownLots } from '#web/state/certificate.ts';
import { loadCatalogue } from '../../seeds/facts.ts';
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

test('[CE12] a browser finds its own sheet in the certificate as it stood, and notices another line, another table and another certificate', async () => {
  const workspace = await startWorkspace({ demo: true });
  const [yuki, admin] = await Promise.all([workspace.as('yuki'), workspace.as('beatriz')]);
  const pool = await poolOf(yuki, 'Gallium');
  await admin.call('POST', `/api/v1/pools/${pool.id}/advance`, { from: 'collect' });
  const get = async (path: string) => (await yuki.call('GET', `/api/v1${path}`)).body;
  const [view, release, certified] = await Promise.all(
    ['', '/release', '/release/certificate'].map((path) => get(`/pools/${pool.id}${path}`)),
  );
  const [sheet] = view.sheets;
  const { rows } = await get(`/sheets/${sheet.id}/state?seq=${certified.own.version}`);
  const entries = rows.map(({ row, cells }: { row: string; cells: Row }): [string, Row] => [row, cells]);
  const catalogue = loadCatalogue();
  const lots = ownLots(entries, catalogue, view);
  expect(lots.size).toBeGreaterThan(0);
  expect(checkCertificate(certified, release.cells, lots)).toEqual({ isWhole: true, isItsTable: true, isOwn: true });

  const other = new Map([...lots].map(([key, grams]) => [key, grams + 1n]));
  expect(checkCertificate(certified, release.cells, other).isOwn).toBe(false);
  const [cell, ...rest] = release.cells;
  expect(checkCertificate(certified, [{ ...cell, value: '1' }, ...rest], lots).isItsTable).toBe(false);
  const forged = { ...certified, certificate: { ...certified.certificate, rules: '0'.repeat(64) } };
  expect(checkCertificate(forged, release.cells, lots).isWhole).toBe(false);
});
