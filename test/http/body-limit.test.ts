/** How much a stranger may make the server read. */
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { toldFault } from '../../server/http/told-faults.ts';
import { poolOf, startWorkspace } from '../support/workspace.ts';

const LIMIT = 65_536;

/** Sends the head and no byte of the body, so that an answer can come of the head alone. Resolves to the status. */
const ask = (address: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((done, fail) => {
    const asked = request(address, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
    asked.once('response', (answer) => {
      done(answer.statusCode);
      asked.destroy();
    });
    asked.once('error', fail);
    asked.flushHeaders();
  });

test('[HT17] nobody makes the server read more than its limit to sign in, and it answers without reading', async () => {
  const { origin } = await startWorkspace({ demo: false, env: { REQUEST_BYTES: String(LIMIT) } });
  const address = `${origin}/api/auth/sign-in/email`;
  expect(await ask(address, { origin, 'content-length': String(LIMIT + 1) })).toBe(413);
  expect(await ask(address, { origin, 'transfer-encoding': 'chunked' })).toBe(411);
  const wrong = await fetch(address, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'nobody@sample.test', password: 'x'.repeat(60) }),
  });
  expect(wrong.status).toBe(401);
});

test('[HT18] a body that is too large is told with the limit and a remedy', async () => {
  const { as } = await startWorkspace({ demo: true, env: { REQUEST_BYTES: String(LIMIT) } });
  const yuki = await as('yuki');
  const { id } = await poolOf(yuki, 'Gallium');
  const answer = await yuki.call('POST', `/api/v1/pools/${id}/talk`, { text: 'x'.repeat(LIMIT) });
  expect(answer).toMatchObject({
    status: 413,
    body: { data: { place: 'body', reason: 'it is larger than 65,536 bytes', remedy: 'send less, or in parts' } },
  });
});

test('[HT18] a full disk is told as that, however deep in the error it stands', () => {
  const driver = new Error('could not extend file "base/1/2": No space left on device');
  expect(toldFault(new Error('write failed', { cause: driver }), LIMIT)).toMatchObject({
    status: 503,
    data: { place: 'server', reason: 'its disk is full' },
  });
  expect(toldFault(new Error('write failed'), LIMIT)).toBeNull();
});
