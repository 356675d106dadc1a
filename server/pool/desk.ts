/** The pools of this server: publishes every round under collection, and reads back what is shown. Put together in compose, used by http and round. */
import type { Catalogue } from '#domain/catalogue.ts';
import { showCells } from '#domain/release-view.ts';
import type { ReleaseView } from '#protocol/api.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Push } from '../push.ts';
import type { Telemetry } from '../telemetry.ts';
import { type DemandRows, type Publisher, type PublisherParts, publishLast, startPublisher } from './publisher.ts';
import { readShown, readShownHistory, type ShownRelease } from './releases-store.ts';
import { type Statement, statementOf } from './round-facts.ts';

export interface PoolDesk {
  /** Begins to publish every pool whose current round collects. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Begins to publish a round, in place of an earlier one of its pool. */
  track(roundId: string): Promise<void>;
  /** The last release of a round whose sheets are frozen; once. */
  publishFinal(roundId: string): Promise<void>;
  /** What is shown of a round of the pool; of the current one unless told. */
  current(poolId: string, round?: number): Promise<ReleaseView>;
  /** What a viewer of every slot of the round has seen, oldest first. */
  history(poolId: string, round?: number): Promise<ReleaseView[]>;
  /** Seconds between two slots of a pool. */
  slotSeconds(poolId: string): number;
}

export function createPoolDesk(parts: {
  database: Database;
  sheets: DemandRows;
  catalogue: Catalogue;
  push: Push;
  clock: Clock;
  telemetry: Telemetry;
  slotSecondsDefault: number;
}): PoolDesk {
  const { database, catalogue, clock } = parts;
  /** By pool. */
  const publishers = new Map<string, Publisher>();

  const partsFor = (poolId: string): PublisherParts => ({
    database,
    catalogue,
    sheets: parts.sheets,
    clock,
    telemetry: parts.telemetry,
    slotSecondsDefault: parts.slotSecondsDefault,
    push: async (slotAt) => {
      const { round, statement } = await roundOf(poolId);
      const release = viewOf(statement, await readShown(database, round.id, slotAt), slotAt);
      parts.push.toPool(poolId, 'release', () => ({ poolId, release }));
    },
  });

  async function roundOf(poolId: string, number?: number) {
    const pool = await database.prisma.pool.findUniqueOrThrow({
      where: { id: poolId },
      include: { rounds: { ...(number !== undefined && { where: { number } }), orderBy: { number: 'desc' }, take: 1 } },
    });
    const [round] = pool.rounds;
    if (!round) throw new Error('a pool has no such round');
    return { round, statement: statementOf(pool, catalogue) };
  }

  async function track(roundId: string): Promise<void> {
    const { poolId } = await database.prisma.round.findUniqueOrThrow({
      where: { id: roundId },
      select: { poolId: true },
    });
    await publishers.get(poolId)?.stop();
    publishers.set(poolId, await startPublisher(partsFor(poolId), roundId));
  }

  /** Slots whose moment has not come are not readable either: nobody is earlier than the push. */
  const shownUntil = (poolId: string): Date => publishers.get(poolId)?.shownUntil ?? clock.now();

  return {
    async start() {
      const pools = await database.prisma.pool.findMany({
        select: { id: true, rounds: { orderBy: { number: 'desc' }, take: 1, select: { id: true, phase: true } } },
      });
      for (const { id, rounds } of pools)
        for (const round of rounds)
          if (round.phase === 'collect')
            // One pool that cannot be published must not keep the others, and the server, from starting.
            await track(round.id).catch((error) => parts.telemetry.fault('pool.track', error, { pool: id }));
    },
    async stop() {
      await Promise.all([...publishers.values()].map((publisher) => publisher.stop()));
      publishers.clear();
    },
    track,
    async publishFinal(roundId) {
      const { poolId } = await database.prisma.round.findUniqueOrThrow({
        where: { id: roundId },
        select: { poolId: true },
      });
      const publisher = publishers.get(poolId);
      if (publisher?.roundId === roundId) {
        await publisher.stop();
        publishers.delete(poolId);
      }
      await publishLast(partsFor(poolId), roundId);
    },
    async current(poolId, number) {
      const { round, statement } = await roundOf(poolId, number);
      const until = shownUntil(poolId);
      return viewOf(statement, await readShown(database, round.id, until), until);
    },
    async history(poolId, number) {
      const { round, statement } = await roundOf(poolId, number);
      const releases = await readShownHistory(database, round.id, shownUntil(poolId));
      return seen(releases).map((release) => viewOf(statement, release, release.slotAt));
    },
    slotSeconds: (poolId) => publishers.get(poolId)?.slotSeconds ?? parts.slotSecondsDefault,
  };
}

/** The same at every slot but for its values: whether a release is new, held or unchanged is not in it. */
function viewOf(statement: Statement, release: ShownRelease | null, slotAt: Date): ReleaseView {
  return {
    slotAt: (release?.final ? release.slotAt : slotAt).toISOString(),
    final: release?.final ?? false,
    unit: statement.unit,
    basis: statement.basis,
    cells: release?.cells ?? showCells(statement.hierarchies, new Map()),
  };
}

/** A release that rounds to the values before it was invisible in its slot and stays so. */
function seen(releases: readonly ShownRelease[]): ShownRelease[] {
  const valuesOf = (release?: ShownRelease): string => JSON.stringify(release?.cells.map(({ value }) => value));
  return releases.filter((release, i) => release.final || valuesOf(release) !== valuesOf(releases[i - 1]));
}
