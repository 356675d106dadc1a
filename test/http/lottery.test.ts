/** The seed of the lottery on a running server: what members read of it when demand is frozen. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { commitmentOf } from '#server/match/lottery.ts';
import { openStage, type Stage } from '../attacks/support/stage.ts';
import type { Tap } from '../attacks/support/tap.ts';

vi.mock('#server/clock.ts', () => import('../attacks/support/still-clock.ts'));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ members: 1 });
}, 120_000);
afterAll(() => stage.close());

test('[RA19] closing collection puts the seed’s commitment on the record before offers open, and the seed nowhere', async () => {
  const { prisma } = stage.database;
  const kinds = () => prisma.recordEntry.findMany({ where: { kind: { startsWith: 'lottery.' } } });
  expect(await kinds()).toEqual([]);
  const admin = await stage.admin();
  const { status } = await admin.call('POST', `/api/v1/pools/${stage.poolId}/advance`, { from: 'collect' });
  expect(status).toBe(200);
  const { seed } = await prisma.lottery.findUniqueOrThrow({ where: { roundId: stage.roundId } });
  expect((await kinds()).map(({ body }) => body)).toEqual([
    { round: 1, commitment: commitmentOf(stage.roundId, seed) },
  ]);
  const { tap } = stage.members[0] as { tap: Tap };
  for (const reader of [tap, admin]) {
    const record = await reader.get(`/record?poolId=${stage.poolId}`);
    const text = JSON.stringify(record.body);
    expect([record.status, text.includes(commitmentOf(stage.roundId, seed)), text.includes(seed)]).toEqual([
      200,
      true,
      false,
    ]);
  }
}, 120_000);
