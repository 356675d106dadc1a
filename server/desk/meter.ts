/** The meter for counsel and what companies enter for it. Totals come from what is published, so the meter tells no more than the pool does. */
import { type Actor, may } from '#domain/actors.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { ratio, times } from '#domain/exact.ts';
import type { MineralFacts } from '#domain/mineral-facts.ts';
import { unitContent } from '#domain/release-view.ts';
import { consumedKg, HEURISTICS, shareOfConsumption } from '#domain/safety-zones.ts';
import { readRules } from '#domain/stored-rules.ts';
import type { ReleaseView } from '#protocol/api.ts';
import type { MeterView } from '#protocol/desk-api.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { appendWithin } from '../record.ts';

export interface MeterDesk {
  read(viewer: Actor, pool: MeterPool): Promise<MeterView>;
  /** Companies that entered a share, and when they last did. */
  entered(poolId: string): Promise<{ organizationId: string; at: Date }[]>;
  /** The company's own entry, percent with two decimals; null takes it back. */
  enter(actor: Actor, poolId: string, mineral: string, percent: number | null): Promise<void>;
}

export interface MeterPool {
  id: string;
  minerals: readonly string[];
  deliveryFrom: number;
  deliveryTo: number;
  basis: string;
  unit: string;
  rules: unknown;
}

export function createMeterDesk(parts: {
  database: Database;
  catalogue: Catalogue;
  mineralFacts: (mineralId: string) => MineralFacts | null;
  /** What is published of a pool now. */
  pools: { current(poolId: string): Promise<ReleaseView> };
  clock: Clock;
}): MeterDesk {
  const { database, catalogue, clock } = parts;
  const { prisma } = database;

  async function rows(pool: MeterPool): Promise<MeterView['rows']> {
    const { cells } = await parts.pools.current(pool.id);
    const years = Array.from({ length: pool.deliveryTo - pool.deliveryFrom + 1 }, (_, i) => pool.deliveryFrom + i);
    return pool.minerals.flatMap((mineral) => {
      const facts = parts.mineralFacts(mineral)?.usConsumption ?? null;
      const consumption = facts && {
        tonnes: facts.figure.value,
        qualifier: facts.figure.qualifier,
        basis: facts.basis,
        kind: facts.kind,
        source: facts.figure.source,
      };
      const consumed = consumedKg(mineral, consumption, catalogue);
      const perUnit = unitContent(pool, mineral, catalogue);
      const ofMineral = cells.filter((cell) => cell.mineral === mineral && cell.level === 'all' && cell.grade === null);
      // Single years over all forms come with the last release; until then the whole horizon stands for a year of it, by its mean.
      const rowOf = (year: number | null) => {
        const released = ofMineral.find((cell) => cell.form === null && cell.year === year)?.value ?? null;
        const ofYears = consumed && times(consumed, ratio(year === null ? BigInt(years.length) : 1n));
        return { mineral, year, released, consumption, sharePct: shareOfConsumption(released, perUnit, ofYears) };
      };
      return [rowOf(null), ...(years.length === 1 ? [] : years.map(rowOf))];
    });
  }

  async function members(pool: MeterPool): Promise<NonNullable<MeterView['members']>> {
    const [buyers, shares] = await Promise.all([
      prisma.poolMember.findMany({
        where: { poolId: pool.id, role: 'buyer' },
        select: { organization: { select: { id: true, name: true } } },
        orderBy: { organization: { name: 'asc' } },
      }),
      prisma.inputShare.findMany({ where: { poolId: pool.id } }),
    ]);
    const entered = new Map(shares.map((share) => [`${share.organizationId} ${share.mineral}`, share.basisPoints]));
    return buyers.flatMap(({ organization }) =>
      pool.minerals.map((mineral) => {
        const basisPoints = entered.get(`${organization.id} ${mineral}`);
        const isBelow = basisPoints !== undefined && basisPoints < HEURISTICS.inputPct * 100;
        const state = basisPoints === undefined ? ('notEntered' as const) : isBelow ? 'below' : 'notBelow';
        return { organization: organization.name, mineral, state };
      }),
    );
  }

  /** Fewer entries would tell too much of one. */
  async function allBelow(pool: MeterPool): Promise<NonNullable<MeterView['allBelow']>> {
    const shares = await prisma.inputShare.findMany({ where: { poolId: pool.id } });
    return pool.minerals.map((mineral) => {
      const entries = shares.filter((share) => share.mineral === mineral);
      const isAll = entries.every(({ basisPoints }) => basisPoints < HEURISTICS.inputPct * 100);
      return { mineral, isAll: entries.length < HEURISTICS.companiesMin ? null : isAll };
    });
  }

  async function own(organizationId: string, pool: MeterPool): Promise<NonNullable<MeterView['own']>> {
    const shares = await prisma.inputShare.findMany({ where: { poolId: pool.id, organizationId } });
    return pool.minerals.map((mineral) => {
      const share = shares.find((one) => one.mineral === mineral);
      return { mineral, percent: share ? share.basisPoints / 100 : null };
    });
  }

  return {
    async read(viewer, pool) {
      const seesMembers = may(viewer, 'inputShare.read');
      const rules = readRules(pool.rules);
      return {
        unit: pool.unit,
        basis: pool.basis,
        limits: { ...HEURISTICS },
        rows: await rows(pool),
        strict: seesMembers ? rules.ok && rules.value.strict : null,
        own: may(viewer, 'inputShare.readOwn') ? await own(viewer.organizationId, pool) : null,
        allBelow: may(viewer, 'inputShare.readWhole') ? await allBelow(pool) : null,
        members: seesMembers ? await members(pool) : null,
      };
    },
    async entered(poolId) {
      const rows = await prisma.inputShare.groupBy({ by: ['organizationId'], where: { poolId }, _max: { at: true } });
      return rows.flatMap(({ organizationId, _max }) => (_max.at ? [{ organizationId, at: _max.at }] : []));
    },
    async enter(actor, poolId, mineral, percent) {
      const at = clock.now();
      const key = { poolId, organizationId: actor.organizationId, mineral };
      await prisma.$transaction(async (tx) => {
        if (percent === null) await tx.inputShare.deleteMany({ where: key });
        else {
          const data = { basisPoints: Math.round(percent * 100), userId: actor.userId, at };
          await tx.inputShare.upsert({
            where: { poolId_organizationId_mineral: key },
            create: { ...key, ...data },
            update: data,
          });
        }
        const subjectId = actor.organizationId;
        await appendWithin(tx, [{ kind: 'inputShare.entered', poolId, actor, subjectId, body: { mineral } }], at);
      });
    },
  };
}
