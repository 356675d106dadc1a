/** What was entered in a text column before, for the next cell of it: most frequent first. */
import type { Row } from '#domain/sheets.ts';
import { OPTIONS_MAX, type Option } from './options.ts';

/** Longer texts are said once; nobody chooses them from a list. In letters. */
const LENGTH_MAX = 80;

export function suggestionsFor(rows: Iterable<Row>, column: string): Option[] {
  const uses = new Map<string, number>();
  for (const row of rows) {
    const value = row[column];
    if (typeof value !== 'string' || value.trim() === '' || value.length > LENGTH_MAX) continue;
    uses.set(value, (uses.get(value) ?? 0) + 1);
  }
  return [...uses]
    .sort(([a, often], [b, less]) => less - often || a.localeCompare(b))
    .slice(0, OPTIONS_MAX)
    .map(([value, times]) => ({ value, title: value, detail: times > 1 ? `${times} lines` : '', tile: null }));
}
