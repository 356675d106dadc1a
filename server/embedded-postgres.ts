/** The embedded database: a real PostgreSQL in the data folder, started, watched and restarted; used by the start of the server and by the tests. */
import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { asFolderError, type Claim, claimFolder, FolderError } from './data-folder.ts';
import { checkCluster, clusterIn, hasCluster, makeCluster } from './embedded-postgres-cluster.ts';
import { findProgram, restoreRunDir } from './embedded-postgres-program.ts';
import { addressOf, type Exit, type Run, startRun } from './embedded-postgres-start.ts';

export interface EmbeddedOptions {
  dataDir: string;
  /** False only for throw-away clusters of tests. */
  durable?: boolean;
  /** Server-side limit of connections. The pool, the log writer and the bell of one node need about 15. */
  connectionsMax?: number;
  /** Told of every loss and every return of the database. */
  onChange?: (status: EmbeddedStatus) => void;
}

export type EmbeddedStatus =
  | { state: 'ready'; pid: number }
  | { state: 'restarting'; reason: string; diskFull: boolean; attempts: number }
  | { state: 'stopped' };

export interface Embedded {
  /** Valid as long as the object lives; over a restart too. */
  url: string;
  claim: Claim;
  status(): EmbeddedStatus;
  /** Stops the database cleanly and gives the folder up. */
  stop(): Promise<void>;
}

/** Claims the folder, starts the database and keeps it running until stop(). Throws FolderError. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { durable = true, connectionsMax = 40 } = options;
  const claim = claimFolder(options.dataDir);
  try {
    const { dir: dataDir } = claim;
    checkCluster(dataDir);
    const program = asFolderError(dataDir, () => findProgram(dataDir, clusterIn(dataDir)));
    if (!hasCluster(dataDir)) await makeCluster(program, dataDir, durable);
    const stopping = new AbortController();
    const start = (): Promise<Run> => {
      // Never a new, empty database under a server that runs: the folder may only be unmounted.
      if (!hasCluster(dataDir))
        throw new FolderError('foreign', `The database in ${dataDir} is gone. Bring the folder back.`);
      asFolderError(dataDir, () => restoreRunDir(program));
      return startRun(program, { dataDir, durable, connectionsMax, signal: stopping.signal });
    };
    const supervised = supervise(await start(), start, stopping.signal, options.onChange);
    return {
      url: addressOf(program),
      claim,
      status: supervised.status,
      stop: async () => {
        stopping.abort();
        await supervised.stop();
        rmSync(program.runDir, { recursive: true, force: true });
        claim.release();
      },
    };
  } catch (error) {
    claim.release();
    throw error;
  }
}

const RESTART_MS_FIRST = 100;
/** A full disk may be freed at any time, so attempts never end; this bounds how long the return goes unnoticed. */
const RESTART_MS_MAX = 10_000;

/** Starts the database again whenever it ends, until the signal. */
function supervise(
  first: Run,
  start: () => Promise<Run>,
  stopping: AbortSignal,
  onChange: (status: EmbeddedStatus) => void = () => {},
): { status(): EmbeddedStatus; stop(): Promise<void> } {
  let run = first;
  let status: EmbeddedStatus = { state: 'ready', pid: run.pid };
  const turn = (next: EmbeddedStatus) => {
    status = next;
    onChange(next);
  };

  async function keepRunning(): Promise<void> {
    while (true) {
      const exit = await run.exited;
      if (stopping.aborted) return;
      const next = await restart(exit);
      if (next === null) return;
      run = next;
      if (stopping.aborted) return run.stop();
      turn({ state: 'ready', pid: run.pid });
    }
  }

  async function restart({ reason, diskFull }: Exit): Promise<Run | null> {
    for (let attempts = 1; ; attempts++) {
      turn({ state: 'restarting', reason, diskFull, attempts });
      await wait(Math.min(RESTART_MS_FIRST * 2 ** (attempts - 1), RESTART_MS_MAX), undefined, {
        signal: stopping,
      }).catch(() => {});
      if (stopping.aborted) return null;
      try {
        return await start();
      } catch (error) {
        reason = (error as Error).message;
        diskFull = error instanceof FolderError && error.code === 'diskFull';
      }
    }
  }

  const kept = keepRunning();
  return {
    status: () => status,
    stop: async () => {
      await run.stop();
      await kept;
      turn({ state: 'stopped' });
    },
  };
}
