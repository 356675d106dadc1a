/** The data folder: made, checked for writing and claimed for one process; used by the embedded database and the start of the server. */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type FolderFault = 'owned' | 'readOnly' | 'diskFull' | 'foreign' | 'version' | 'identity' | 'program' | 'start';

/** A folder or database that cannot be used, said so that an operator can act: the message names the folder and the remedy. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
  readonly speaksPlainly = true;
  readonly code: FolderFault;

  constructor(code: FolderFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface Claim {
  /** Absolute path. */
  dir: string;
  /** Gives the folder up. Death of the process, kill -9 included, gives it up too: the kernel holds the lock. */
  release(): void;
}

/** Takes the folder for this process or throws a FolderError that names the process that has it. */
export function claimFolder(path: string): Claim {
  const dir = resolve(path);
  asFolderError(dir, () => {
    // Traversable, because the database may have to run as another user; what is secret inside has its own mode.
    mkdirSync(dir, { recursive: true, mode: 0o711 });
    // A byte must fit: an empty file is made even on a full disk.
    writeFileSync(join(dir, 'probe'), 'x'.repeat(4096));
    rmSync(join(dir, 'probe'));
  });
  const lock = takeLock(dir);
  try {
    asFolderError(dir, () => {
      const owner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
      writeFileSync(join(dir, 'owner.json'), `${JSON.stringify(owner)}\n`);
      for (const name of ['owner.lock', 'owner.json']) giveToFolderOwner(dir, name);
    });
  } catch (error) {
    lock.close();
    throw error;
  }
  return { dir, release: () => lock.isOpen && lock.close() };
}

/**
 * An exclusive lock on an empty SQLite file: the one advisory file lock that Node offers. A pid file alone would be wrong
 * after kill -9 and wherever pids repeat, as in containers.
 */
function takeLock(dir: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(dir, 'owner.lock'), { timeout: 0 });
    // Without a journal: nothing is ever written, and a file left by kill -9 could belong to root in somebody's folder.
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode !== 5) throw readOnly(dir, error); // 5: SQLITE_BUSY
    const owner = readOwner(dir);
    throw new FolderError(
      'owned',
      `The data folder ${dir} is in use by ${owner}. Stop that process, or set DATA_DIR to another folder.`,
    );
  }
}

function readOwner(dir: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(join(dir, 'owner.json'), 'utf8'));
    return `process ${pid} on ${host} (since ${since})`;
  } catch {
    return 'another process that is just starting';
  }
}

/** Files that root makes in somebody's folder must stay usable for that somebody. */
function giveToFolderOwner(dir: string, name: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dir);
  chownSync(join(dir, name), uid, gid);
}

const SECRET_CHARS_MIN = 32;

/** The secret that signs sessions: made once, then read; 32 random bytes as base64url, readable by the folder's owner only. */
export function sessionSecret({ dir }: Claim): string {
  const file = join(dir, 'session-secret');
  return asFolderError(dir, () => {
    if (!existsSync(file)) {
      // Renamed into place, so that a crash or a full disk half-way never leaves half a secret.
      writeFileSync(`${file}.new`, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flush: true });
      giveToFolderOwner(dir, 'session-secret.new');
      renameSync(`${file}.new`, file);
    }
    const secret = readFileSync(file, 'utf8').trim();
    if (secret.length >= SECRET_CHARS_MIN) return secret;
    throw new FolderError('foreign', `${file} is too short to be a secret. Remove it, and everybody signs in again.`);
  });
}

/** Runs file work in the folder; a full or read-only disk becomes a FolderError. */
export function asFolderError<T>(dir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') throw diskFull(dir, error);
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') throw readOnly(dir, error);
    if (code === 'ENOTDIR' || code === 'EEXIST')
      throw new FolderError('foreign', `${dir} is not a folder. Set DATA_DIR to a folder.`, { cause: error });
    throw error;
  }
}

export const diskFull = (dir: string, cause?: unknown): FolderError =>
  new FolderError(
    'diskFull',
    `The disk of the data folder ${dir} is full. Free space on it; nothing acknowledged is lost.`,
    { cause },
  );

/** Texts of ENOSPC, EDQUOT and EFBIG, as programs print them in the C locale. */
export const tellsDiskFull = (text: string): boolean =>
  /No space left on device|Disk quota exceeded|File too large/.test(text);

const readOnly = (dir: string, cause: unknown): FolderError =>
  new FolderError(
    'readOnly',
    `The data folder ${dir} cannot be written by user ${process.getuid?.() ?? ''}. Mount it writable or give it to that user, or set DATA_DIR to another folder.`,
    { cause },
  );
