/** Loads the reference facts: the catalogue that rows are read with, and the facts of a mineral with their sources. Used by the server at start. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Catalogue, indexCatalogue } from '#domain/catalogue.ts';
import type { MineralFacts } from '#domain/mineral-facts.ts';
import type { Agreement, PartnerRole } from '#domain/partner-fit.ts';
import { type CatalogueTables, catalogueData, contradictions, readCatalogueTables } from './catalogue-tables.ts';
import { type FactTables, readFactTables, unknownNames, worldProduction } from './fact-tables.ts';
import { factsOf } from './mineral-facts.ts';
import { raise } from './read.ts';

export const FACTS_DIRECTORY = fileURLToPath(new URL('facts', import.meta.url));

export interface Facts {
  catalogue: Catalogue;
  mineral(id: string): MineralFacts | null;
  partners: { roles: readonly PartnerRole[]; agreements: readonly Agreement[] };
}

/** Reads and checks every file of the folder. Throws SeedError, naming file and line of every fault. */
export function readFacts(directory: string): Facts {
  const tables = readCatalogueTables(directory);
  raise(contradictions(tables));
  const facts = readFactTables(directory);
  const minerals = new Set(tables.minerals.values.map((row) => row.mineral_id));
  const countries = new Set(tables.countries.values.map((row) => row.iso3));
  raise(unknownNames(facts, minerals, countries));
  const version = createHash('sha256');
  for (const table of Object.values(tables)) version.update(table.text);
  const data = catalogueData(tables, worldProduction(facts), version.digest('hex'));
  const known = new Map<string, MineralFacts>();
  for (const row of tables.minerals.values) known.set(row.mineral_id, factsOf(row, facts));
  return {
    catalogue: indexCatalogue(data),
    mineral: (id) => known.get(id) ?? null,
    partners: { roles: facts.partners.values, agreements: agreementsOf(facts, tables) },
  };
}

/** An agreement of several countries names them in one cell, 'Japan and South Korea', and has no code. */
function agreementsOf(facts: FactTables, { countries }: CatalogueTables): Agreement[] {
  const code = new Map(countries.values.map((row) => [row.name, row.iso3]));
  return facts.agreements.values.map((row) => ({
    ...row,
    iso3: row.iso3 ? [row.iso3] : row.country.split(' and ').flatMap((name) => code.get(name) ?? []),
    date: row.date || null,
  }));
}

let facts: Facts | null = null;
/** Read once a process: the files do not change while it runs. */
const shared = (): Facts => {
  facts ??= readFacts(FACTS_DIRECTORY);
  return facts;
};

export const loadCatalogue = (): Catalogue => shared().catalogue;
export const partnerFacts = (): Facts['partners'] => shared().partners;
export const mineralFacts = (mineralId: string): MineralFacts | null => shared().mineral(mineralId);
