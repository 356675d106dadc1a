/** What is looked for in the record, and whether an entry is it. An entry is compared only as its reader reads it: a search tells nothing more. */

export interface RecordFilter {
  /** Beginning of a kind: 'order' finds 'order.proposed' and 'order.decided'. */
  kind?: string | undefined;
  /** Every word of it occurs in the sentence. */
  text?: string | undefined;
  /** Part of the name of the person or organization that did it. */
  person?: string | undefined;
  /** Days, 'YYYY-MM-DD' in UTC, both included. */
  from?: string | undefined;
  to?: string | undefined;
}

/** An entry as its reader has it. */
export interface ReadEntry {
  at: string;
  kind: string;
  by: string | null;
  organization: string | null;
  text: string;
}

/** Groups of kinds that a reader chooses from: the part of a kind before its dot, and what it is called. */
export const KIND_GROUPS: Record<string, string> = {
  pool: 'Pools',
  round: 'Rounds',
  phase: 'Phases',
  release: 'Releases',
  offers: 'Opening of offers',
  run: 'Match runs',
  order: 'Orders',
  meeting: 'Supervised sessions',
  talk: 'Talk',
  comment: 'Comments',
  sheet: 'Sheets',
  member: 'Members',
  person: 'People',
  rules: 'Rules',
  record: 'Exports',
};

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const wordsOf = (text: string | undefined): string[] =>
  folded(text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');

/** Day of an instant that is written in UTC. */
const dayOf = (at: string): string => at.slice(0, 10);

export function isFound(entry: ReadEntry, { kind, text, person, from, to }: RecordFilter): boolean {
  if (kind && entry.kind !== kind && !entry.kind.startsWith(`${kind}.`)) return false;
  if (from && dayOf(entry.at) < from) return false;
  if (to && dayOf(entry.at) > to) return false;
  const sentence = folded(entry.text);
  if (!wordsOf(text).every((word) => sentence.includes(word))) return false;
  const doer = folded(`${entry.by ?? ''} ${entry.organization ?? ''}`);
  return wordsOf(person).every((word) => doer.includes(word));
}
