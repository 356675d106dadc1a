/** Releases in the database: what viewers may read of them, and, apart from it, what stands behind them. Used by the publisher and the desk. */

import { z } from 'zod';
import type { FoldedLots } from '#domain/release-cells.ts';
import type { ShownCell } from '#domain/release-view.ts';
import type { Database } from '../database.ts';

/** What stands behind a release; never leaves the server. */
export interface Basis {
  /** By cell id: every value that viewers see from this release on. */
  values: Record<string, string>;
  /** For each mineral with a new value: the ids of its fresh cells, and grams by lot and owner. */
  minerals: Record<string, { fresh: string[]; lots: Record<string, Record<string, string>> }>;
}

const Grams = z.string().regex(/^\d+$/);
const BasisShape = z.object({
  values: z.record(z.string(), z.string()),
  minerals: z.record(
    z.string(),
    z.object({ fresh: z.array(z.string()), lots: z.record(z.string(), z.record(z.string(), Grams)) }),
  ),
});

export const writeLots = (lots: FoldedLots): Record<string, Record<string, string>> =>
  Object.fromEntries(
    [...lots].map(([key, held]) => [key, Object.fromEntries([...held].map(([owner, amount]) => [owner, `${amount}`]))]),
  );

export const readLots = (json: Record<string, Record<string, string>>): FoldedLots =>
  new Map(
    Object.entries(json).map(([key, held]) => [
      key,
      new Map(Object.entries(held).map(([owner, amount]) => [owner, BigInt(amount)])),
    ]),
  );

export interface StoredRelease {
  number: number;
  slotAt: Date;
  final: boolean;
  basis: Basis;
}

export interface NewRelease extends StoredRelease {
  roundId: string;
  cells: ShownCell[];
  inputHash: string;
}

/** False where another node has already published: this slot, or a release that this one was not compared with. */
export async function insertRelease(database: Database, release: NewRelease): Promise<boolean> {
  const data = { ...release, cells: release.cells as object[], basis: release.basis as object };
  const { count } = await database.prisma.release.createMany({ data: [data], skipDuplicates: true });
  return count === 1;
}

/** Releases after the given number, oldest first. */
export async function readReleases(database: Database, roundId: string, after: number): Promise<StoredRelease[]> {
  const rows = await database.prisma.release.findMany({
    where: { roundId, number: { gt: after } },
    orderBy: { number: 'asc' },
    select: { number: true, slotAt: true, final: true, basis: true },
  });
  return rows.map((row) => ({ ...row, basis: BasisShape.parse(row.basis) }));
}

/** A release as viewers know it. */
export interface ShownRelease {
  slotAt: Date;
  final: boolean;
  cells: ShownCell[];
}

/** Releases of one round that are read back: the newest. */
const HISTORY_MAX = 1000;

const viewed = { slotAt: true, final: true, cells: true } as const;
/** Releases of slots whose moment has come. The last one does not wait for a slot. */
const visible = (roundId: string, until: Date) => ({ roundId, OR: [{ slotAt: { lte: until } }, { final: true }] });

const asShown = (row: { slotAt: Date; final: boolean; cells: unknown }): ShownRelease => ({
  ...row,
  cells: row.cells as ShownCell[],
});

export async function readShown(database: Database, roundId: string, until: Date): Promise<ShownRelease | null> {
  const row = await database.prisma.release.findFirst({
    where: visible(roundId, until),
    orderBy: { number: 'desc' },
    select: viewed,
  });
  return row && asShown(row);
}

export async function readShownHistory(database: Database, roundId: string, until: Date): Promise<ShownRelease[]> {
  const rows = await database.prisma.release.findMany({
    where: visible(roundId, until),
    orderBy: { number: 'desc' },
    take: HISTORY_MAX,
    select: viewed,
  });
  return rows.reverse().map(asShown);
}
