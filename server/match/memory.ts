/** What a problem takes of a worker's memory, told before it is solved: the solver's own ends at 2 GiB, and an abort there loses the worker. */
import type { Program } from '#domain/match-program.ts';
import { SolverFault } from './solver-faults.ts';

/** Bytes of a column with its share of rows and entries, relaxation and search together; measured on the largest minerals of the bench. */
const COLUMN_BYTES = 8_000;
const EMPTY_BYTES = 20 * 2 ** 20;
/** Of 2 GiB: a search's tree may need the rest. */
const SOLVER_BYTES_MAX = 1.6 * 2 ** 30;
/** WebAssembly never gives memory back: a worker whose solver has grown beyond this is replaced after its job. */
export const WORKER_BYTES_MAX = 512 * 2 ** 20;

const solverBytes = ({ numCols }: Pick<Program, 'numCols'>): number => EMPTY_BYTES + numCols * COLUMN_BYTES;

/** Throws SolverFault, in words for people, where the problem would not fit. */
export function mustFit(program: Pick<Program, 'numCols'>): void {
  const bytes = solverBytes(program);
  if (bytes <= SOLVER_BYTES_MAX) return;
  const gib = (value: number) => (value / 2 ** 30).toFixed(1);
  throw new SolverFault(
    `the match has ${program.numCols.toLocaleString('en')} pairs of lines and offers and would take about ${gib(bytes)} GiB of ${gib(SOLVER_BYTES_MAX)}; use fewer quarters or fewer different lines`,
  );
}
