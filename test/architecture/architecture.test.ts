/** Holds the house in order: who may import whom, purity of the domain, paths in ARCHITECTURE.md, and rule ids. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesUnder, firstCycle, type Import, importsOf, ROOT, read } from './sources.ts';

const CODE = /\.(ts|svelte)$/;
const CHAPTERS = ['sync', 'pool', 'match', 'round', 'conversation', 'meeting', 'http', 'files', 'reserve'];
/** Chapters that conduct the others know them by type; compose hands them the real ones. */
const CONDUCTORS = ['http', 'round'];

const folders = ['domain', 'protocol', 'server', 'web', 'seeds'];
const files = folders.flatMap((folder) => filesUnder(folder, CODE));

const chapterOf = (path: string) => CHAPTERS.find((chapter) => path.startsWith(`server/${chapter}/`));
const isServerRoot = (path: string) => /^server\/[^/]+$/.test(path);

function mayImport(from: string, { to, own, typeOnly }: Import): boolean {
  const target = to.split('/')[0] ?? '';
  const among = (...names: string[]) => names.includes(target);
  switch (from.split('/')[0]) {
    case 'domain':
      return own ? among('domain') : to === 'zod';
    case 'protocol':
      return own ? among('domain', 'protocol') : ['zod', 'yjs', '@orpc/contract'].includes(to);
    case 'web':
      return own ? among('web', 'protocol', 'domain') : !to.startsWith('node:') && !to.startsWith('@prisma/');
    case 'seeds':
      return own
        ? among('domain', 'protocol', 'seeds') || isServerRoot(to) || to === 'server/sync/update-log.ts'
        : true;
    default:
      return serverMayImport(from, { to, own, typeOnly });
  }
}

function serverMayImport(from: string, { to, own, typeOnly }: Omit<Import, 'later'>): boolean {
  if (/^(@prisma\/|prisma$)/.test(to)) return from === 'server/database.ts';
  if (to.startsWith('server/generated/')) return from === 'server/database.ts';
  if (!own || to.startsWith('domain/') || to.startsWith('protocol/')) return true;
  if (from === 'server/compose.ts' || from === 'server/main.ts')
    return to.startsWith('server/') || to.startsWith('seeds/');
  if (to === 'server/compose.ts' || to === 'server/main.ts') return false;
  if (isServerRoot(to)) return true;
  const chapter = chapterOf(from);
  if (chapter === undefined || !to.startsWith('server/')) return false;
  return chapterOf(to) === chapter || (CONDUCTORS.includes(chapter) && typeOnly);
}

test('[AR1] every file imports only what its folder may import', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((to) => !mayImport(file, to))
      .map(({ to }) => `${file} -> ${to}`),
  );
  expect(wrong).toEqual([]);
});

test('[AR2] no cycle of imports', () => {
  expect(firstCycle(files)).toBeNull();
});

const IMPURE =
  /\b(Date\.now|new Date\(\)|Math\.random|process\.|console\.|setTimeout|setInterval|fetch\(|async |await |crypto\.|globalThis)/;
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');

test('[AR3] the domain has no clock, randomness, environment, console, timers or async', () => {
  const impure = files
    .filter((file) => file.startsWith('domain/'))
    .flatMap((file) => {
      const found = withoutComments(read(file)).match(IMPURE);
      return found ? [`${file}: ${found[0]}`] : [];
    });
  expect(impure).toEqual([]);
});

test('[AR4] every path named in ARCHITECTURE.md exists', () => {
  const named = [
    ...read('ARCHITECTURE.md').matchAll(
      /`((?:domain|protocol|server|web|prisma|seeds|test|docs|scripts)\/[^`\s*<>]*)`/g,
    ),
  ].map((found) => found[1] ?? '');
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

/** Two letters of a chapter, or J for a whole task that a person does by the pages alone. */
const RULE_ID = /\[([A-Z]{1,2}\d+)\]/g;
const idsIn = (text: string) => [...text.matchAll(RULE_ID)].map((found) => found[1] ?? '');

test('[AR5] every rule of docs/RULES.md is quoted by a test title, and no title quotes a rule that is not there', () => {
  const rules = [...read('docs/RULES.md').matchAll(/^- \*\*\[([A-Z]{1,2}\d+)\]\*\*/gm)].map((found) => found[1] ?? '');
  // Any text of a test file that opens with an id is a title: tables of cases put titles far from the word test.
  const titles = filesUnder('test', /\.test\.ts$/).flatMap((file) =>
    [...read(file).matchAll(/(['"`])(\[[A-Z]{1,2}\d+\](?:(?!\1).)*)\1/g)].map((found) => found[2] ?? ''),
  );
  const quoted = new Set(titles.flatMap(idsIn));
  expect(new Set(rules).size).toBe(rules.length);
  expect(rules.filter((id) => !quoted.has(id))).toEqual([]);
  expect([...quoted].filter((id) => !rules.includes(id))).toEqual([]);
});

test('[AR6] every test title opens with the id of its rule, and none is skipped or focused', () => {
  const loose = filesUnder('test', /\.test\.ts$/).flatMap((file) =>
    [...read(file).matchAll(/^\s*(?:test|it)(?:\.(\w+))?(?:\([^'"`\n]*?\)\s*)?\(\s*(['"`])(.{0,8})/gm)]
      .filter(
        ([, kind, , title]) =>
          kind === 'only' || kind === 'skip' || kind === 'todo' || !/^\[[A-Z]{1,2}\d+\]/.test(title ?? ''),
      )
      .map(([line]) => `${file}: ${line.trim()}`),
  );
  expect(loose).toEqual([]);
  // A program that is missing here is declared in one place, and installed by .ci/run, which fails on anything skipped.
  const skipping = filesUnder('test', /\.ts$/).filter(
    (file) => file !== 'test/support/needs.ts' && /\.(skip|skipIf|runIf|todo|only|fails)\b\s*\(/.test(read(file)),
  );
  expect(skipping).toEqual([]);
});

test('[AR7] the product is named in one constant', () => {
  const named = files.filter((file) => file !== 'domain/product.ts' && /commonlode/i.test(read(file)));
  expect(named).toEqual([]);
});

test('[AR8] the attacker of test/attacks shares no code with what it attacks', () => {
  const attacker = filesUnder('test/attacks/attacker', CODE);
  expect(attacker.length).toBeGreaterThan(3);
  const foreign = attacker.flatMap((file) =>
    importsOf(file).flatMap(({ to }) => (to.startsWith('test/attacks/attacker/') ? [] : [`${file} -> ${to}`])),
  );
  expect(foreign).toEqual([]);
});

test('[AR9] each of the 24 attacks has a test in which it fails and a twin in which it succeeds', () => {
  const titles = filesUnder('test/attacks', /\.test\.ts$/).flatMap((file) =>
    [...read(file).matchAll(/\[AT(\d+)\] (\d+) (twin: )?/g)].map(([, rule, attack, twin]) => [
      rule,
      attack,
      twin ? 'twin' : 'fails',
    ]),
  );
  const wanted = Array.from({ length: 24 }, (_, i) => String(i + 1)).flatMap((n) => [
    `${n} ${n} fails`,
    `${n} ${n} twin`,
  ]);
  const found = new Set(titles.map((title) => title.join(' ')));
  expect(wanted.filter((title) => !found.has(title))).toEqual([]);
});
