/**
 * What everybody is told before they work in a pool: its purpose, and what is and is not talked about. Words of our own after common
 * practice of joint purchasing under competition counsel; no legal advice. Shown at the start of each session and recorded.
 */

/** Rises with every change of the text: people are asked again. */
export const BRIEFING_VERSION = 2;

const BRIEFING = {
  may: [
    'Talk about the pool’s published totals, delivery years, forms, grades, specifications and terms of supply.',
    'Talk with the pool’s administrator about your own lines, in your own sheet.',
    'Ask the chair or the administrator to stop when a subject feels wrong. Anybody may.',
  ],
  mayNot: [
    'Quantities, prices, costs, margins, inventories or plans of any one company, your own included.',
    'Which customers or suppliers to deal with, and on what terms, outside this purchase.',
    'Anything that would tell another company what you intend to buy, make or charge.',
  ],
  held: 'A message with a number in it is held until the administrator has read it. Everything said here is kept for five years.',
} as const;

/** Buyers of an open pool read each other's lines; talk and sessions are still read by suppliers, officials and observers. */
const OPEN: Partial<Record<string, string>> = {
  [BRIEFING.may[1]]:
    'Write your own lines into the shared sheet, which the buyers of this pool and nobody else read line by line.',
  [BRIEFING.mayNot[0]]:
    'In talk and in sessions, where suppliers and officials read along: quantities, prices, costs, margins, inventories or plans of any one company.',
  [BRIEFING.mayNot[2]]: 'What a company intends to buy, make or charge beyond its lines in this pool.',
};

export interface Briefing {
  may: string[];
  mayNot: string[];
  held: string;
}

export function briefingOf(kind: 'sealed' | 'open'): Briefing {
  const words = (texts: readonly string[]): string[] =>
    texts.map((text) => (kind === 'open' ? (OPEN[text] ?? text) : text));
  return { may: words(BRIEFING.may), mayNot: words(BRIEFING.mayNot), held: BRIEFING.held };
}

/** One sentence: what this pool is for. */
export function purposeOf(pool: { name: string; minerals: readonly string[]; from: number; to: number }): string {
  const years = pool.from === pool.to ? `in ${pool.from}` : `from ${pool.from} to ${pool.to}`;
  return `${pool.name}: to buy ${pool.minerals.join(', ')} together for delivery ${years}, at better terms and from more reliable sources than each company alone, and to feed the strategic reserve. Nothing else is agreed here.`;
}
