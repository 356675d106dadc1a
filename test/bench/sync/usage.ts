/** Where the bench's processes run, and what a process has used of the machine. Linux only: it reads /proc. Used by the bench. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Cores {
  /** Null: nothing is pinned, `why` says why not. */
  server: number | null;
  driver: number | null;
  /** The database's: a core of its own where there is one, else the driver's, as if it ran on another machine. */
  database: number | null;
  why: string | null;
}

/** Pins this process to the driver's core: what it starts inherits that unless it is pinned itself. */
export function pinDriver(): Cores {
  const none = (why: string): Cores => ({ server: null, driver: null, database: null, why });
  if (spawnSync('taskset', ['-V']).status !== 0) return none('taskset is not installed');
  const [server, driver, third] = allowedCores();
  if (server === undefined || driver === undefined) return none('this process may use one core only');
  const database = third ?? driver;
  if (!pin(process.pid, driver)) return none('taskset may not pin processes here');
  return { server, driver, database, why: null };
}

/** A thread that ends while taskset goes through them makes it fail. */
const PIN_TRIES_MAX = 5;

/** All threads of a process, and whatever it starts from now on. */
export function pin(pid: number, core: number | null): boolean {
  if (core === null) return true;
  for (let tried = 0; tried < PIN_TRIES_MAX; tried++)
    if (spawnSync('taskset', ['-acp', String(core), String(pid)]).status === 0) return true;
  return false;
}

/** The command that runs another one pinned. */
export const pinned = (core: number | null): string[] => (core === null ? [] : ['taskset', '-c', String(core)]);

function allowedCores(): number[] {
  const list = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** CPU time of all threads so far, in nanoseconds, from the scheduler's counters. 0 once the process is gone. */
export function usedNs(pid: number): number {
  let sum = 0;
  for (const task of list(`/proc/${pid}/task`))
    sum += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]);
  return sum;
}

/** The same for a database server: the postmaster, its living children, and those that have ended. */
export function familyUsedNs(pid: number): number {
  const own = [pid, ...childrenOf(pid)].reduce((sum, one) => sum + usedNs(one), 0);
  const [ended = 0, endedInSystem = 0] = fieldsOf(pid).slice(13, 15).map(Number);
  return own + (ended + endedInSystem) * (1e9 / TICKS_PER_SECOND);
}

/** USER_HZ, the unit of /proc/PID/stat, is 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** Fields of /proc/PID/stat after the name, which may hold spaces; the first one is the state. */
const fieldsOf = (pid: number | string): string[] =>
  read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
const parentOf = (pid: string): number => Number(fieldsOf(pid)[1]);

const childrenOf = (pid: number): number[] =>
  list('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);

/** Children, their children and so on. */
export const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

export const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s*(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
