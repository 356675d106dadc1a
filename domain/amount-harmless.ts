/**
 * Pieces of everyday talk that look like amounts and are none: dates, times of day, grades, compounds, standards, sources, and how many
 * questions or minutes. Used by amount-in, which takes them out before it looks. Lists are closed wherever a free number would fit in.
 */

/** Every compound of the catalogue, and no other: a formula that is made up can spell any number. */
export const FORMULAS: ReadonlySet<string> = new Set(
  'Al2O3 As2O3 B2O3 BaSO4 Bi2O3 CaF2 CeO2 CoSO4.7H2O Cr2O3 Cs2CO3 Dy2O3 Er2O3 Eu2O3 Ga2O3 Gd2O3 GeCl4 GeO2 H3BO3 HfO2 Ho2O3 In2O3 K2O La2O3 Li2CO3 Li2O LiOH.H2O Lu2O3 MnSO4.H2O NH4ReO4 Na2B4O7.5H2O Nb2O5 Nd2O3 NiSO4.6H2O P2O5 Pr6O11 Rb2CO3 Sb2O3 Sc2O3 Sm2O3 Ta2O5 Tb4O7 TiCl4 TiO2 Tm2O3 U3O8 UF6 V2O5 WO3 Y2O3 Yb2O3 ZrO2'.split(
    ' ',
  ),
);

const MONTH =
  '(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\\.?';
/** Years that a delivery, a source or a plan has; later ones are rather amounts. */
const YEAR = '20[0-3]\\d';
const DAY = '(?:[12]\\d|3[01]|0?[1-9])(?:st|nd|rd|th)?';
const HOUR = '(?:[01]?\\d|2[0-3])';
/** Nobody meets at 4:37. */
const MINUTE = '[0-5][05]';
const QUARTER = '(?:Q[1-4]|[1-4]Q|H[12])';
const YEAR_AFTER =
  '(?:(?:quarter|end|beginning|start|middle|course|rest|(?:first|second) half) of|in|by|since|before|after|during|until|till|early|mid|late|fy|year|years|calendar|delivery|spring|summer|autumn|fall|winter)';
const SPAN_TO = '(?:\\s?[-–/]\\s?|\\s+(?:and|or|to|until|through)\\s+)';
/** Whoever counts goes on: what stands before these is no year, day or number of an item. */
const NOT_COUNTED =
  '(?!\\s*(?:of|pieces|pcs|units|per|each|or so|more|less)\\b)(?![\\p{L}\\p{N}%‰$€£¥])(?!\\s?[%‰$€£¥])(?![.,:]\\d)';
const ALONE = '(?<![\\p{L}\\p{N}.,])';

/** A whole piece of text, which nothing counts on from. */
const pattern = (source: string, flags = 'giu'): RegExp => new RegExp(`${ALONE}(?:${source})${NOT_COUNTED}`, flags);

/** As `pattern`, for what no number begins with: 'page 4 of the paper', 'two of us'. */
const words = (source: string, flags = 'giu'): RegExp => new RegExp(`${ALONE}(?:${source})(?![\\p{L}\\p{N}])`, flags);

const PUBLISHERS =
  'USGS|DOE|DLA|DOD|DOI|EU|EC|JRC|IEA|BGS|OECD|WTO|UN|GAO|CRS|NDAA|NASA|NIST|IRENA|World Bank|Argus|Fastmarkets|Roskill|BRGM|ITIA|Federal Register';
const WORKS =
  'MCS|NIR|Mineral Commodity Summaries|Minerals Yearbook|Commodity Summaries|Critical Materials Assessment|Critical Materials Strategy|Critical Minerals List|Critical Minerals Outlook|Strategic and Critical Materials|Annual Report|Annual Materials Plan|Yearbook|Assessment|Report|Outlook|Study|List';

/** Standards, laws and tariffs by their whole name. */
const STANDARDS =
  'ISO[ -]?(?:9001|14001|17025|45001|27001|28000)|AS ?91[02]0|IATF[ -]?16949|NQA-1|ITAR|DFARS ?(?:7052|252\\.225-7052|225\\.7018)|Sections? (?:232|301|45X|30D|7018)|Title (?:III|10)|Incoterms 20[12]0|NATO|MIL-(?:SPEC|STD)|ECCN|REACH|Form (?:10-K|8-K)|Six Sigma|24\\/7|COVID-19';

const ITEMS =
  'agenda item|item|section|point|question|option|step|slide|page|annex|appendix|chapter|phase|round|release|tier|priority|version|round number|line|row|column|attachment';

const CASED: readonly RegExp[] = [
  // A month has a capital: 'may 20' is somebody who may.
  pattern(`${DAY}(?: of)? ${MONTH}(?:,? ${YEAR})?|${MONTH} (?:the )?${DAY}(?:,? ${YEAR})?|${MONTH} ${YEAR}`, 'gu'),
  pattern('Mg|Sept|MIL', 'gu'),
  pattern(`(?:${PUBLISHERS})(?:,? (?:${WORKS}))*,? \\(?${YEAR}`, 'gu'),
  pattern(`(?:${WORKS})(?: of| for|,)? \\(?${YEAR}`, 'gu'),
];

const ANY_CASE: readonly RegExp[] = [
  pattern(STANDARDS),
  pattern(`${YEAR}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\\d|3[01]))?`),
  pattern(`(?:FY ?|${YEAR}[- ])?${QUARTER}(?:[ /-]${YEAR}|${SPAN_TO}${QUARTER})?(?: (?:of|in) ${YEAR})?`),
  pattern(`FY ?${YEAR}(?:-\\d\\d)?`),
  pattern('[2-8]N[0-9]?(?:\\+)?'),
  pattern(`(?:at|by|until|till|from|to|before|after|around|between) ${HOUR}:${MINUTE}(?:${SPAN_TO}${HOUR}:${MINUTE})?`),
  pattern(`${HOUR}(?::${MINUTE})? ?(?:am|pm|a\\.m\\.|p\\.m\\.|o'clock|o’clock)`),
  words(
    'half an hour|half (?:past|day)|double[- ]check(?:s|ed|ing)?|twice (?:a|per) (?:day|week|month|year)|(?:a )?couple of (?:minutes|questions|points|things|remarks|days|weeks)|second half of the year|first half of the year',
  ),
  pattern(`(?:on |by |until )?the (?:[12]\\d|3[01]|[1-9])(?:st|nd|rd|th)`),
];

const SMALL = '(?:two|three|four|five|six|seven|eight|nine|ten|[2-9]|10)';
/** Each at most once in a text: a row of them would spell a number. */
const ONCE: readonly RegExp[] = [
  words(
    `(?:${ITEMS})s? (?:no\\.? |number )?(?:[1-9]|one|two|three|four|five|six|seven|eight|nine)(?![,.]?\\d)(?:[a-d])?`,
    'iu',
  ),
  words(
    `${SMALL} (?:more |other |short |quick |open )?(?:questions|points|options|remarks|things|topics|issues|colleagues|people|meetings|minutes|slides|pages|sessions|of us|of you)`,
    'iu',
  ),
  words(
    `in (?:about )?${SMALL} (?:minutes|hours|days|weeks)|${SMALL} (?:days|weeks|months) (?:ago|from now|late|left)`,
    'iu',
  ),
];

const YEARS = new RegExp(
  `${ALONE}(?:(${YEAR_AFTER}|from|between|for delivery|${QUARTER}|for) )(${YEAR})(?:${SPAN_TO}(${YEAR}))?${NOT_COUNTED}`,
  'giu',
);
const YEARS_ALONE = new RegExp(`${ALONE}(${YEAR})\\s?[-–/]\\s?(${YEAR})${NOT_COUNTED}`, 'gu');
/** A pool delivers over so many years at most, so a wider span is none of years. */
const SPAN_MAX = 12;

const isSpan = (from: string, to: string): boolean =>
  Number(to) > Number(from) && Number(to) - Number(from) <= SPAN_MAX;

/** The text without what is harmless in it. */
export function withoutHarmless(text: string): string {
  let left = text.replace(/(?<![A-Za-z0-9])[A-Z][A-Za-z0-9.]*\d[A-Za-z0-9.]*/g, (word) =>
    FORMULAS.has(word) || FORMULAS.has(word.replace(/\.+$/, '')) ? ' ' : word,
  );
  for (const known of CASED) left = left.replace(known, ' ');
  left = left
    .replace(YEARS, (whole, word: string, from: string, to: string | undefined) => {
      // 'for 2045' is what somebody asks for, 'from 2030' what it had; with an end they are years.
      const takesSpan = /^(?:from|between|for)$/iu.test(word);
      if (to === undefined) return takesSpan ? whole : ' ';
      return isSpan(from, to) ? ' ' : whole;
    })
    .replace(YEARS_ALONE, (whole, from: string, to: string) => (isSpan(from, to) ? ' ' : whole));
  for (const known of ANY_CASE) left = left.replace(known, ' ');
  for (const known of ONCE) left = left.replace(known, ' ');
  return left;
}
