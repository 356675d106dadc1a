/** Reads everything a run is made from, in the versions it names: the round's sheets, the reserve's priorities, the catalogue. Used by desk. */
import { createHash } from 'node:crypto';
import type { Catalogue } from '#domain/catalogue.ts';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { budgetMicro } from '#domain/match-budget.ts';
import {
  type ExportBan,
  MATCH_SETTINGS,
  type MatchSettings,
  problemsOf,
  type RoundLines,
} from '#domain/match-input.ts';
import { MATCH_RULES, type Problem } from '#domain/match-model.ts';
import { usdText } from '#domain/match-words.ts';
import { nameKey } from '#domain/offer-terms.ts';
import { offersIn } from '#domain/offers-of-round.ts';
import { type PriorityLine, readPriority } from '#domain/priority-sheet.ts';
import { type Quarter, quarter } from '#domain/quarters.ts';
import { canonical, type JsonObject } from '#domain/record.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { OWNER, type Row } from '#domain/sheets.ts';
import { readRules } from '#domain/stored-rules.ts';
import { planned, readTarget, type TargetLine } from '#domain/target-sheet.ts';
import type { Database } from '../database.ts';
import { ultimateOwners } from '../owners.ts';
import { seedOf } from './lottery.ts';

/** Stored with the run: with the log of the sheets it is enough to make the same problems again. */
export interface RunInputs {
  rules: string;
  settings: MatchSettings;
  minerals: string[];
  deliveryFrom: number;
  deliveryTo: number;
  awardQuarter: Quarter;
  catalogue: string;
  sheets: {
    id: string;
    kind: 'demand' | 'offers' | 'priorities' | 'targets';
    organizationId: string | null;
    seq: number;
  }[];
  /** Grams that approved orders of other rounds bring to the reserve, by row of the sheet of targets. */
  covered: Record<string, number>;
  /** Bans of exports that the catalogue knew. Runs of earlier versions lack it. */
  bans?: ExportBan[];
  lotterySeed: string;
  /** What the reserve may spend in this match, micro-dollars as decimal text; missing where no row states a budget. */
  reserveBudgetMicro?: string;
}

export interface Gathered {
  inputs: RunInputs;
  /** sha256 of the inputs and of the problems made from them, hex. */
  inputHash: string;
  problems: Problem[];
}

/** What the log has of a sheet, and its version. The sheets' own chapter provides it. */
export interface SheetRows {
  rowsOf(sheetId: string): Promise<{ seq: bigint; rows: Map<string, Row> }>;
}

/** Sheets of one round: one of demand or of offers for each member that buys or offers. */
const SHEETS_MAX = 500;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export async function gather(
  parts: {
    database: Database;
    sheets: SheetRows;
    catalogue: Catalogue;
    bansOn?: (mineral: string) => ExportBan[];
    now: () => Date;
  },
  roundId: string,
): Promise<Outcome<Gathered>> {
  const { prisma } = parts.database;
  const { catalogue } = parts;
  const round = await prisma.round.findUniqueOrThrow({
    where: { id: roundId },
    include: { pool: true, sheets: { take: SHEETS_MAX } },
  });
  const { pool } = round;
  const terms = { minerals: pool.minerals, deliveryFrom: pool.deliveryFrom, deliveryTo: pool.deliveryTo };
  const ofReserve = await prisma.sheet.findMany({
    where: { programmeId: pool.programmeId, kind: { in: ['priorities', 'targets'] } },
    take: 2,
  });
  const chosen = [...round.sheets, ...ofReserve].sort((a, b) => (a.id < b.id ? -1 : 1));
  const { parentOf, byName } = await buyers(parts.database, pool.id);

  const sheets: RunInputs['sheets'] = [];
  const demand: RoundLines['demand'][number][] = [];
  const offers: RoundLines['offers'][number][] = [];
  const priorities: PriorityLine[] = [];
  const targets: TargetLine[] = [];
  for (const sheet of chosen) {
    if (sheet.kind === 'notes') continue;
    const { seq, rows } = await parts.sheets.rowsOf(sheet.id);
    sheets.push({ id: sheet.id, kind: sheet.kind, organizationId: sheet.organizationId, seq: Number(seq) });
    if (sheet.kind === 'offers') {
      offers.push(...offersIn({ ...sheet, rows }, catalogue, terms));
      continue;
    }
    for (const [id, row] of rows) {
      // Rows that are wrong are marked in the sheet and left out here, as they are left out of the pool.
      if (sheet.kind === 'demand') {
        const reading = readDemandLine(id, row, catalogue, terms);
        const organizationId = sheet.organizationId ?? String(row[OWNER] ?? '');
        if (reading.state === 'valid' && parentOf.has(organizationId))
          demand.push({
            organizationId,
            parentId: parentOf.get(organizationId) ?? organizationId,
            line: reading.value,
          });
      } else if (sheet.kind === 'priorities') {
        const reading = readPriority(id, row, catalogue);
        if (reading.state === 'valid') priorities.push(reading.value);
      } else {
        const reading = readTarget(id, row, catalogue);
        if (reading.state === 'valid') targets.push(reading.value);
      }
    }
  }
  if (!sheets.some(({ kind }) => kind === 'offers'))
    return refuse('no-offers', 'round', 'it has no offers sheet', 'ask the administrator to set the round up again');

  const covered = await coveredGrams(parts.database, roundId, pool.programmeId);
  const aims = planned(priorities, targets);
  const stated = budgetMicro(aims, pool.minerals);
  const spent = stated === null ? 0n : await spentMicro(parts.database, roundId, pool.programmeId, pool.minerals);
  const budget = stated === null ? null : stated > spent ? stated - spent : 0n;
  const inputs: RunInputs = {
    rules: MATCH_RULES,
    settings: settingsOf(round.rules ?? pool.rules),
    ...terms,
    awardQuarter: quarter(round.closesAt.getUTCFullYear(), Math.floor(round.closesAt.getUTCMonth() / 3) + 1),
    catalogue: catalogue.data.version,
    sheets,
    covered,
    bans: pool.minerals.flatMap((mineral) => parts.bansOn?.(mineral) ?? []),
    lotterySeed: await seedOf(parts.database, roundId, parts.now()),
    ...(budget !== null && { reserveBudgetMicro: budget.toString() }),
  };
  const problems = problemsOf({
    ...inputs,
    demand,
    offers,
    targets: aims,
    coveredGrams: new Map(Object.entries(covered)),
    buyerByName: byName,
  });
  if (!problems.ok) return problems;
  const inputHash = sha256(canonical({ inputs, problems: problems.value } as unknown as JsonObject));
  return accept({ inputs, inputHash, problems: problems.value });
}

/** Buyers of the pool with their ultimate owners. Lines of whoever left the pool, or sits there as something else, buy nothing. */
async function buyers(
  { prisma }: Database,
  poolId: string,
): Promise<{ parentOf: Map<string, string>; byName: Map<string, string> }> {
  const members = await prisma.poolMember.findMany({
    where: { poolId, role: 'buyer' },
    select: { organization: { select: { id: true, name: true, parentId: true } } },
  });
  const organizations = members.map(({ organization }) => organization);
  const ownerOf = await ultimateOwners(prisma, organizations);
  return {
    parentOf: new Map(organizations.map(({ id }) => [id, ownerOf(id)])),
    byName: new Map(organizations.map(({ id, name }) => [nameKey(name), ownerOf(id)])),
  };
}

/** A pool may ask for less of one country of origin than the match does by itself. */
function settingsOf(rules: unknown): MatchSettings {
  const read = readRules(rules);
  if (!read.ok) return MATCH_SETTINGS;
  const { countryCapPct, supplierCapPct, proportionalFirm } = read.value;
  const tighter = (own: number, cap: number | null): number => Math.min(own, cap ?? own);
  return {
    ...MATCH_SETTINGS,
    countrySharePct: tighter(MATCH_SETTINGS.countrySharePct, countryCapPct),
    supplierSharePct: tighter(MATCH_SETTINGS.supplierSharePct ?? 100, supplierCapPct),
    scarce: proportionalFirm ? 'proportional' : 'uniform',
  };
}

/** What other rounds of the programme have already ordered for the reserve need not be bought twice. */
async function coveredGrams(database: Database, roundId: string, programmeId: string): Promise<Record<string, number>> {
  const rows = await database.prisma.allocation.groupBy({
    by: ['row'],
    where: {
      organizationId: null,
      order: { state: 'approved' },
      run: { roundId: { not: roundId }, round: { pool: { programmeId } } },
    },
    _sum: { grams: true },
    orderBy: { row: 'asc' },
  });
  return Object.fromEntries(rows.map((entry) => [entry.row, Number(entry._sum.grams ?? 0n)]));
}

/** What approved orders of other rounds of the programme cost the reserve, feed for its product included. */
async function spentMicro(
  { prisma }: Database,
  roundId: string,
  programmeId: string,
  minerals: readonly string[],
): Promise<bigint> {
  const [row] = await prisma.$queryRaw<{ micro: string }[]>`
    SELECT coalesce(sum(a.grams::numeric * a.usd_micro_per_kg / 1000), 0)::bigint::text AS micro
    FROM allocation a
    JOIN purchase_order o ON o.id = a.order_id AND o.state = 'approved'
    JOIN match_run m ON m.id = a.run_id AND m.round_id <> ${roundId}::uuid
    JOIN round r ON r.id = m.round_id
    JOIN pool p ON p.id = r.pool_id AND p.programme_id = ${programmeId}::uuid
    WHERE a.organization_id IS NULL AND a.mineral = ANY(${[...minerals]})`;
  return BigInt(row?.micro ?? '0');
}

/** The inputs for people: what and in which version, without a company's name or number of edits. */
export function describeInputs(
  inputs: RunInputs,
  inputHash: string,
  solver: string,
): { what: string; version: string }[] {
  const ofKind = (kind: string) => inputs.sheets.filter((sheet) => sheet.kind === kind);
  const versionOf = (sheets: RunInputs['sheets']) =>
    sha256(sheets.map(({ id, seq }) => `${id}:${seq}`).join()).slice(0, 16);
  const demand = ofKind('demand');
  const offers = ofKind('offers');
  const covered = Object.keys(inputs.covered).length;
  return [
    { what: `Demand sheets (${demand.length})`, version: versionOf(demand) },
    { what: `Offers sheets (${offers.length})`, version: versionOf(offers) },
    ...ofKind('priorities').map(({ seq }) => ({ what: 'Priority sheet', version: `version ${seq}` })),
    ...ofKind('targets').map(({ seq }) => ({ what: 'Targets and stock', version: `version ${seq}` })),
    ...(covered > 0 ? [{ what: 'Approved for the reserve in other rounds', version: `${covered} targets` }] : []),
    { what: 'Catalogue', version: inputs.catalogue.slice(0, 16) },
    { what: 'Rules', version: inputs.rules },
    {
      what: 'One country of origin at most',
      version: `${inputs.settings.countrySharePct} % of demand, ${inputs.settings.excessPct} % of the price above it`,
    },
    ...(typeof inputs.settings.supplierSharePct === 'number'
      ? [
          {
            what: 'One supplier at most',
            version: `${inputs.settings.supplierSharePct} % of demand, at the same price`,
          },
        ]
      : []),
    ...(inputs.settings.riskPct === undefined
      ? []
      : [{ what: 'What is not sure to come', version: `${inputs.settings.riskPct} % of the price` }]),
    {
      what: 'Scarce supply',
      version: inputs.settings.scarce === 'proportional' ? 'firm claims in proportion' : 'uniform rule',
    },
    ...(inputs.bans && inputs.bans.length > 0
      ? [{ what: 'Bans of exports', version: `${inputs.bans.length} of the catalogue` }]
      : []),
    { what: 'Orders placed in', version: inputs.awardQuarter },
    ...(inputs.reserveBudgetMicro === undefined
      ? []
      : [{ what: 'Budget of the reserve', version: usdText(BigInt(inputs.reserveBudgetMicro)) }]),
    // The seed itself is secret until the match is over; its hash tells whether it is the one that was committed to.
    { what: 'Lottery seed, its SHA-256', version: sha256(inputs.lotterySeed).slice(0, 16) },
    { what: 'Solver', version: solver },
    { what: 'All inputs together', version: inputHash.slice(0, 16) },
  ];
}
