// Builds the web app unless the build is newer than everything it is made of; run before `npm start`, which is to be quick.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'web',
  'protocol',
  'domain',
  'vite.config.ts',
  'vite-chunks.ts',
  'vite-contract.ts',
  'svelte.config.js',
  'package.json',
  'package-lock.json',
];
const LEFT_OUT = new Set(['node_modules', '.svelte-kit']);

/** When the path last changed; of a folder, anything in it. A removed file changes its folder. */
function changedAt(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const inside = readdirSync(path).filter((name) => !LEFT_OUT.has(name));
  return Math.max(found.mtimeMs, ...inside.map((name) => changedAt(join(path, name))));
}

// Vite writes the page last.
const builtAt = changedAt(join(root, 'build', 'index.html'));
if (builtAt <= Math.max(...SOURCES.map((path) => changedAt(join(root, path))))) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
}
