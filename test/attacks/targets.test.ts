/** The internal face of the priorities: what a manufacturer, its viewer and a supplier get of targets and stock, when they know every id. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { targetRow } from '../support/catalogue.ts';
import { NOWHERE, operationsOf, readEverything } from './support/everything.ts';
import { openStage, type Stage } from './support/stage.ts';
import { seatSupplier } from './support/supplier.ts';
import { off, restore } from './support/switches.ts';
import type { Tap } from './support/tap.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ members: 2 });
});
afterEach(async () => {
  restore();
  await stage.close();
});

const SECRET = 271_828;
const WORD = 'Kettlewright depot';

/** An official fills a target, comments on it and leaves; answers with the sheet. */
async function setTarget(): Promise<string> {
  const official = await stage.official();
  const { person } = (await official.get('/me')).body;
  const { targets } = (await official.get('/programme')).body;
  const line = await official.sheet(targets.id);
  line.showCursor('t1');
  await line.write('t1', targetRow({ target: SECRET, onHand: SECRET, site: WORD }), person.organizationId);
  const said = await official.call('POST', `/api/v1/sheets/${targets.id}/comments`, {
    ...{ row: 't1', column: 'target', text: `${WORD}: ${SECRET} kg` },
  });
  expect(said.status).toBe(200);
  return targets.id;
}

const bytesOf = (tap: Tap): string => tap.received.map(({ bytes }) => bytes.toString('latin1')).join('\n');

/** Opens every room and reads every address that it may know of, with the sheet's id. */
async function reach(tap: Tap, sheetId: string): Promise<boolean> {
  const { sheet } = (await tap.get('/programme')).body;
  if (sheet) await tap.sheet(sheet.id);
  await tap.sheet(sheetId);
  for (const { path, method } of await operationsOf(stage, tap))
    if (method === 'GET' && path.includes('{sheetId}'))
      await tap.get(path.replace('{sheetId}', sheetId).replaceAll(/\{\w+\}/g, NOWHERE));
  await readEverything(stage, tap);
  const seen = bytesOf(tap);
  return seen.includes(String(SECRET)) || seen.includes(WORD);
}

test('[AT60] targets and stock reach no manufacturer and no supplier, by room, history, comments, views or any other address', async () => {
  const [member] = stage.members;
  if (!member) throw new Error('no member');
  const viewer = await stage.colleague(member, 'viewer');
  const supplier = await seatSupplier(stage, 'Quarrel Refining');
  const sheetId = await setTarget();
  const seen = [];
  for (const tap of [member.tap, viewer, supplier.tap]) {
    seen.push(await reach(tap, sheetId));
    const [there, absent] = [await tap.sheet(sheetId), await tap.sheet(NOWHERE)];
    expect([there.closed, there.greeting]).toEqual([absent.closed, null]);
  }
  expect(seen).toEqual([false, false, false]);
  expect((await member.tap.get('/programme')).body.targets).toBeNull();
});

test('[AT60] twin: with every room open to everybody, a manufacturer has them', async () => {
  off.rooms = true;
  const sheetId = await setTarget();
  expect(await reach((stage.members[0] as (typeof stage.members)[0]).tap, sheetId)).toBe(true);
});
