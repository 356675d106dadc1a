/**
 * Which files the browser's code is put into. Left alone, what a sheet's page needs comes in a hundred files, since each part is shared by other
 * pages than the next; every file is a request and half a kilobyte of headers, and small files compress badly. So there are two: what every page
 * begins with, and what a sheet adds. Nothing is in them that a sheet's page does not load anyway; what it loads later stays apart.
 */
import { fileURLToPath } from 'node:url';

interface Graph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

const at = (path: string): string => fileURLToPath(new URL(`web/routes/${path}`, import.meta.url));
const SHELL = [at('+layout.svelte'), at('(app)/+layout.svelte')];
const SHEET = [at('(app)/pools/[pool]/+layout.svelte'), at('(app)/pools/[pool]/demand/+page.svelte')];

/**
 * What SvelteKit's first file needs before it has told its client of version and base. In one file with the client, that would begin without them,
 * take every answer about the version for an update, and load a page that is not there again and again.
 */
const BEFORE_ALL = /@sveltejs\/kit\/src\/runtime\/client\/payload\.js$|vite\/preload-helper/;

/** For Rolldown's code splitting: each group takes its modules before the next. */
export const pageChunks = {
  groups: [
    { name: first, priority: 3 },
    { name: within('shell', SHELL), priority: 2 },
    { name: within('sheet', SHEET), priority: 1 },
  ],
};

function first(id: string, _graph: Graph): string | null {
  return BEFORE_ALL.test(id) ? 'first' : null;
}

function within(name: string, roots: readonly string[]): (id: string, graph: Graph) => string | null {
  let modules: Set<string> | undefined;
  return (id, graph) => {
    modules ??= reached(roots, graph);
    return modules.has(id) ? name : null;
  };
}

/** Modules that are loaded with these at once. Throws where a page is not where it was, for then the files would come apart unseen. */
function reached(roots: readonly string[], graph: Graph): Set<string> {
  const found = new Set<string>();
  const open = [...roots];
  for (const root of roots)
    if (!graph.getModuleInfo(root))
      throw new Error(`${root} is no page of the app; say in vite-chunks.ts where it is now`);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}
