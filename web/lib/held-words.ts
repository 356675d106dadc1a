/** Why a cell of the pool shows what it shows, in words for the administrator. Used by the page of exact totals. */
import { decimal } from '#web/lib/format.ts';
import type { ExactCell } from '#web/state/api.ts';

type Place = NonNullable<ExactCell['beside']>;

/** `nameOf` a place says where it is: 'oxide, 5N, 2027, firm lines'. `unit` is the pool's. */
export function heldWords(cell: ExactCell, unit: string, nameOf: (place: Place) => string): string {
  const { rule } = cell;
  if (rule === 'nothing') return 'Nobody asks for anything here.';
  if (rule === 'current') return 'Shown as it stands.';
  if (rule === 'passes') return 'Passes: shown at the next fixed time.';
  const why = becauseOf(cell, cell.beside ? nameOf(cell.beside) : 'its whole');
  if (cell.released === null) return `Held: ${why}`;
  const instead = cell.rounded === null ? 'nothing is there now' : `now it is ${decimal(cell.rounded)} ${unit}`;
  return `Keeps its old value, ${instead}: ${why}`;
}

function becauseOf({ rule, has = 0, needs = 0 }: ExactCell, beside: string): string {
  switch (rule) {
    case 'merged':
      return 'years over merged grades come with the last release only.';
    case 'earlierRound':
      return 'an earlier round showed it; it comes back once all numbers of that round do.';
    case 'unreadable':
      return 'the rules of the pool cannot be read, so nothing is published.';
    case 'owners':
      return `${has === 1 ? '1 company is' : `${has} companies are`} in it, the rules ask for ${needs}.`;
    case 'dominance':
      return `the largest company outweighs the others. Allies can come within ${has} % of its number, the rules keep them ${needs} % away.`;
    case 'dominanceDrawn':
      return `allies can come within ${has} % of the largest company’s number. That keeps the pool’s ${needs} %, but not the stricter limit drawn in secret.`;
    case 'quarter':
      return `the largest company has ${has} % of it, the strict profile allows ${needs} %.`;
    case 'quarterDrawn':
      return `the largest company has ${has} % of it. That keeps the strict profile’s ${needs} %, but not the stricter limit drawn in secret.`;
    case 'inexact':
      return 'it is too large to be added up exactly.';
    case 'whole':
      return `${beside} shows nothing, and a part stands only beside its whole.`;
    case 'changers':
      return `since ${beside} was shown ${has === 1 ? '1 company' : `${has} companies`} changed it, the rules ask for ${needs}.`;
    case 'changeDominance':
      return `since ${beside} was shown one change outweighs the others. Allies can come within ${has} % of it, the rules keep them ${needs} % away.`;
    case 'changeDominanceDrawn':
      return `since ${beside} was shown, allies can come within ${has} % of the largest change. That keeps the pool’s ${needs} %, but not the stricter limit drawn in secret.`;
    case 'changeInexact':
      return `since ${beside} was shown it changed by more than can be added up exactly.`;
    case 'rest':
      return `what would be left of ${beside} is of too few companies, or of one that outweighs the others.`;
    case 'audit':
      return 'combined with other numbers that were shown it would give a company away.';
    default:
      return 'more was shown in this round than can be audited, so nothing more is.';
  }
}
