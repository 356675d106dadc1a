/** Demand and supply of every mineral that the facts say enough of, with the stock of the ledger; and scenario runs put on the record. Part of the reserve desk. */
import { createHash } from 'node:crypto';
import type { Actor } from '#domain/actors.ts';
import { basisOf, type Catalogue } from '#domain/catalogue.ts';
import { toNumber } from '#domain/exact.ts';
import type { MineralFacts } from '#domain/mineral-facts.ts';
import type { Agreement, PartnerRole } from '#domain/partner-fit.ts';
import { canonical, type Json } from '#domain/record.ts';
import { type Assumptions, type MineralSupply, type Scenario, scenarioTitle, shortfallOf } from '#domain/shortfall.ts';
import { supplyOf } from '#domain/shortfall-facts.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { appendWithin } from '../record.ts';
import { programmeOf, readBalances } from './book.ts';

export interface ShortfallParts {
  database: Database;
  catalogue: Catalogue;
  clock: Clock;
  mineralFacts: (mineralId: string) => MineralFacts | null;
  partnerFacts: () => { roles: readonly PartnerRole[]; agreements: readonly Agreement[] };
}

/** Grams of contained element in stock, by mineral. */
async function stockByMineral({ prisma }: Database): Promise<Map<string, number>> {
  const programme = await programmeOf(prisma);
  if (!programme) return new Map();
  const balances = await readBalances(prisma, programme.id);
  const lots = await prisma.reserveLot.findMany({
    where: { programmeId: programme.id },
    select: { id: true, mineral: true },
  });
  const found = new Map<string, number>();
  for (const { id, mineral } of lots)
    found.set(mineral, (found.get(mineral) ?? 0) + (balances.get(`stock/${id}`) ?? 0));
  return found;
}

/** Tonnes in the basis of the published figure: 'Y2O3 equivalent' counts the oxide, 'Sb content' and gross weight of metal the element. */
function inBasis(grams: number, facts: MineralFacts, catalogue: Catalogue): number {
  const formula = facts.usConsumption?.basis.split(' ')[0] ?? '';
  const basis = /\d/.test(formula) ? basisOf(catalogue, facts.mineralId, formula) : null;
  return grams / 1e6 / (basis ? toNumber(basis.content) : 1);
}

export async function readSupplies(parts: ShortfallParts): Promise<MineralSupply[]> {
  const { database, catalogue, clock, mineralFacts, partnerFacts } = parts;
  const stock = await stockByMineral(database);
  const { roles, agreements } = partnerFacts();
  const partners = new Set([...roles.map(({ iso3 }) => iso3), ...agreements.flatMap(({ iso3 }) => iso3)]);
  const today = clock.now().toISOString().slice(0, 10);
  return [...catalogue.minerals.values()].flatMap(({ id, isGroup }) => {
    const facts = isGroup ? null : mineralFacts(id);
    if (!facts) return [];
    const stockT = inBasis(stock.get(id) ?? 0, facts, catalogue);
    return supplyOf(facts, { partners, today, stockT }) ?? [];
  });
}

/** Puts a run on the record: what was assumed, and the hash of what came out, so that it can be shown later to be the one. */
export async function recordRun(
  parts: ShortfallParts,
  actor: Actor,
  { scenario, assumptions }: { scenario: Scenario; assumptions: Assumptions },
): Promise<{ minerals: number; hash: string }> {
  const supplies = await readSupplies(parts);
  const results = supplies.map((mineral) => ({ mineral, shortfall: shortfallOf(mineral, scenario, assumptions) }));
  const hash = createHash('sha256')
    .update(canonical(JSON.parse(JSON.stringify(results)) as Json))
    .digest('hex');
  const body = {
    scenario: scenarioTitle(scenario),
    minerals: results.length,
    assumptions: { ...assumptions },
    result: hash,
  };
  await parts.database.prisma.$transaction((tx) =>
    appendWithin(tx, [{ kind: 'reserve.scenario', actor, body }], parts.clock.now()),
  );
  return { minerals: results.length, hash };
}
