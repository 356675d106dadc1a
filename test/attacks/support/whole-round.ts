/** Takes a stage through the rest of its round: last release, offers, match, orders, a decision. Used by tests that look at every wire to the end. */
import { vi } from 'vitest';
import type { Row } from '#domain/sheets.ts';
import type { Stage } from './stage.ts';

/** `afterEach`: what the attackers do in every phase. */
export async function finishRound(
  stage: Stage,
  offers: Record<string, Row>,
  afterEach: () => Promise<void>,
): Promise<void> {
  const [admin, official] = [await stage.admin(), await stage.official()];
  const pool = `/api/v1/pools/${stage.poolId}`;
  const leave = async (from: string) => {
    const { status, text } = await admin.call('POST', `${pool}/advance`, { from });
    if (status !== 200) throw new Error(`leaving ${from} answered ${status}: ${text}`);
    await afterEach();
  };
  await leave('collect');
  await leave('review');
  const line = await official.sheet(stage.offersId);
  const { person } = (await official.get('/me')).body;
  for (const [row, cells] of Object.entries(offers)) await line.write(row, cells, person.organizationId);
  line.close();
  await leave('offers');
  const { body: run } = await admin.call('POST', `${pool}/runs`, {});
  await vi.waitFor(async () => {
    const state = (await admin.call('GET', `/api/v1/runs/${run.id}`)).body.run?.state;
    if (state !== 'solved') throw new Error(`the run is ${state}`);
  }, 30_000);
  await leave('match');
  const { body: orders } = await official.get('/orders');
  for (const { order } of orders) {
    const path = `/api/v1/orders/${order.id}/decisions`;
    await (await stage.reviewer()).call('POST', path, { verdict: 'open', comment: '' });
    const { status, text } = await official.call('POST', path, { verdict: 'approve', comment: '' });
    if (status !== 200) throw new Error(`approving an order answered ${status}: ${text}`);
  }
  await afterEach();
}
