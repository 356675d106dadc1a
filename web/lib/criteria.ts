/** The letter's criteria for picking a mineral, in words. */
const CRITERION_TITLE: Record<string, string> = {
  aluminum_alloying: 'Alloys aluminum',
  broad_manufacturing: 'Used across manufacturing',
  china_prominent_supplier: 'China is a prominent supplier',
  china_refining_40_to_90: 'China refines 40 to 90 % of the world',
  china_top_supplier: 'China is the top supplier',
  defense_essential: 'Essential to defense',
  doe_electric_18: 'One of the Energy Department’s 18 electric materials',
  economic_coercion: 'Exposed to economic coercion',
  energy: 'Needed for energy',
  export_restricted_20pct_2021_2023: 'A fifth of trade was under export restrictions, 2021 to 2023',
  import_reliance_100: 'Wholly imported',
  low_substitutability: 'Hard to substitute',
  magnets: 'Needed for magnets',
  medicine: 'Needed for medicine',
  north_american_lead_source: 'North America is the lead source',
  semiconductors: 'Needed for semiconductors',
  specialty_conductivity: 'Conducts in a special way',
  telecom: 'Needed for telecommunications',
  thin_market_pooling_example: 'A thin market: named as an example for pooling',
  transparent_market: 'Traded on a transparent market',
  world_share_60_china: 'China produces more than 60 % of the world',
  world_share_60_other: 'One country produces more than 60 % of the world',
};

/** Criteria whose own words name the country already. */
const NAMES_CHINA = new Set([
  'china_prominent_supplier',
  'china_refining_40_to_90',
  'china_top_supplier',
  'world_share_60_china',
]);

export function criterionTitle(criterion: string, value: string, countryName: (iso3: string) => string): string {
  const title = CRITERION_TITLE[criterion] ?? criterion.replace(/_/g, ' ');
  return value === '1' || value === '' || NAMES_CHINA.has(criterion) ? title : `${title}: ${countryName(value)}`;
}

/** Roles of partners as the letter sorts them. */
const ROLE_WORDS: Record<string, string> = {
  mineral_supplier: 'mineral supplier',
  processing_capacity: 'processing capacity',
  technology_hub: 'technology hub',
  investor_buyer: 'investor and buyer',
  recovery_recycling: 'recovery and recycling',
  north_america: 'North American neighbor',
  framework_precedent: 'precedent for first rights',
};

export const roleWords = (role: string): string => ROLE_WORDS[role] ?? role.replace(/_/g, ' ');

const STANDING_WORDS: Record<string, string> = {
  existing: 'partner of today',
  deepen: 'to be deepened',
  alternative: 'alternative to China',
};

export const roleStanding = (standing: string): string => STANDING_WORDS[standing] ?? standing;

/** Before a score that is a bound: '≥ ' or '≤ '. */
export const boundMark = (bound: '' | 'at least' | 'at most'): string =>
  bound === 'at least' ? '≥ ' : bound === 'at most' ? '≤ ' : '';
