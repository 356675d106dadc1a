/**
 * Words by which people say how much, folded: small letters without accents. Used by amount-in. Alone among the small numbers, 'one' and its
 * kin in other languages are missing: they are said all day and tell nothing.
 */

/** Masses, containers, money and shares: whoever names one is about to say how much. */
const UNITS = [
  'kg kgs kilos? kilograms? kilogramme? grams? gramm[ei]? mg tons? tonnes? tonnen tonelada\\w* tonnellat\\w* kt kts kilo[ -]?ton(?:ne)?s?',
  'mt lbs? pounds? pfund oz ounces? unzen? cwt hundredweights? quintals? quintaux quintal[ei]? flasks? stu mtu zentner',
  'percent percentage pct prozent pour[ ]cent por[ ]ciento per[ ]?cento procent',
  'dollars? usd euros? eur yen yuan rmb cents? bucks mln bn mrd mio milliarden? milliards?',
  'drums? containers? truckloads? trainloads? carloads? railcars? pallets? bags? barrels? kegs?',
];

const NUMBERS = [
  'zero two three four five six seven eight nine ten eleven twelve (?:thir|four|fif|six|seven|eigh|nine)teen',
  '(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:one|two|three|four|five|six|seven|eight|nine)? half halves thirds couple',
  // German and Dutch; a person may write 'fuenf' for 'fünf'.
  'zwei drei vier elf fue?nf sechs sieben acht neun zehn elf zwoe?lf \\w+zehn halb(?:e[rns]?)? hae?lfte drittel viertel doppelt\\w* dreifach\\w* anderthalb',
  'twee drie vijf zes zeven negen tien twaalf \\w+tien twintig dertig veertig vijftig zestig zeventig tachtig negentig',
  'deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingts? trente quarante cinquante soixante mille moitie',
  'dos tres cuatro cinco seis siete ocho nueve diez once[ ](?:mil|cien)\\w* doce trece catorce quince veint\\w+ treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil mitad',
  'uno tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici venti(?:un|uno|due|tre|quattro|cinque|sei|sette|otto|nove)? trenta quaranta cinquanta sessanta settanta ottanta novanta \\w*cento \\w*mila',
  'dois tres quatro sete oito dez onze doze vinte trinta quarenta cinquenta cem cento metade',
  'два две три четыре пять шесть семь восемь девять десять \\p{L}+надцать двадцать тридцать сорок \\p{L}+десят девяносто сто двести триста \\p{L}+сот тысяч\\p{L}* миллион\\p{L}* половин\\p{L}* треть четверть',
];

/** Also inside a longer word, as in 'fourhundred' and 'zweitausend'. */
const SCALES =
  'hundred thousand million billion dozen lakh hundert tausend zwanzig drei(?:ss|ß)ig vierzig funfzig fuenfzig sechzig siebzig achtzig neunzig cientos quinientos duizend honderd тысяч миллион';

const COMPARED =
  'double[ds]?|tripled?|twice|thrice|halved?|\\w+fold|majority|most of (?:it|the pool)|(?:a|one|two)[ -]third(?!\\s+(?:part|time|option|question|point|way|round))|(?:a|one|three)[ -]quarters?|quarter of (?!(?:the year|20\\d\\d))';

const either = (lists: readonly string[]): string =>
  lists
    .flatMap((list) => list.split(/ (?![^[]*\])/))
    .map((word) => word.replaceAll('[ ]', ' '))
    .join('|');

/** A whole word, in letters of any script: \b knows Latin ones alone. */
const WORD_FROM = '(?<![\\p{L}\\p{N}])';
const WORD_TO = '(?![\\p{L}\\p{N}])';

export const SAYS_HOW_MUCH = new RegExp(
  `${WORD_FROM}(?:${either([...UNITS, ...NUMBERS])}|${COMPARED})${WORD_TO}|${either([SCALES])}`,
  'iu',
);

/** What a word that was pulled apart may turn out to be: numbers and units, not comparisons. */
export const NUMBER_OR_UNIT = new RegExp(`^(?:${either([...UNITS, ...NUMBERS, SCALES])})$`, 'iu');
