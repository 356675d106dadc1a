/** Finds what reads like an amount, a price or a share in a text, so that it can be held or refused. Used by talk, comments and admission. */
import { withoutHarmless } from './amount-harmless.ts';
import { NUMBER_OR_UNIT, SAYS_HOW_MUCH } from './amount-words.ts';

const SIGNS = /[%‰$€£¥]|[零〇一二三四五六七八九十百千万億亿两吨噸]|公斤|(?:кг|тонн)/iu;

/** Letters pulled apart further than this are not looked for. */
const PIECES_MAX = 8;
const LETTERS_MAX = 12;

/**
 * One spelling for many: no invisible characters (a soft hyphen or a zero-width space inside a number word would hide it), no accents,
 * letters that only look different as what they are.
 */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\p{Cf}\p{Mn}\p{Me}\u115F\u1160\u3164\u2800]/gu, '')
    .normalize('NFC')
    .replace(/[\u2010-\u2015\u2212]/gu, '-');

/**
 * The first piece of a text that reads like an amount, a price or a share; null where there is none. Digits of every script count, a unit
 * counts without a number, and so do number words of eight languages, also pulled apart or in letters of two scripts. Rather one text too
 * many is found: the administrator lets a message go with one key. Somebody who wants to hide a number in words will manage; this stops what
 * slips out.
 */
export function amountIn(text: string): string | null {
  const plain = folded(text);
  const left = withoutHarmless(plain);
  const digits = left.split(/[\s,;()"'“”!?]+/u).find((word) => /\p{Nd}/u.test(word));
  if (digits !== undefined) return digits.replace(/^[.:]+|[.:]+$/gu, '');
  // Roman numerals, circled digits and the like turn into letters when normalized.
  return (
    /[\p{Nl}\p{No}]/u.exec(text)?.[0] ??
    SIGNS.exec(left)?.[0] ??
    SAYS_HOW_MUCH.exec(left)?.[0] ??
    pulledApart(left) ??
    ofTwoScripts(left)
  );
}

/** 'f our', 'thou-sand', 'f.o.u.r': neighbouring pieces that make a number or a unit together. */
function pulledApart(text: string): string | null {
  const pieces = text.match(/\p{L}+/gu) ?? [];
  for (let from = 0; from < pieces.length; from++) {
    let word = pieces[from] ?? '';
    for (let to = from + 1; to < Math.min(pieces.length, from + PIECES_MAX); to++) {
      word += pieces[to];
      if (word.length > LETTERS_MAX) break;
      if (word.length > 3 && NUMBER_OR_UNIT.test(word) && !isOrdinary(pieces.slice(from, to + 1))) return word;
    }
  }
  return null;
}

/** 'on ce' is nobody's way to write; 'so me' neither. But 'a' and 'I' stand alone in every sentence. */
const isOrdinary = (pieces: readonly string[]): boolean =>
  pieces.length === 2 && pieces.every((piece) => /^(?:a|i|no|ton|per|tre|do|s|t)$/iu.test(piece));

/** Latin letters and Greek or Cyrillic ones that look alike, in one word. A micrometre is written so, too. */
function ofTwoScripts(text: string): string | null {
  const words = text.match(/\p{L}{3,}/gu) ?? [];
  return words.find((word) => LATIN.test(word) && LOOKS_LATIN.test(word)) ?? null;
}

const LATIN = /\p{Script=Latin}/u;
const LOOKS_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;
