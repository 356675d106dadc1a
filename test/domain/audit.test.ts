import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AuditLog, append, audit, type Batch, EMPTY_LOG, EQUATIONS_MAX, openWork } from '#domain/audit.ts';
import { worstInsider } from '../attacks/attacker/algebra.ts';

const OWNERS_MIN = 4;
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
/** One number: for each owner the unknowns it adds. */
type Equation = Record<string, string[]>;
/** One number to which each named owner adds its first amount, unless another version is said: { a: 2 }. */
const total = (owners: readonly string[], versions: Record<string, number> = {}): Equation =>
  Object.fromEntries(owners.map((owner) => [owner, [`x${versions[owner] ?? 1}`]]));

const known = new Map<string, number>();
const ownerOf: number[] = [];
function unknownOf(owner: string, name: string): number {
  const key = `${owner} ${name}`;
  const unknown = known.get(key) ?? ownerOf.push(names.indexOf(owner)) - 1;
  known.set(key, unknown);
  return unknown;
}
/** Every amount is a lot of its own. */
function batchOf(equations: readonly Equation[]): Batch {
  const lots: number[][] = [];
  const lotOf = new Map<number, number>();
  const sums = equations.map((equation) =>
    Object.entries(equation).flatMap(([owner, own]) =>
      own.map((name) => {
        const unknown = unknownOf(owner, name);
        const lot = lotOf.get(unknown) ?? lots.push([unknown]) - 1;
        lotOf.set(unknown, lot);
        return lot;
      }),
    ),
  );
  return { lots, sums, ownerOf };
}

const findingOf = (equations: readonly Equation[], log: AuditLog = EMPTY_LOG, work = openWork()) =>
  audit(log, batchOf(equations), OWNERS_MIN, work);

test('[DC13] a number of three owners exposes one to the other two, a number of four does not', () => {
  expect(findingOf([total(['a', 'b', 'c'])])).toBe('exposes');
  expect(findingOf([total(['a', 'b', 'c', 'd'])])).toBe('safe');
});

test('[DC14] a combination of several numbers is found where no pair of them tells anything', () => {
  // Each pair differs in four owners; first - second - third + fourth leaves only a.
  const four = [
    total(names),
    total(names, { b: 2, c: 2, d: 2, e: 2 }),
    total(names, { a: 2, b: 1, c: 1, d: 2, e: 2, f: 2, g: 2 }),
    total(names, { a: 1, b: 2, c: 2, d: 1, e: 1, f: 2, g: 2 }),
  ];
  const [first, ...others] = four;
  expect(findingOf([first as Equation, others[0] as Equation])).toBe('safe');
  expect(findingOf(four)).toBe('exposes');
});

test('[DC15] a number that follows from what is shown adds nothing and is always safe', () => {
  const halves = [total(['a', 'b', 'c', 'd']), { a: ['y'], b: ['y'], c: ['y'], d: ['y'] }];
  const whole = Object.fromEntries(['a', 'b', 'c', 'd'].map((owner) => [owner, ['x1', 'y']]));
  const log = append(EMPTY_LOG, batchOf(halves));
  expect(log && findingOf([whole], log)).toBe('safe');
  expect(log && append(log, batchOf([whole]))?.rows).toBe(halves.length);
});

test('[DC16] the audit agrees with an attacker who tries every coalition', () => {
  const cell = fc.dictionary(
    fc.constantFrom(...names),
    fc.uniqueArray(fc.constantFrom('x1', 'x2', 'y1', 'y2'), { minLength: 1 }),
    {
      minKeys: 3,
    },
  );
  const verdicts = new Set<string>();
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (equations) => {
      verdicts.add(findingOf(equations));
      const seen = equations.map((one) =>
        Object.entries(one).flatMap(([owner, own]) => own.map((name) => ({ owner, name }))),
      );
      expect(findingOf(equations)).toBe(worstInsider(seen, 2) ? 'exposes' : 'safe');
    }),
    { numRuns: 300 },
  );
  expect([...verdicts].sort()).toEqual(['exposes', 'safe']);
});

test('[DC17] shown one after another or all at once, the verdict is the same', () => {
  const cell = fc.dictionary(
    fc.constantFrom(...names),
    fc.uniqueArray(fc.constantFrom('x1', 'x2', 'x3'), { minLength: 1 }),
    {
      minKeys: 4,
    },
  );
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (equations) => {
      let log = EMPTY_LOG;
      let verdict = 'safe';
      for (const one of equations) {
        verdict = findingOf([one], log);
        if (verdict !== 'safe') break;
        log = append(log, batchOf([one])) ?? log;
      }
      expect(verdict).toBe(findingOf(equations));
    }),
    { numRuns: 300 },
  );
});

test('[DC18] what cannot be audited within the limits does not pass', () => {
  const log = append(EMPTY_LOG, batchOf([total(names)])) ?? EMPTY_LOG;
  expect(findingOf([total(names)], log)).toBe('safe');
  expect(findingOf([total(names)], log, { left: 0 })).toBe('tooLarge');
  const owners = [0, 1, 2, 3];
  const many = (count: number): Batch => ({
    lots: Array.from({ length: count }, (_, lot) => owners.map((owner) => 4 * lot + owner)),
    sums: Array.from({ length: count }, (_, lot) => [lot]),
    ownerOf: Array.from({ length: 4 * count }, (_, unknown) => unknown % 4),
  });
  expect(append(EMPTY_LOG, many(EQUATIONS_MAX))?.rows).toBe(EQUATIONS_MAX);
  expect(append(EMPTY_LOG, many(EQUATIONS_MAX + 1))).toBeNull();
});
