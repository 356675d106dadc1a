/** The pools of this server: publishes every round under collection, and reads back what is shown. Put together in compose, used by http and round. */

import { z } from 'zod';
import type { Catalogue } from '#domain/catalogue.ts';
import { showCells } from '#domain/release-view.ts';
import type { Phase } from '#domain/rounds.ts';
import type { ReleaseView } from '#protocol/api.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Push } from '../push.ts';
import type { Telemetry } from '../telemetry.ts';
import { type OwnCertificate, readCertificate } from './certificates.ts';
import { type ExactTotals, readExact } from './exact.ts';
import { type DemandRows, type Publisher, type PublisherParts, publishLast, startPublisher } from './publisher.ts';
import { readShown, readShownHistory, type ShownRelease } from './releases-store.ts';
import { type Statement, statementOf } from './round-facts.ts';

export interface PoolDesk {
  /** Begins to publish every pool whose current round collects. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Takes over what other nodes did: rounds that began, and rounds whose last release is out. */
  follow(): Promise<void>;
  /** Begins to publish a round, in place of an earlier one of its pool; on the other nodes, too. */
  track(roundId: string): Promise<void>;
  /** The last release of a round whose sheets are frozen; once. */
  publishFinal(roundId: string): Promise<void>;
  /** What is shown of a round of the pool; of the current one unless told. */
  current(poolId: string, round?: number): Promise<ReleaseView>;
  /** What a viewer of every slot of the round has seen, oldest first. */
  history(poolId: string, round?: number): Promise<ReleaseView[]>;
  /** Certificate of what is shown, with what is the organization's own; null while nothing is. */
  certificate(poolId: string, organizationId: string, round?: number): Promise<OwnCertificate | null>;
  /** Exact totals beside what is shown. Whoever asks puts the view on the record. */
  exact(poolId: string, round?: number): Promise<ExactTotals & { release: ReleaseView }>;
  /** Seconds between two slots of a pool. */
  slotSeconds(poolId: string): number;
}

/** A pool's current round, and its last release once that is out. */
const NEWEST = {
  orderBy: { number: 'desc' },
  take: 1,
  select: { id: true, phase: true, releases: { where: { final: true }, select: { slotAt: true } } },
} as const;

export function createPoolDesk(parts: {
  database: Database;
  sheets: DemandRows;
  catalogue: Catalogue;
  push: Push;
  clock: Clock;
  telemetry: Telemetry;
  slotSecondsDefault: number;
}): PoolDesk {
  const { database, catalogue, clock, push } = parts;
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
      push.toPool(poolId, 'release', () => ({ poolId, release }));
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

  const poolOf = async (roundId: string): Promise<string> =>
    (await database.prisma.round.findUniqueOrThrow({ where: { id: roundId }, select: { poolId: true } })).poolId;

  async function track(roundId: string): Promise<void> {
    const poolId = await poolOf(roundId);
    await publishers.get(poolId)?.stop();
    publishers.set(poolId, await startPublisher(partsFor(poolId), roundId));
  }

  async function untrack(poolId: string, roundId: string): Promise<boolean> {
    const publisher = publishers.get(poolId);
    if (publisher?.roundId !== roundId) return false;
    publishers.delete(poolId);
    await publisher.stop();
    return true;
  }

  /** One after the other: two that look at once would track the same round twice. */
  let following: Promise<void> = Promise.resolve();
  function follow(): Promise<void> {
    const run = following
      .catch(() => {})
      .then(async () => {
        const pools = await database.prisma.pool.findMany({ select: { id: true, rounds: NEWEST } });
        // One pool that cannot be published must not keep the others, and the server, from starting.
        for (const { id, rounds } of pools)
          for (const round of rounds)
            await followRound(id, round).catch((error) => parts.telemetry.fault('pool.track', error, { pool: id }));
      });
    following = run;
    return run;
  }

  async function followRound(poolId: string, round: { id: string; phase: Phase; releases: { slotAt: Date }[] }) {
    const [last] = round.releases;
    if (round.phase === 'collect') {
      if (publishers.get(poolId)?.roundId !== round.id) await track(round.id);
    } else if (last && (await untrack(poolId, round.id))) await partsFor(poolId).push(last.slotAt);
  }

  push.notices?.on('pool.round', z.null(), () => follow());

  /** Slots whose moment has not come are not readable either: nobody is earlier than the push. */
  const shownUntil = (poolId: string): Date => publishers.get(poolId)?.shownUntil ?? clock.now();

  /** Those who ask while the same is read get what is read then: a pool is read once at a time, however many look. */
  const exactReadings = new Map<string, ReturnType<typeof readExactly>>();
  async function readExactly(poolId: string, number?: number) {
    const { round, statement } = await roundOf(poolId, number);
    const until = shownUntil(poolId);
    const release = viewOf(statement, await readShown(database, round.id, until), until);
    const rowsOf: DemandRows['rowsOf'] = (id) => parts.sheets.rowsOf(id);
    return { release, ...(await readExact({ database, catalogue, rowsOf }, round.id, release)) };
  }

  return {
    start: follow,
    follow,
    async stop() {
      await following.catch(() => {});
      await Promise.all([...publishers.values()].map((publisher) => publisher.stop()));
      publishers.clear();
    },
    async track(roundId) {
      await track(roundId);
      push.notices?.tell('pool.round', null);
    },
    async publishFinal(roundId) {
      const poolId = await poolOf(roundId);
      await untrack(poolId, roundId);
      await publishLast(partsFor(poolId), roundId);
      push.notices?.tell('pool.round', null);
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
    async certificate(poolId, organizationId, number) {
      const { round } = await roundOf(poolId, number);
      return readCertificate(database, round.id, shownUntil(poolId), organizationId);
    },
    exact: (poolId, number) => {
      const asked = `${poolId} ${number ?? ''}`;
      const underWay = exactReadings.get(asked);
      if (underWay) return underWay;
      const reading = readExactly(poolId, number).finally(() => exactReadings.delete(asked));
      exactReadings.set(asked, reading);
      return reading;
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
