/** How solving can end without an answer, and the solver's statuses that this chapter tells apart. */

export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** The solver answered with something that is no answer to this kind of problem: a bug, or numbers beyond its reach. Safe to show. */
export class SolverFault extends Error {
  override readonly name = 'SolverFault';
  readonly speaksPlainly = true;
}

/** Codes of HiGHS 1.15. */
export const STATUS = {
  optimal: 7,
  infeasible: 8,
  unboundedOrInfeasible: 9,
  timeLimit: 13,
  interrupted: 17,
} as const;
