/** What scores of minerals and partners are put together with: figures in words, a score that is known, one that is not. Used by the files that score. */
import type { CriterionId, Evidence, Scored } from './criteria.ts';
import type { Figure, MineralFacts } from './mineral-facts.ts';

/** A figure in words, with its mark: '> 50 %', 'net exporter'. */
export function figureWords({ value, valueHigh, unit, qualifier }: Figure): string {
  const mark = qualifier === '>' || qualifier === '<' ? `${qualifier} ` : '';
  const words: Record<string, string> = { E: 'net exporter', W: 'withheld', NA: 'not available' };
  if (value === null) return words[qualifier] ?? (qualifier.replace(/^text:/, '') || 'not published');
  const amount = value.toLocaleString('en-US', { maximumFractionDigits: 3 });
  return `${mark}${amount}${valueHigh === null ? '' : ` to ${valueHigh.toLocaleString('en-US')}`} ${unit}`.trim();
}

export const known = (
  criterion: CriterionId,
  score: number,
  why: string,
  evidence: readonly Evidence[],
  bound: Scored['bound'] = '',
): Scored => ({ criterion, score: Math.min(100, Math.max(0, Math.round(score * 10) / 10)), bound, why, evidence });

export const unknown = (criterion: CriterionId, why: string, evidence: readonly Evidence[] = []): Scored => ({
  criterion,
  score: null,
  bound: '',
  why,
  evidence,
});

export const has = (facts: MineralFacts, ...names: string[]) =>
  facts.criteria.filter(({ criterion }) => names.includes(criterion));

export const criterionEvidence = (facts: MineralFacts, what: string, ...names: string[]): Evidence[] =>
  has(facts, ...names).map(({ source, locator, note }) => ({
    what,
    value: ownNote(note, facts.name) || 'stated',
    letter: source.includes('nam-') ? 'stated' : null,
    period: '',
    source,
    locator,
  }));

/** A note that begins with a mineral's name is about that one alone: 'titanium: sponge metal only'. */
function ownNote(note: string, name: string): string {
  const about = /^([a-z ]+): /.exec(note)?.[1];
  return about === undefined || about === name.toLowerCase() ? note : '';
}
