/** The other servers of the bench: the floor, and the peers, which are installed beside their programs when they are first needed. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from '../support/peer-packages.ts';
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

export const installPeers = (say: (line: string) => void): void => installPackages(PEERS, say);
