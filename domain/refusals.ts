/** A refusal is an answer: what was refused, where, why and what to do about it. Used by every rule that can say no. */
export interface Refusal {
  /** Stable word for programs, e.g. 'phase-closed'. */
  code: string;
  /** The thing refused, as a person knows it: 'row 14, purity' or 'round'. Never a value of another company. */
  place: string;
  message: string;
  remedy: string;
}

/** The answer of a rule that can say no. Rules return it; they do not throw. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export const accept = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const refuse = (
  code: string,
  place: string,
  message: string,
  remedy: string,
): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { code, place, message, remedy },
});

/** One sentence a person can act on. */
export const sentence = (refusal: Refusal): string => `${refusal.place}: ${refusal.message}; ${refusal.remedy}`;
