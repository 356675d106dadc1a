/** Reads every address that reads something, with every id that a member could have got hold of. Used by tests that search or compare answers. */
import type { Stage } from './stage.ts';
import type { Answer, Tap } from './tap.ts';

export const NOWHERE = '00000000-0000-4000-8000-000000000000';

/** Path and method of every operation of the contract, by server. */
const contracts = new Map<string, Promise<{ path: string; method: string }[]>>();

export function operationsOf(stage: Stage, tap: Tap): Promise<{ path: string; method: string }[]> {
  const read = async () => {
    const { body } = await tap.call('GET', '/api/openapi.json');
    return Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
    );
  };
  const known = contracts.get(stage.origin) ?? read();
  contracts.set(stage.origin, known);
  return known;
}

/** `among`: addresses to be read, where not all. */
export async function readEverything(stage: Stage, tap: Tap, among = /./): Promise<Answer[]> {
  const operations = await operationsOf(stage, tap);
  const gets = operations.flatMap(({ path, method }) => (method === 'GET' && among.test(path) ? [path] : []));
  const { prisma } = stage.database;
  const ids = async (found: Promise<{ id: string }[]>) => (await found).map(({ id }) => id);
  const known: Record<string, string[]> = {
    poolId: [stage.poolId],
    sheetId: [...stage.members.map(({ sheetId }) => sheetId), stage.offersId],
    orderId: await ids(prisma.order.findMany({ select: { id: true } })),
    runId: await ids(prisma.matchRun.findMany({ select: { id: true } })),
    mineralId: ['gallium'],
  };
  const answers: Answer[] = [];
  for (const path of gets) {
    const name = /\{(\w+)\}/.exec(path)?.[1];
    for (const id of name === undefined ? [''] : (known[name] ?? [NOWHERE]))
      answers.push(await tap.get(path.replace(/\{\w+\}/, id).replaceAll(/\{\w+\}/g, NOWHERE)));
  }
  return answers;
}
