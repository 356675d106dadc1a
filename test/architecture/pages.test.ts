/** What comes with a page without being asked for, and what the browser gets of the contract: by the imports, so that no figure has to be kept. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyContractRouter, isContractProcedure } from '@orpc/contract';
import { expect, test } from 'vitest';
import { contract } from '#protocol/api.ts';
import { contractRoutes } from '../../vite-contract.ts';
import { filesUnder, importsOf, ROOT } from './sources.ts';

/** Pages see routes alone of it: vite-contract.ts. */
const ROUTES_ONLY = 'protocol/api.ts';

/** Files of the project and packages that a browser runs before anything of `start` is shown. */
function comingWith(start: readonly string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    if (path === ROUTES_ONLY || !existsSync(join(ROOT, path)) || !/\.(ts|svelte)$/.test(path)) continue;
    for (const { to, typeOnly, later } of importsOf(path)) if (!typeOnly && !later) waiting.push(to);
  }
  return found;
}

const POOL = 'web/routes/(app)/pools/[pool]';
const DEMAND = [
  ...['web/routes/+layout.svelte', 'web/routes/+layout.ts', 'web/routes/(app)/+layout.svelte'],
  ...[`${POOL}/+layout.svelte`, `${POOL}/demand/+page.svelte`],
];

test('[WB33] what is opened now and then does not come with the demand page', () => {
  const coming = comingWith(DEMAND);
  // That the walk goes as far as the sheet.
  expect([...coming]).toEqual(expect.arrayContaining(['web/grid/GridTable.svelte', 'domain/disclosure.ts', 'yjs']));
  const opened = [
    ...['web/grid/Palette.svelte', 'web/grid/KeysHelp.svelte', 'web/files/ImportDialog.svelte'],
    ...['web/conversation/Comments.svelte', 'web/history/CellHistory.svelte', 'web/history/Versions.svelte'],
  ];
  for (const path of opened)
    expect([path, existsSync(join(ROOT, path)), coming.has(path)]).toEqual([path, true, false]);
  expect([...coming].filter((name) => /^(d3|hucre)/.test(name))).toEqual([]);
});

test('[WB33] no page brings the readers of the server', () => {
  expect(comingWith(filesUnder('web/routes', /\.(ts|svelte)$/)).has('zod')).toBe(false);
});

type Route = { method?: string; path?: string; inputStructure?: string; outputStructure?: string };
interface Seen {
  at: string;
  route: Route;
  hasSchemas: boolean;
}
/** Every call of a contract, and of it what a call is sent by. */
function callsOf(router: AnyContractRouter, at = ''): Seen[] {
  if (!isContractProcedure(router))
    return Object.entries(router).flatMap(([name, part]) => callsOf(part, `${at}.${name}`));
  const { route, inputSchema, outputSchema, errorMap } = router['~orpc'];
  const { method, path, inputStructure, outputStructure } = route;
  const errors = Object.values(errorMap as Record<string, { data?: unknown } | undefined>);
  const schemas = [inputSchema, outputSchema, ...errors.map((error) => error?.data)];
  return [{ at, route: { method, path, inputStructure, outputStructure }, hasSchemas: schemas.some(Boolean) }];
}

test('[WB34] the browser gets method and path of every call of the contract, and none of its schemas and descriptions', async () => {
  const load = contractRoutes().load as (id: string) => Promise<string | null>;
  expect(await load(join(ROOT, 'protocol/rooms.ts'))).toBeNull();
  const code = await load(`${join(ROOT, ROUTES_ONLY)}?v=1`);
  const json = code?.match(/^export const contract = (.*);$/s)?.[1] ?? '';
  const inBrowser = callsOf(JSON.parse(json));
  const onServer = callsOf(contract);
  expect(inBrowser.length).toBeGreaterThan(0);
  expect(inBrowser.map(({ at, route }) => ({ at, route }))).toEqual(onServer.map(({ at, route }) => ({ at, route })));
  expect(onServer.some(({ hasSchemas }) => hasSchemas)).toBe(true);
  expect(inBrowser.filter(({ hasSchemas }) => hasSchemas)).toEqual([]);
  expect(json).not.toMatch(/"(summary|description|tags)":/);
});
