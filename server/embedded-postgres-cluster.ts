/** The cluster's files in the data folder: checked, made, and freed of a stale lock; used by the embedded database's start. */
import { spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { asFolderError, diskFull, FolderError, tellsDiskFull } from './data-folder.ts';
import { MAJOR, type Program, STOP_AT_END_OF_PIPE, shell, spawnAs } from './embedded-postgres-program.ts';

const INIT_MS_MAX = 300_000;
const DRAFT = 'postgres.new-';

/** Where the cluster of a data folder is. */
export const clusterIn = (dataDir: string): string => join(dataDir, 'postgres');

export const hasCluster = (dataDir: string): boolean => existsSync(join(clusterIn(dataDir), 'PG_VERSION'));

/** Refuses a folder that another major version wrote, or that is no cluster at all, before anything in it is touched. */
export function checkCluster(dataDir: string): void {
  const clusterDir = clusterIn(dataDir);
  if (!existsSync(clusterDir)) return;
  if (!hasCluster(dataDir)) {
    if (asFolderError(dataDir, () => readdirSync(clusterDir)).length === 0) return;
    throw new FolderError(
      'foreign',
      `${clusterDir} holds files but no database. Move them away, or set DATA_DIR to another folder.`,
    );
  }
  const version = asFolderError(dataDir, () => readFileSync(join(clusterDir, 'PG_VERSION'), 'utf8').trim());
  if (version !== String(MAJOR))
    throw new FolderError(
      'version',
      `The database in ${clusterDir} was written by PostgreSQL ${version}; this program runs PostgreSQL ${MAJOR}. ` +
        `Carry it over with pg_dump of PostgreSQL ${version}, or set DATA_DIR to a new folder.`,
    );
}

/** initdb into a sibling that is renamed once complete, so that a first start that was killed leaves nothing that looks like a database. */
export async function makeCluster(program: Program, dataDir: string, durable: boolean): Promise<void> {
  removeDrafts(dataDir);
  const draft = asFolderError(dataDir, () => mkdtempSync(join(dataDir, DRAFT)));
  const { uid, gid } = program.identity;
  if (uid !== undefined && gid !== undefined) chownSync(draft, uid, gid);
  const { status, said } = await initdb(program, draft, durable);
  if (status === 0) return asFolderError(dataDir, () => moveIntoPlace(draft, dataDir));
  removeDrafts(dataDir);
  if (tellsDiskFull(said)) throw diskFull(dataDir, new Error(said));
  throw new FolderError('start', `No database could be made in ${dataDir} (${status}): ${said.trim().slice(-500)}`);
}

async function initdb(
  program: Program,
  draft: string,
  durable: boolean,
): Promise<{ status: number | string; said: string }> {
  const [command, args] = shell(program, STOP_AT_END_OF_PIPE, [
    join(program.bin, 'initdb'),
    ...['-D', draft, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--wal-segsize=4'],
    // The same order of text on every machine, whatever its locale.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(durable ? [] : ['--no-sync']),
  ]);
  const child = spawn(command, args, {
    ...spawnAs(program),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: INIT_MS_MAX,
  });
  child.stdin.on('error', () => {}); // the reader may be gone first
  let said = '';
  for (const out of [child.stdout, child.stderr])
    out.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-8_000);
    });
  const status = await new Promise<number | string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(code ?? String(signal)));
  });
  child.stdin.destroy();
  return { status, said };
}

/** initdb has flushed the files; the new name is flushed here. */
function moveIntoPlace(draft: string, dataDir: string): void {
  renameSync(draft, clusterIn(dataDir));
  const folder = openSync(dataDir, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function removeDrafts(dataDir: string): void {
  for (const name of readdirSync(dataDir))
    if (name.startsWith(DRAFT))
      try {
        rmSync(join(dataDir, name), { recursive: true, force: true });
      } catch {
        // An initdb that was orphaned a moment ago may still write there; the next draft has another name, the next start tries again.
      }
}

/**
 * Removes a postmaster.pid that names a process which has nothing to do with the folder, as pids repeat in containers; true if it did.
 * Safe, because the caller holds the folder's lock, and PostgreSQL itself still refuses while processes of an earlier run hold the
 * shared memory.
 */
export function removeStaleLock(dataDir: string): boolean {
  const pid = postmasterPid(dataDir);
  if (pid === null || process.platform !== 'linux') return false; // only Linux tells where a process works
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) === realpathSync(clusterIn(dataDir))) return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false; // another user's process: not for us to judge
  }
  rmSync(join(clusterIn(dataDir), 'postmaster.pid'), { force: true });
  return true;
}

/** What the lock file says, if there is one. */
export function postmasterPid(dataDir: string): number | null {
  try {
    return Number(readFileSync(join(clusterIn(dataDir), 'postmaster.pid'), 'utf8').split('\n')[0]) || null;
  } catch {
    return null;
  }
}
