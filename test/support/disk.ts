/** A disk that a test can fill and free: a small file system of its own, or, where none may be mounted, a limit on the size of files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildOptions } from './child.ts';

export interface SmallDisk {
  folder: string;
  /** For a child that is to live on this disk as it is now. */
  options(): ChildOptions;
  /** With the processes that already run on it: the server and its postmaster. */
  fill(...pids: (number | undefined)[]): void;
  free(...pids: (number | undefined)[]): void;
  remove(): void;
}

export function smallDisk(folder: string): SmallDisk {
  mkdirSync(folder);
  const size = 64; // a database of 31 MB and some log
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=0755`, 'tmpfs', folder]);
  return mount.status === 0 ? mountedDisk(folder) : limitedDisk(folder);
}

function mountedDisk(folder: string): SmallDisk {
  const filler = join(folder, 'filler');
  return {
    folder,
    options: () => ({}),
    fill: () => void spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']),
    free: () => rmSync(filler),
    remove: () => void spawnSync('umount', ['-l', folder]),
  };
}

/** No file may pass 1 MB, so that the log's 4 MB segments fail: the same errors but for the number (EFBIG, not ENOSPC). */
function limitedDisk(folder: string): SmallDisk {
  let limit = 'unlimited:';
  const turn = (pids: (number | undefined)[], next: string) => {
    limit = next;
    for (const pid of pids) if (pid !== undefined) for (const one of withChildren(pid)) limitFiles(one, limit);
  };
  return {
    folder,
    options: () => ({ before: ['prlimit', `--fsize=${limit}`] }),
    fill: (...pids) => turn(pids, '1000000:'),
    free: (...pids) => turn(pids, 'unlimited:'),
    remove: () => {},
  };
}

/** The kernel lets a process be limited by its own user. */
function limitFiles(pid: number, limit: string): void {
  const owner = statSync(`/proc/${pid}`, { throwIfNoEntry: false });
  const user = process.getuid?.() === 0 && owner ? { uid: owner.uid, gid: owner.gid } : {};
  spawnSync('prlimit', ['--pid', `${pid}`, `--fsize=${limit}`], user);
}

/** A process and those that it started: parents are the fourth field of /proc/<pid>/stat. */
function withChildren(pid: number): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return [pid, ...all.filter((one) => parentOf(one) === pid)];
}

function parentOf(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return null; // ended meanwhile
  }
}
