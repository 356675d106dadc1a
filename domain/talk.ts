/**
 * Talk among the people of a pool: who may say something, what is held until the administrator has read it, and what each viewer sees.
 * Used by the talk desk, and by the page to say beforehand that a message will be held.
 */
import { type Actor, may, mayReadBuyers } from './actors.ts';
import { parseFormula } from './formula.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

export const TALK_KINDS = ['message', 'note'] as const;
/** A note stays at the top: agenda, purpose, minutes. Only those who lead the pool write notes. */
export type TalkKind = (typeof TALK_KINDS)[number];
export const TALK_STATES = ['held', 'shown', 'withheld'] as const;
export type TalkState = (typeof TALK_STATES)[number];

export const TALK_CHARS_MAX = 2000;
/** Messages of one person in a minute. */
export const TALK_PER_MINUTE_MAX = 20;

/** Masses, containers, money and shares, in some languages: whoever names one is about to say how much. */
const UNITS =
  'kg|kgs|kilos?|kilograms?|kilogramm|grams?|gramm|mg|tons?|tonnes?|tonnen|tonelada\\w*|tonnellat\\w*|mt|lbs?|pounds?|oz|ounces?|stu|mtu|percent|percentage|pct|prozent|pour cent|por ciento|dollars?|usd|euros?|eur|yen|yuan|cents?|drums?|containers?|truckloads?|pallets?|bags?|barrels?';
/** Number words; 'one' alone is none of them. */
const NUMBERS =
  'zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|half|halves|thirds|couple|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|vingt|trente|quarante|cinquante|soixante|mille|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|mil';
/** Also inside a longer word, as in 'fourhundred' and 'zweitausend'. */
const SCALES = 'hundred|thousand|million|billion|dozen|lakh|hundert|tausend|cientos';
const COMPARED =
  'double[ds]?|tripled?|twice|thrice|halved?|\\w+fold|majority|most of (?:it|the pool)|(?:a|one|two)[ -]third(?!\\s+(?:part|time|option|question|point|way|round))|(?:a|one|three)[ -]quarters?|quarter of (?!(?:the year|20\\d\\d))';

const WORDS = new RegExp(`\\b(?:${UNITS}|${NUMBERS}|${COMPARED})\\b|${SCALES}`, 'iu');
const SIGNS = /[%‰$€£¥]|[零〇一二三四五六七八九十百千万億亿两吨噸]|公斤|(?:кг|тонн)/iu;
const YEAR = /^(?:FY)?20[2-6]\d(?:-(?:20[2-6]\d|[2-6]\d))?$/iu;
const QUARTER_OF_YEAR = /^(?:20[2-6]\d-)?(?:Q[1-4]|[1-4]Q)$/iu;
const NINES = /^[2-8]N[0-9]?$/iu;
const CLOCK = /^(?:[01]?\d|2[0-3]):[0-5]\d$/u;
/** A year stands after one of these; a bare one could be an amount. */
const BEFORE_YEAR =
  /^(?:in|by|for|from|to|until|till|through|than|and|or|of|since|before|after|during|early|mid|late|fy|year|calendar|delivery|Q[1-4])$/iu;
const BEFORE_CLOCK = /^(?:at|by|until|till|from|to|before|after|around)$/iu;

/** A word with a digit in it that is no amount where it stands: a year or quarter, a grade in nines, a time of day, a compound. */
const isHarmless = (word: string, before: string): boolean =>
  (YEAR.test(word) && BEFORE_YEAR.test(before)) ||
  QUARTER_OF_YEAR.test(word) ||
  NINES.test(word) ||
  (CLOCK.test(word) && BEFORE_CLOCK.test(before)) ||
  (/^[A-Z][a-z]?\d?[A-Z]/u.test(word) && !/\d{2}/u.test(word) && parseFormula(word) !== null);

/**
 * The first piece of a text that reads like an amount, a price or a share; null where there is none. Digits of every script count, a unit
 * counts without a number, and so do number words of a few languages. Rather one message too many is held: the administrator lets it go
 * with one key. Somebody who wants to hide a number in words will manage; this stops what slips out.
 */
export function amountIn(text: string): string | null {
  const plain = text.normalize('NFKC');
  const words = plain.split(/[\s,;()"'“”!?]+/u).map((word) => word.replace(/^[.:]+|[.:]+$/gu, ''));
  for (const [index, word] of words.entries())
    if (/\p{Nd}/u.test(word) && !isHarmless(word, words[index - 1] ?? '')) return word;
  // Roman numerals, circled digits and the like turn into letters when normalized.
  return /[\p{Nl}\p{No}]/u.exec(text)?.[0] ?? SIGNS.exec(plain)?.[0] ?? WORDS.exec(plain)?.[0] ?? null;
}

export interface Said {
  kind: TalkKind;
  text: string;
  state: TalkState;
}

/** What becomes of something that a person with a seat in the pool wants to say. */
export function say(actor: Actor, kind: TalkKind, text: string): Outcome<Said> {
  const trimmed = text.trim();
  if (!may(actor, kind === 'note' ? 'talk.note' : 'talk.write'))
    return refuse('not-allowed', 'talk', `${actor.role} writes no ${kind}s here`, 'ask the administrator of the pool');
  if (trimmed === '') return refuse('empty', kind, 'it has no text', 'write something first');
  if (trimmed.length > TALK_CHARS_MAX)
    return refuse('too-long', kind, `it has ${trimmed.length} characters`, `shorten it to ${TALK_CHARS_MAX}`);
  // The administrator too: numbers of the clean room must not slip out by hand.
  return accept({ kind, text: trimmed, state: amountIn(trimmed) === null ? 'shown' : 'held' });
}

/** A held text is let go, or stays withheld for a reason that its author is told. One who wrote it does not decide over it. */
export function decideHeld(
  actor: Actor,
  message: { state: TalkState; userId: string },
  verdict: 'show' | 'withhold',
  reason: string,
): Outcome<TalkState> {
  if (!may(actor, 'talk.decide'))
    return refuse('not-allowed', 'held message', 'only the administrator decides', 'ask the administrator of the pool');
  if (message.state !== 'held')
    return refuse('decided', 'held message', 'somebody has decided over it already', 'look at the talk again');
  if (message.userId === actor.userId && verdict === 'show')
    return refuse('own', 'held message', 'you wrote it yourself', 'ask another administrator to read it');
  if (verdict === 'withhold' && reason.trim() === '')
    return refuse('no-reason', 'held message', 'there is no reason yet', 'say why it cannot be shown');
  return accept(verdict === 'show' ? 'shown' : 'withheld');
}

/** May the viewer see this message? Nobody but its author and the administrators learns that one is held. */
export const maySee = (viewer: Actor, message: { state: TalkState; userId: string }): boolean =>
  message.state === 'shown' || message.userId === viewer.userId || may(viewer, 'talk.decide');

/** In a sealed pool a manufacturer is not told which other manufacturer speaks. */
export const knowsAuthor = (
  viewer: Actor,
  pool: 'sealed' | 'open',
  author: { organizationId: string; kind: Actor['kind'] },
): boolean =>
  author.kind !== 'manufacturer' || author.organizationId === viewer.organizationId || mayReadBuyers(viewer, pool);
