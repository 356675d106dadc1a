import fc from 'fast-check';
import { expect, test } from 'vitest';
import { append, audit, EMPTY_LOG, EQUATIONS_MAX, type Equation, openWork } from '#domain/audit.ts';
import { worstInsider } from '../attacks/attacker/algebra.ts';

const OWNERS_MIN = 4;
const equation = (amounts: Record<string, string[]>): Equation => new Map(Object.entries(amounts));
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
/** One number to which each named owner adds its first amount, unless another version is said: { a: 2 }. */
const total = (owners: readonly string[], versions: Record<string, number> = {}): Equation =>
  equation(Object.fromEntries(owners.map((owner) => [owner, [`x${versions[owner] ?? 1}`]])));

const findingOf = (equations: readonly Equation[]) => audit(EMPTY_LOG, equations, OWNERS_MIN, openWork());

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
  const halves = [total(['a', 'b', 'c', 'd']), equation({ a: ['y'], b: ['y'], c: ['y'], d: ['y'] })];
  const whole = equation(Object.fromEntries(['a', 'b', 'c', 'd'].map((owner) => [owner, ['x1', 'y']])));
  const log = append(EMPTY_LOG, halves);
  expect(log && audit(log, [whole], OWNERS_MIN, openWork())).toBe('safe');
  expect(log && append(log, [whole])?.rows).toBe(halves.length);
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
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
      const equations = cells.map(equation);
      verdicts.add(findingOf(equations));
      const seen = equations.map((one) => [...one].flatMap(([owner, own]) => own.map((name) => ({ owner, name }))));
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
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      const equations = cells.map(equation);
      let log = EMPTY_LOG;
      let verdict = 'safe';
      for (const one of equations) {
        verdict = audit(log, [one], OWNERS_MIN, openWork());
        if (verdict !== 'safe') break;
        log = append(log, [one]) ?? log;
      }
      expect(verdict).toBe(findingOf(equations));
    }),
    { numRuns: 300 },
  );
});

test('[DC18] what cannot be audited within the limits does not pass', () => {
  const log = append(EMPTY_LOG, [total(names)]) ?? EMPTY_LOG;
  expect(audit(log, [total(names)], OWNERS_MIN, openWork())).toBe('safe');
  expect(audit(log, [total(names)], OWNERS_MIN, { left: 0 })).toBe('tooLarge');
  const many = Array.from({ length: EQUATIONS_MAX + 1 }, (_, i) =>
    equation(Object.fromEntries(['a', 'b', 'c', 'd'].map((owner) => [owner, [`cell ${i}`]]))),
  );
  expect(append(EMPTY_LOG, many.slice(1))?.rows).toBe(EQUATIONS_MAX);
  expect(append(EMPTY_LOG, many)).toBeNull();
});
