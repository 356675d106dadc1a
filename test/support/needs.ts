/**
 * Programs that some tests need and that npm cannot bring. Where one is missing the test is reported as skipped, with the reason; .ci/run installs
 * them all and fails on anything skipped. The only place that may skip a test.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'vitest';

const WHERE: Record<string, string> = {
  'redis-server': 'install Redis 7 or later (apt-get install redis-server)',
};

export const findProgram = (name: string): string | null =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync) ?? null;

/** Path of the program; ends the test as skipped where it is missing. */
export function needs(context: Pick<TestContext, 'skip'>, name: keyof typeof WHERE & string): string {
  const found = findProgram(name);
  if (found) return found;
  return context.skip(`needs ${name}, which is not here: ${WHERE[name]}`);
}
