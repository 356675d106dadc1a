/** What the published facts say of a mineral's demand and supply, as the scenarios take it. Null where too little is published to compute anything. */
import { standingOf } from './criteria-restrictions.ts';
import type { ImportSource, MineralFacts } from './mineral-facts.ts';
import { COVERED_NATIONS, HOME } from './partner-fit.ts';
import type { MineralSupply, Source, SourceKind } from './shortfall.ts';

const BOUND = { '>': 'at least', '<': 'at most' } as const;

/** `partners`: ISO codes of countries with an agreement or a role; `today`: YYYY-MM-DD; `stockT` in the basis of the consumption. */
export function supplyOf(
  facts: MineralFacts,
  { partners, today, stockT }: { partners: ReadonlySet<string>; today: string; stockT: number },
): MineralSupply | null {
  const demandT = facts.usConsumption?.figure.value ?? null;
  const figure = facts.sideBySide.find(({ question }) => question.startsWith('U.S. net import reliance'))?.usgs;
  const reliancePct = figure?.qualifier === 'E' ? 0 : (figure?.value ?? null);
  if (demandT === null || demandT <= 0 || reliancePct === null || !facts.usConsumption) return null;
  const imports = chosenImports(facts.importSources);
  if (reliancePct > 0 && imports.length === 0) return null;
  const importedT = (demandT * reliancePct) / 100;
  const listed = imports.reduce((sum, { sharePct }) => sum + (sharePct ?? 0), 0);
  const restricting = new Set(
    facts.interventions
      .filter((one) => ['inForce', 'lapsed', 'ended'].includes(standingOf(one, today)))
      .map(({ iso3 }) => iso3),
  );
  const kindOf = (iso3: string | null): SourceKind => {
    if (iso3 === null) return 'other';
    if (COVERED_NATIONS.includes(iso3)) return 'covered';
    return partners.has(iso3) ? 'partner' : 'other';
  };
  const sources: Source[] = [
    { iso3: HOME, name: 'United States', kind: 'home', restricted: false, tonnes: demandT - importedT },
    ...imports.map((row) => ({
      iso3: row.iso3,
      name: row.country,
      kind: kindOf(row.iso3),
      restricted: row.iso3 !== null && restricting.has(row.iso3),
      tonnes: (importedT * (row.sharePct ?? 0)) / Math.max(100, listed),
    })),
    {
      iso3: null,
      name: 'Countries not listed',
      kind: 'other',
      restricted: false,
      tonnes: (importedT * Math.max(0, 100 - listed)) / 100,
    },
  ];
  const price = priceOf(facts);
  return {
    mineralId: facts.mineralId,
    name: facts.name,
    demandT,
    demandBasis: facts.usConsumption.basis,
    bound: BOUND[figure?.qualifier as keyof typeof BOUND] ?? '',
    reliancePct,
    sources: sources.filter(({ tonnes }) => tonnes > 0),
    importForm: imports[0]?.form ?? '',
    importPeriod: imports[0]?.period ?? '',
    usdPerKg: price?.usdPerKg ?? null,
    priceOf: price?.detail ?? '',
    lowSubstitutability: facts.lowSubstitutability,
    stockT,
  };
}

/** Shares are published form by form: those of the total where there are such, else of metal, else of the first form with shares. */
function chosenImports(sources: readonly ImportSource[]): ImportSource[] {
  const withShare = sources.filter(
    ({ source, sharePct, iso3 }) => source.startsWith('usgs') && sharePct !== null && iso3,
  );
  const formOf = (pattern: RegExp) => withShare.find(({ form }) => pattern.test(form));
  const first = formOf(/total/i) ?? formOf(/^all forms$/i) ?? formOf(/metal/i) ?? withShare[0];
  return first ? withShare.filter(({ series, form }) => series === first.series && form === first.form) : [];
}

/** The latest published price; of several of one year the first, as the source lists them. */
function priceOf({ statistics }: MineralFacts): { usdPerKg: number; detail: string } | null {
  const priced = statistics.filter(({ usdPerKg }) => usdPerKg !== null && usdPerKg > 0);
  const year = Math.max(...priced.map((row) => row.year));
  const found = priced.find((row) => row.year === year);
  return found?.usdPerKg ? { usdPerKg: found.usdPerKg, detail: `${found.detail}, ${year}` } : null;
}
