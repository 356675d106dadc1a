/**
 * Defences of the real server that a twin switches off, one at a time. A test file wraps the module that holds the defence:
 * `vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()))`. While nothing is off,
 * the wrapped module does what it always does. Imports types only, because it is loaded while the wrapped modules are.
 */
import type * as Actors from '#domain/actors.ts';
import type * as Release from '#domain/release.ts';

/** A rule of release that a twin switches off, to show that the attack works then. */
export type Off = 'total' | 'change' | 'rest' | 'audit';

export const switched = (standing: Release.Tests, off: readonly Off[]): Release.Tests => ({
  mayShow: off.includes('total') ? (contributions) => contributions.size > 0 : standing.mayShow,
  mayDiffer: off.includes('change') ? () => true : standing.mayDiffer,
  mayBeLeft: off.includes('rest') ? () => true : standing.mayBeLeft,
  audit: off.includes('audit') ? () => 'safe' : standing.audit,
});

/** What is off now. Tests put it back with `restore`. */
export const off = {
  /** Rules of release. */
  release: [] as Off[],
  /** Further rights of a role, as if the permission table gave them. */
  rights: {} as Partial<Record<Actors.Role, Actors.Right[]>>,
  /** Any sheet of a pool may be read by whoever has a seat in it. */
  rooms: false,
};

export function restore(): void {
  off.release = [];
  off.rights = {};
  off.rooms = false;
}

export const release = (real: typeof Release): typeof Release => ({
  ...real,
  planRelease: (history, lots, rules, tests = real.TESTS) =>
    real.planRelease(history, lots, rules, switched(tests, off.release)),
});

export const actors = (real: typeof Actors): typeof Actors => ({
  ...real,
  may: (actor, right) => real.may(actor, right) || (off.rights[actor.role] ?? []).includes(right),
  accessToSheet: (actor, sheet) => {
    const access = real.accessToSheet(actor, sheet);
    return access === 'none' && off.rooms && sheet.hasSeat ? 'read' : access;
  },
});
