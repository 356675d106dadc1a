/** What reads like an amount in talk, comments and proposals, and what everyday talk passes. */
import { expect, test } from 'vitest';
import { FORMULAS } from '#domain/amount-harmless.ts';
import { amountIn } from '#domain/amount-in.ts';
import { catalogue } from '../support/catalogue.ts';

test.each([
  'we need 40 t next year',
  'about 1,550 kg',
  '４３７ kilos',
  'we need ٤٣٧',
  'our price was $4',
  'USD12.5',
  'a third of it, 33%',
  'half of our demand',
  'two tonnes',
  'twenty five drums',
  'three dozen',
  'Ⅷ tonnes',
  '2027 kg',
  '2027 tonnes',
  'we doubled it',
  'half-tonne lots: 12',
  'x500y',
  'Q5',
  '100:00',
  'We want half a tonne',
  'our need is four zero zero',
  'forty two',
  'twentyseven',
  'ten, as before',
  'CD tonnes',
  'a tonne or so',
  'fourhundred',
  'a quarter of it',
  'we take a third',
  'threefold',
  'we want 2031 of them',
  'We take 12:45 per line',
  'unser Bedarf ist zwölf Tonnen',
  'zweitausend',
  'cuatrocientos',
  'nous voulons vingt',
  '四百',
  'несколько тонн',
])('[TK1] “%s” reads like an amount, a price or a share', (text) => {
  expect(amountIn(text)).toEqual(expect.any(String));
});

test.each([
  'Can we have delivery in 2027-Q2 rather than in 2028?',
  'Please look at 6N and 7N separately.',
  'Let us meet at 14:30.',
  'Is Y2O3 or Nd2O3 the basis?',
  'One more thing: the form is wrong.',
  'I would like to second that.',
  'Q3 is fine for us',
  'That is a third party, and the third quarter of 2027 is late.',
  'In the first quarter of the year we are closed.',
  'Somebody should recenter the table; the percentile is fine.',
])('[TK1] “%s” holds no amount', (text) => {
  expect(amountIn(text)).toBeNull();
});

const SOFT_HYPHEN = '\u00AD';
const ZERO_WIDTH = '\u200B';

test.each([
  `thou${SOFT_HYPHEN}sand`,
  `f${ZERO_WIDTH}our`,
  `k${ZERO_WIDTH}g`,
  'fo\u034Fur',
  't\u3164en',
  'thou-sand',
  'f our',
  'f o u r',
  's.e.v.e.n',
  'nine-ty',
  'ei\u2011ght',
  'kilo gram',
  'perc ent',
  'f\u043Eur', // the second letter is Cyrillic
  's\u0456x',
])('[TK8] “%s” is found though it is pulled apart, or letters in it are invisible or of two scripts', (text) => {
  expect(amountIn(text)).toEqual(expect.any(String));
});

test.each([
  'more than 2050',
  'ask for 2045 of gallium',
  '2030 to 2060',
  'from 2030 to 2060',
  'rather than 2028',
  'for 2031',
  'we and 2033',
  'in 2035 of them',
  'up to 2030',
  'in 2050',
  'in 2027 pieces',
  'from 2035 to 2030',
  'we may 20',
  'at 4:37',
  'USGS says 2035',
  'USGS 4370',
  'USGS 2045',
])('[TK9] “%s” has no year, date or source that excuses the number', (text) => {
  expect(amountIn(text)).toEqual(expect.any(String));
});

test.each(['H5O6C7N8', 'C4H3O7', 'Y4O3', 'B4C37', 'N2O5', 'Al4O3.7H2O'])(
  '[TK10] “%s” is no compound of the catalogue',
  (text) => expect(amountIn(text)).toBe(text),
);

test('[TK10] every compound of the catalogue that has a number in it can be named, and no other', () => {
  const named = [
    ...[...catalogue.forms.values()].flatMap(({ formula, assayOf }) => [formula ?? '', assayOf ?? '']),
    ...[...catalogue.minerals.values()].map(({ constituent }) => constituent?.formula ?? ''),
  ].filter((formula) => /\d/.test(formula));
  expect([...FORMULAS].sort()).toEqual([...new Set(named)].sort());
  for (const formula of named) expect(amountIn(`The basis is ${formula}.`)).toBeNull();
});

test.each([
  'a few kt',
  'in cwt',
  'flasks of mercury',
  'a quintal',
  'kilotonnes',
  'a kilo-tonne',
  'mln',
  'some bn',
  'uno',
  'venti',
  'ventiquattro',
  'duecento',
  'duemila',
  'zwanzig',
  'fünfundzwanzig',
  'fuenf',
  'dreißig',
  'die Hälfte',
  'пять тысяч',
  'семь',
  'двадцать',
  'veinticinco',
  'quatre-vingt',
  'twintig',
  'dois',
  'anderthalb',
])('[TK11] “%s” says how much', (text) => {
  expect(amountIn(text)).toEqual(expect.any(String));
});

/** What people say in a procurement meeting when they speak of no amount. */
const EVERYDAY = [
  'Good morning, can everybody hear me?',
  'Let us start with agenda item 3.',
  'My second point is about the certificates.',
  'First, please read the purpose of the meeting.',
  'One of us should call the supplier.',
  'Could somebody explain the 4N5 grade?',
  'We are certified to ISO 9001 and AS9100.',
  'Is IATF 16949 needed, or is ISO 14001 enough?',
  'Delivery in 2027-Q2 would suit us.',
  'Q3 is fine, Q4 is late.',
  'We meet again on March 15.',
  'The deadline is 30 November 2026.',
  'See the note of 2026-11-24.',
  'Let us talk again at 14:30.',
  'I have to leave at 3 pm.',
  'From 10:00 to 11:30 I am in another meeting.',
  'The first quarter of 2027 is difficult for shipping.',
  'By the end of 2028 the plant should run.',
  'Deliveries from 2027 to 2029 are what the pool is about.',
  'Between 2027 and 2030 the rules may change.',
  'Can we have the powder instead of the ingot?',
  'The form is gallium metal, not the oxide.',
  'Is Y2O3 the basis, or the metal?',
  'CoSO4.7H2O loses water in store.',
  'Which incoterms apply, Incoterms 2020?',
  'USGS 2025 lists gallium as critical.',
  'See USGS Mineral Commodity Summaries 2026, gallium.',
  'The DOE Critical Materials Assessment 2023 says so.',
  'Section 232 tariffs may apply.',
  'DFARS 252.225-7052 excludes that origin.',
  'Can we agree on the next step?',
  'I would like to second that.',
  'Please double-check the delivery address.',
  'I have two questions about the form.',
  'Give me half an hour, please.',
  'In two weeks we know more.',
  'We call twice a week anyway.',
  'A couple of minutes more, please.',
  'The administrator will read it first.',
  'Who takes the minutes today?',
  'Can we take option 2?',
  'Round 2 begins after review.',
  'Tier 1 is filled first, as I understand.',
  'What does the strict profile mean for us?',
  'My colleague joins in ten minutes.',
  'Please look at page 4 of the paper.',
  'That is a third party, not ours.',
  'Our quality people need a sample first.',
  'Mg is not part of this pool.',
  'The MIL-SPEC asks for a certificate of origin.',
  'Sept or October are both fine.',
  'We cannot take material from that country.',
  'Is recycled content accepted?',
  'When is the next release?',
  'I think the purity matters more than the price.',
  'On the 15th I am away.',
  'Let us close the topic and move on.',
  'The refinery has a long lead time.',
  'FY2027 starts in October.',
  'Thank you all, see you tomorrow.',
];

test('[TK12] of sixty sentences of a procurement meeting that hold no amount none is held', () => {
  expect(EVERYDAY).toHaveLength(60);
  expect(EVERYDAY.filter((text) => amountIn(text) !== null)).toEqual([]);
});

test.each(['item 4, item 3, item 7', 'two questions, seven points', 'in two weeks, in nine days'])(
  '[TK13] “%s”: small numbers of items, questions and weeks pass once, and a row of them is held',
  (text) => expect(amountIn(text)).toEqual(expect.any(String)),
);

test.each([
  'Ventilation of the furnace is an issue.',
  'Seventh heaven: nobody is against.',
  'Often is better than never.',
  'The tender is often late.',
  'Are there any downtimes, or none?',
  'A mile is long; simile and metadata, too.',
  'This is once more a matter of trust.',
  'Grains of 20 μm'.replace('20 ', 'some '),
])('[TK14] “%s” only has letters of a number word in it', (text) => {
  expect(amountIn(text)).toBeNull();
});

test.each([
  'a'.repeat(2000),
  'a '.repeat(1000),
  'a\u0431'.repeat(1000),
  'in 2027 and '.repeat(170),
  'n i n '.repeat(330),
])('[TK8] a long text that is made to be slow is looked through all the same', (text) => {
  // Fifty times what anybody may say: what grew with the square of the length would not end within the time of a test.
  expect(amountIn(text.repeat(50))).toBeDefined();
});
