/** Reads the project's own sources for the tests of this folder: files, their imports, and the cycles among them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const LEFT_OUT = new Set(['node_modules', 'generated', 'build', '.svelte-kit', '.git', '.data', 'shots']);

export function filesUnder(folder: string, ending: RegExp): string[] {
  const at = join(ROOT, folder);
  if (!existsSync(at)) return [];
  return readdirSync(at, { withFileTypes: true })
    .filter((entry) => !LEFT_OUT.has(entry.name))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesUnder(path, ending);
      return ending.test(entry.name) ? [path] : [];
    });
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface Import {
  /** Path in the project, or the name of a package. */
  to: string;
  own: boolean;
  typeOnly: boolean;
  /** By `import()`: fetched when the code comes there. */
  later: boolean;
}

const STATEMENT = /(?:^|\n)\s*(import|export)\s+(type\s+)?([^'";]*?\s+from\s+)?['"]([^'"]+)['"]/g;
const DYNAMIC = /import\(\s*['"]([^'"]+)['"]\s*\)/g;

/** `import { type A, type B }` brings types only, too. */
const namesOnlyTypes = (clause: string): boolean => {
  const names = clause.match(/^\s*\{([^}]*)\}\s*from/)?.[1];
  return names?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
};

export function importsOf(path: string): Import[] {
  const text = read(path);
  const found: Import[] = [];
  const add = (name: string, typeOnly: boolean, later = false) => {
    const own = name.startsWith('.') || name.startsWith('#');
    const to = name.startsWith('#')
      ? name.slice(1)
      : name.startsWith('.')
        ? relative(ROOT, join(ROOT, normalize(join(dirname(path), name))))
        : name;
    found.push({ to, own, typeOnly, later });
  };
  for (const [, , type, clause, name] of text.matchAll(STATEMENT))
    if (name) add(name, Boolean(type) || namesOnlyTypes(clause ?? ''));
  for (const [, name] of text.matchAll(DYNAMIC)) if (name) add(name, false, true);
  return found;
}

/** The first cycle of value imports among the files, as a list of paths; null when there is none. */
export function firstCycle(files: readonly string[]): string[] | null {
  const known = new Set(files);
  const done = new Set<string>();
  const visit = (file: string, trail: string[]): string[] | null => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const { to, typeOnly } of importsOf(file)) {
      if (typeOnly || !known.has(to)) continue;
      const cycle = visit(to, [...trail, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return null;
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return null;
}
