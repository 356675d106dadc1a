/**
 * The seed that orders ties of a kilogram. Drawn when demand is frozen and before offers open; its hash goes on the record then and the seed
 * when the match is over, so that nobody chose it and everybody can check it. Used by server/round/advance and gather.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';
import { appendWithin } from '../record.ts';

/** What is published at the freeze: anybody who has the seed later computes the same. */
export const commitmentOf = (roundId: string, seed: string): string =>
  createHash('sha256').update(`${roundId}:${seed}`).digest('hex');

export interface Lottery {
  /** Draws and commits, once. */
  commit(roundId: string): Promise<void>;
  /** Publishes the seed, once. */
  reveal(roundId: string): Promise<void>;
}

export function createLottery(database: Database, now: () => Date): Lottery {
  return {
    commit: async (roundId) => void (await seedOf(database, roundId, now())),
    reveal: (roundId) =>
      database.prisma.$transaction(async (tx) => {
        const { count } = await tx.lottery.updateMany({
          where: { roundId, revealedAt: null },
          data: { revealedAt: now() },
        });
        if (count === 0) return;
        const { seed, round } = await tx.lottery.findUniqueOrThrow({
          where: { roundId },
          select: { seed: true, round: { select: { poolId: true, number: true } } },
        });
        const body = { round: round.number, seed };
        await appendWithin(tx, [{ kind: 'lottery.revealed', poolId: round.poolId, body }], now());
      }),
  };
}

/** The round's seed; drawn and committed now where nobody has, as in rounds that were frozen by an earlier version. */
export async function seedOf(database: Database, roundId: string, at: Date): Promise<string> {
  return database.prisma.$transaction(async (tx) => {
    const seed = randomBytes(32).toString('hex');
    const commitment = commitmentOf(roundId, seed);
    const { count } = await tx.lottery.createMany({ data: { roundId, seed, commitment, at }, skipDuplicates: true });
    const round = { select: { poolId: true, number: true } } as const;
    const drawn = await tx.lottery.findUniqueOrThrow({ where: { roundId }, select: { seed: true, round } });
    if (count === 1) {
      const { poolId, number } = drawn.round;
      await appendWithin(tx, [{ kind: 'lottery.committed', poolId, body: { round: number, commitment } }], at);
    }
    return drawn.seed;
  });
}
