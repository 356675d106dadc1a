/** Packages that only a bench needs, installed beside it when it is first run. Used by the benches of sync and grid. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Versions and checksums come from the folder's lockfile. Install scripts do not run. Throws where npm fails; what it said is on stderr. */
export function installPackages(folder: string, say: (line: string) => void): void {
  if (isInstalled(folder)) return;
  say('installing the peers, once');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`the peers could not be installed; see above, or run npm ci in ${folder}`);
}

/** npm keeps what it has installed in a lockfile of its own. */
function isInstalled(folder: string): boolean {
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const versions = (file: string) =>
    Object.entries((JSON.parse(readFileSync(file, 'utf8')) as Lock).packages)
      .filter(([path, { optional }]) => path !== '' && !optional)
      .map(([path, { version }]) => `${path} ${version}`)
      .join();
  return versions(installed) === versions(join(folder, 'package-lock.json'));
}

interface Lock {
  packages: Record<string, { version: string; optional?: boolean }>;
}
