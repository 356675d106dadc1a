/** The other servers of the bench: the floor, and the peers, which are installed beside their programs when they are first needed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hocuspocus, relay, yWebsocket } from './dialects.ts';
import { launch } from './processes.ts';
import { anonymousRooms, type ServerName, type Target } from './targets.ts';

const PEERS = fileURLToPath(new URL('peers', import.meta.url));

const PROGRAMS = {
  floor: { program: fileURLToPath(new URL('floor.ts', import.meta.url)), dialect: relay },
  'y-websocket': { program: join(PEERS, 'y-websocket.js'), dialect: yWebsocket },
  hocuspocus: { program: join(PEERS, 'hocuspocus.js'), dialect: hocuspocus },
};

/** `keepIn`: a folder in which it keeps its documents in its own usual way; else they are in memory only. */
export async function startPeer(
  name: Exclude<ServerName, 'ours'>,
  core: number | null,
  keepIn?: string,
): Promise<Target> {
  const { program, dialect } = PROGRAMS[name];
  const env: Record<string, string> = keepIn === undefined ? {} : { YPERSISTENCE: keepIn, FOLDER: keepIn };
  const server = await launch({ command: [program], env, core });
  return {
    name,
    dialect,
    server,
    room: anonymousRooms(),
    isFilled: false,
    databaseNs: () => 0,
    end: () => server.kill(),
  };
}

/** Versions and checksums come from the lockfile beside the programs. Install scripts do not run: LevelDB comes compiled. */
export function installPeers(say: (line: string) => void): void {
  if (sameLock()) return;
  say('installing the peers, once');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: PEERS,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`the peers could not be installed; see above, or run npm ci in ${PEERS}`);
}

/** npm keeps what it has installed in a lockfile of its own. */
function sameLock(): boolean {
  const installed = join(PEERS, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const versions = (file: string) =>
    Object.entries((JSON.parse(readFileSync(file, 'utf8')) as Lock).packages)
      .filter(([path, { optional }]) => path !== '' && !optional)
      .map(([path, { version }]) => `${path} ${version}`)
      .join();
  return versions(installed) === versions(join(PEERS, 'package-lock.json'));
}

interface Lock {
  packages: Record<string, { version: string; optional?: boolean }>;
}
