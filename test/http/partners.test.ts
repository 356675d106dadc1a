import { expect, test } from 'vitest';
import { EQUAL_WEIGHTS } from '../../domain/criteria.ts';
import { startWorkspace } from '../support/workspace.ts';

const WEIGHTS = '/api/v1/criteria/weights';
const heavier = { ...EQUAL_WEIGHTS, coercion: 30 };

test('[PF15] officials weigh the criteria for the programme, each version with its reason and on the record', async () => {
  const workspace = await startWorkspace({ demo: true });
  const [official, buyer] = await Promise.all([workspace.as('eleanor'), workspace.as('yuki')]);
  const before = await official.call('GET', WEIGHTS);
  expect(before.body).toMatchObject({ mayChange: true, versions: [{ version: 0, weights: EQUAL_WEIGHTS }] });

  const body = { weights: heavier, reason: 'Restrictions of this autumn', after: 0 };
  expect((await buyer.call('POST', WEIGHTS, body)).status).toBe(404);
  expect((await official.call('POST', WEIGHTS, body)).body).toMatchObject({ version: 1, weights: heavier });
  const late = await official.call('POST', WEIGHTS, { ...body, weights: EQUAL_WEIGHTS });
  expect(late.status).toBe(409);
  expect(late.body.data.remedy).toContain('newest version');

  const seen = (await buyer.call('GET', WEIGHTS)).body;
  expect(seen.mayChange).toBe(false);
  expect(seen.versions.map(({ version }: { version: number }) => version)).toEqual([1, 0]);
  const { body: record } = await official.call('GET', '/api/v1/record');
  expect(record[0].text).toContain('Weighed the criteria anew, version 1');
});

test('[PF16] of two officials who weigh at once one is told to look again', async () => {
  const workspace = await startWorkspace({ demo: true });
  const official = await workspace.as('eleanor');
  const answers = await Promise.all(
    [21, 22, 23].map((coercion) =>
      official.call('POST', WEIGHTS, { weights: { ...EQUAL_WEIGHTS, coercion }, reason: 'At once', after: 0 }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
});

test('[PF17] facts go to whoever is signed in, the same to everybody, and hold nothing of pools or offers', async () => {
  const workspace = await startWorkspace({ demo: true });
  const [buyer, administrator, nobody] = await Promise.all([
    workspace.as('yuki'),
    workspace.as('beatriz'),
    workspace.nobody(),
  ]);
  const paths = ['/criteria', '/criteria/minerals/gallium', '/partners', '/partners/fit/gallium', '/partners/KOR'];
  for (const path of paths) {
    const [mine, theirs, none] = await Promise.all(
      [buyer, administrator, nobody].map((client) => client.call('GET', `/api/v1${path}`)),
    );
    expect(mine?.status).toBe(200);
    expect(theirs?.body).toEqual(mine?.body);
    expect(none?.status).toBe(401);
  }
  expect((await buyer.call('GET', '/api/v1/partners/USA')).status).toBe(404);
  expect((await buyer.call('GET', '/api/v1/partners/fit/unobtainium')).status).toBe(404);
  expect((await buyer.call('GET', '/api/v1/partners/korea')).status).toBe(400);
});
