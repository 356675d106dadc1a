/** What is known of a mineral, each number with its source. Shown on the mineral page; no rule of the pool reads it. */

/** A figure as published: `qualifier` says how to read it ('>', '<', 'W' withheld, 'NA', 'E' net exporter, a word). */
export interface Figure {
  value: number | null;
  valueHigh: number | null;
  unit: string;
  qualifier: string;
  source: string;
}

/** Two sources on one question, side by side. */
export interface SideBySide {
  question: string;
  usgs: Figure | null;
  letter: Figure | null;
  note: string;
}

export interface Intervention {
  id: string;
  country: string;
  iso3: string;
  type: string;
  scope: string;
  target: string;
  startYear: number | null;
  startDate: string | null;
  status: string;
  /** The status holds from and until these days, as far as published. */
  statusFrom: string | null;
  statusUntil: string | null;
  inLetter: boolean;
  source: string;
  locator: string;
  note: string;
}

export interface Production {
  series: string;
  stage: string;
  measure: 'production' | 'capacity' | 'reserves';
  country: string;
  iso3: string | null;
  area: 'country' | 'world' | 'other';
  year: number;
  figure: Figure;
  tonnes: number | null;
  basis: string;
  estimated: boolean;
}

export interface ImportSource {
  series: string;
  form: string;
  rank: number | null;
  country: string;
  iso3: string | null;
  sharePct: number | null;
  qualifier: string;
  period: string;
  source: string;
  locator: string;
}

export interface Criterion {
  criterion: string;
  value: string;
  source: string;
  locator: string;
  note: string;
}

export interface Significance {
  sector: string;
  use: string;
  source: string;
  locator: string;
}

export interface Opportunity {
  id: string;
  country: string;
  iso3: string;
  kind: string;
  what: string;
  form: string;
  sharePct: number | null;
  amount: number | null;
  currency: string;
  year: number | null;
  source: string;
  locator: string;
  note: string;
}

export interface Statistic {
  series: string;
  statistic: string;
  detail: string;
  year: number;
  figure: Figure;
  tonnes: number | null;
  usdPerKg: number | null;
  basis: string;
  estimated: boolean;
}

export interface Concentration {
  series: string;
  stage: string;
  year: number;
  topCountry: string;
  topIso3: string;
  topSharePct: number;
  denominator: string;
  /** Herfindahl index of the listed countries, 0 to 10,000; null where USGS lists too few. */
  hhi: number | null;
  producers: number;
  withheldIso3: string[];
  source: string;
}

/** A number of the letter. */
export interface LetterFact {
  id: string;
  kind: string;
  what: string;
  figure: Figure;
  period: string;
  locator: string;
}

export interface Discrepancy {
  id: string;
  subject: string;
  first: string;
  firstSource: string;
  second: string;
  secondSource: string;
  handling: string;
}

export interface MineralFacts {
  mineralId: string;
  name: string;
  symbol: string | null;
  onList: boolean;
  addedIn2025: boolean;
  hasUsgsChapter: boolean;
  lowSubstitutability: boolean;
  /** Minerals of kind group whose facts speak of this mineral too. */
  groups: string[];
  /** Product that the letter's annex speaks of; empty where the annex has no section on the mineral. */
  annexProduct: string;
  usConsumption: { figure: Figure; kind: string; basis: string } | null;
  sideBySide: SideBySide[];
  interventions: Intervention[];
  production: Production[];
  concentration: Concentration[];
  importSources: ImportSource[];
  criteria: Criterion[];
  significance: Significance[];
  opportunities: Opportunity[];
  statistics: Statistic[];
  letterFacts: LetterFact[];
  discrepancies: Discrepancy[];
}
