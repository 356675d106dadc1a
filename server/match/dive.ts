/**
 * A good choice of segments in a few dozen linear programs: the relaxation is asked, the offers it is surest about are fixed, and it is
 * asked again. No proof, only a start; the proof is the bound of the relaxation or the search that begins from here. Used by levels.
 */
import type { Basis } from 'highs';
import { OPEN, type Relaxation } from './relaxation.ts';

const ROUNDS_MAX = 40;
/** Share of the undecided offers that is fixed in a round; after EAGER_ROUNDS all are, so that it ends. */
const SHARE = 0.6;
const EAGER_ROUNDS = 5;
/** An offer whose minimum the relaxation fills to this share is worth trying. */
const NEARLY = 0.6;
/** Less than this part of a choice is none; within it of a whole is one. */
const TOLERANCE = 1e-7;
/** One by one attempts after a batch that does not fit together. */
const SINGLES = 3;

/**
 * By supply: segment or -1; null where it ran into a corner. Costs must be set; leaves the relaxation with these choices. `basis` is the
 * relaxation's with all choices open, where it is known; `relaxed` is where it stands with all choices open, if it was just asked.
 */
export function dive(
  relaxation: Relaxation,
  basis: Basis | null = null,
  relaxed: ReturnType<Relaxation['solve']> = null,
): number[] | null {
  const { program } = relaxation;
  const choices = program.choices.map(() => OPEN);
  let solution = relaxed;
  if (!solution) {
    relaxation.openAll();
    relaxation.restore(basis);
    solution = relaxation.solve();
  }
  for (let round = 0; solution && round < ROUNDS_MAX; round += 1) {
    const { columns } = solution;
    const undecided = program.choices.flatMap((_, supply) => {
      const leaning = choices[supply] === OPEN ? leaningOf(relaxation, columns, supply) : null;
      return leaning ? [{ supply, ...leaning }] : [];
    });
    if (undecided.length === 0)
      return program.choices.map((_, supply) =>
        choices[supply] === OPEN ? chosenIn(relaxation, columns, supply) : (choices[supply] ?? -1),
      );
    undecided.sort((a, b) => b.sureness - a.sureness || a.supply - b.supply);
    const take = round < EAGER_ROUNDS ? Math.max(1, Math.ceil(undecided.length * SHARE)) : undecided.length;
    const batch = undecided.slice(0, take);
    for (const { supply, segment } of batch) choices[supply] = segment;
    relaxation.choose(choices);
    solution = relaxation.solve();
    if (solution) continue;
    for (const { supply } of batch) choices[supply] = OPEN;
    for (const { supply, segment } of batch.slice(0, SINGLES)) {
      choices[supply] = segment;
      relaxation.choose(choices);
      solution = relaxation.solve();
      if (solution) continue;
      choices[supply] = -1;
      relaxation.choose(choices);
      solution = relaxation.solve();
    }
  }
  return null;
}

/** What the relaxation would like of an offer whose choice it mixes, and how sure that is; null where it is whole already. */
function leaningOf(
  relaxation: Relaxation,
  columns: Float64Array,
  supply: number,
): { segment: number; sureness: number } | null {
  const { program } = relaxation;
  const choice = program.choices[supply];
  const segments = program.segments[supply] ?? [];
  if (!choice || choice.z.length === 0) return null;
  const isMixed = choice.z.some((col) => {
    const part = columns[col] ?? 0;
    return part > TOLERANCE && part < 1 - TOLERANCE;
  });
  if (!isMixed) return null;
  const kg = choice.q.reduce((sum, col) => sum + (columns[col] ?? 0), 0) * program.unitKg;
  const reached = segments.findLastIndex((segment) => kg >= segment.lo - 1e-6);
  if (reached >= 0) return { segment: reached, sureness: 1 };
  const filled = kg / Math.max(1, segments[0]?.lo ?? 1);
  return filled >= NEARLY ? { segment: 0, sureness: filled } : { segment: -1, sureness: 1 - filled };
}

/** The segment whose choice is set, or -1. */
export function chosenIn(relaxation: Relaxation, columns: Float64Array, supply: number): number {
  return relaxation.program.choices[supply]?.z.findIndex((col) => (columns[col] ?? 0) > 0.5) ?? -1;
}
