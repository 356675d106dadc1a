/** Releases in the database: what viewers may read of them, and, apart from it, what stands behind them. Used by the publisher and the desk. */
import { z } from 'zod';
import { areSame, Owners } from '#domain/owner-amounts.ts';
import { type LotAmounts, type MineralHistory, numberAmounts } from '#domain/release.ts';
import type { ShownCell } from '#domain/release-view.ts';
import type { Database } from '../database.ts';
import type { Seal } from './certificates.ts';

/** What stands behind a release; never leaves the server. */
export interface Basis {
  /** By cell id: every value that viewers see from this release on. */
  values: Record<string, string>;
  /** Owners by the number that `minerals` names them by. */
  owners: string[];
  minerals: Record<string, MineralBasis>;
}

/** Of a mineral with a new value: the ids of its fresh cells, and those lots that are not as the release before had them. */
export interface MineralBasis {
  fresh: string[];
  /** Numbers of owners and grams in turns: [owner, grams, owner, grams, ...]. A lot that is gone is empty. */
  lots: Record<string, number[]>;
}

const BasisShape = z.object({
  values: z.record(z.string(), z.string()),
  owners: z.array(z.string()),
  minerals: z.record(
    z.string(),
    z.object({ fresh: z.array(z.string()), lots: z.record(z.string(), z.array(z.number().nonnegative())) }),
  ),
});

/** Of earlier versions of the program: owners by name, all lots with every release. */
const Grams = z.string().regex(/^\d+$/);
const NamedShape = z.object({
  values: z.record(z.string(), z.string()),
  minerals: z.record(
    z.string(),
    z.object({ fresh: z.array(z.string()), lots: z.record(z.string(), z.record(z.string(), Grams)) }),
  ),
});

/** A basis written by name holds whole lots: those that it does not name are gone, which `remembered` finds out by `isWhole`. */
export type ReadBasis = Basis & { isWhole: boolean };

function readBasis(json: unknown): ReadBasis {
  const read = BasisShape.safeParse(json);
  if (read.success) return { ...read.data, isWhole: false };
  const named = NamedShape.parse(json);
  const owners = new Owners();
  const numbered = (held: Record<string, string>): number[] =>
    Object.entries(held).flatMap(([owner, grams]) => [owners.numberOf(owner), Number(grams)]);
  const minerals = Object.entries(named.minerals).map(([mineral, { fresh, lots }]) => {
    const written = Object.entries(lots).map(([key, held]) => [key, numbered(held)] as const);
    return [mineral, { fresh, lots: Object.fromEntries(written) }] as const;
  });
  return { values: named.values, owners: owners.names, minerals: Object.fromEntries(minerals), isWhole: true };
}

/** Lots that differ from those of the last release. `owners` numbers the owners of the whole basis. */
export function writeLots(history: MineralHistory, lots: LotAmounts, owners: Owners): MineralBasis['lots'] {
  const written: MineralBasis['lots'] = {};
  /** By number in the history; the same few hundred owners stand in thousands of lots. */
  const numbers: number[] = [];
  const numberOf = (owner: number): number => {
    const number = numbers[owner] ?? owners.numberOf(history.owners.names[owner] ?? '');
    numbers[owner] = number;
    return number;
  };
  for (const [key, amounts] of lots) {
    const before = history.lots.get(key);
    if (before && areSame(before, amounts)) continue;
    const flat: number[] = [];
    for (const [owner, grams] of amounts.entries()) flat.push(numberOf(owner), grams);
    written[key] = flat;
  }
  for (const key of history.lots.keys()) if (!lots.has(key)) written[key] = [];
  return written;
}

/** The lots of a release, from those of the release before. */
export function readLots(history: MineralHistory, mineral: MineralBasis, basis: ReadBasis): LotAmounts {
  const lots = new Map(basis.isWhole ? [] : history.lots);
  for (const [key, flat] of Object.entries(mineral.lots)) {
    const held: [string, number][] = [];
    for (let i = 0; i < flat.length; i += 2) held.push([basis.owners[flat[i] ?? -1] ?? '', flat[i + 1] ?? 0]);
    if (held.length > 0) lots.set(key, numberAmounts(history.owners, held));
    else lots.delete(key);
  }
  return lots;
}

export interface StoredRelease {
  number: number;
  slotAt: Date;
  final: boolean;
  basis: ReadBasis;
}

export interface NewRelease extends StoredRelease {
  roundId: string;
  cells: ShownCell[];
  inputHash: string;
}

/** False where another node has already published: this slot, or a release that this one was not compared with. */
export async function insertRelease(database: Database, release: NewRelease, seal: Seal | null): Promise<boolean> {
  const { isWhole: _, ...basis } = release.basis;
  const data = { ...release, cells: release.cells as object[], basis: basis as object };
  return database.prisma.$transaction(async (tx) => {
    const { count } = await tx.release.createMany({ data: [data], skipDuplicates: true });
    if (count === 1 && seal) {
      const { certificate, hash, secrets } = seal;
      const { roundId, number } = release;
      await tx.releaseSeal.create({ data: { roundId, number, certificate: { ...certificate }, hash, secrets } });
    }
    return count === 1;
  });
}

/** Releases after the given number, oldest first. */
export async function readReleases(database: Database, roundId: string, after: number): Promise<StoredRelease[]> {
  const rows = await database.prisma.release.findMany({
    where: { roundId, number: { gt: after } },
    orderBy: { number: 'asc' },
    select: { number: true, slotAt: true, final: true, basis: true },
  });
  return rows.map((row) => ({ ...row, basis: readBasis(row.basis) }));
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
export const visible = (roundId: string, until: Date) => ({
  roundId,
  OR: [{ slotAt: { lte: until } }, { final: true }],
});

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
