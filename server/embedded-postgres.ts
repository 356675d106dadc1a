/** The embedded database: a real PostgreSQL in the data folder, started, watched and restarted; used by the start of the server and by the tests. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Claim, claimFolder } from './data-folder.ts';
import { type ClusterExit, type RunningCluster, startCluster } from './embedded-postgres-start.ts';

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

const RESTART_MS_FIRST = 100;
/** A full disk may be freed at any time, so attempts never end; this bounds how long the return goes unnoticed. */
const RESTART_MS_MAX = 10_000;

/** Claims the folder, starts the database and keeps it running until stop(). Throws FolderError. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const claim = claimFolder(options.dataDir);
  try {
    return await supervise(claim, options);
  } catch (error) {
    claim.release();
    throw error;
  }
}

async function supervise(claim: Claim, options: EmbeddedOptions): Promise<Embedded> {
  const { durable = true, connectionsMax = 40, onChange = () => {} } = options;
  const start = () => startCluster({ dataDir: claim.dir, durable, connectionsMax });
  const stopping = new AbortController();
  let cluster = await start();
  let status: EmbeddedStatus = { state: 'ready', pid: cluster.pid };
  const turn = (next: EmbeddedStatus) => {
    status = next;
    onChange(next);
  };

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      const exit = await cluster.exited;
      if (stopping.signal.aborted) return;
      const next = await restart(exit);
      if (next === null) return;
      cluster = next;
      turn({ state: 'ready', pid: cluster.pid });
    }
  }

  async function restart(exit: ClusterExit): Promise<RunningCluster | null> {
    let { reason, diskFull } = exit;
    for (let attempts = 1; !stopping.signal.aborted; attempts++) {
      turn({ state: 'restarting', reason, diskFull, attempts });
      const pause = Math.min(RESTART_MS_FIRST * 2 ** (attempts - 1), RESTART_MS_MAX);
      await wait(pause, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return null;
      try {
        return await start();
      } catch (error) {
        reason = (error as Error).message;
        diskFull = (error as { code?: string }).code === 'diskFull';
      }
    }
    return null;
  }

  const kept = keepRunning();
  return {
    url: cluster.url,
    claim,
    status: () => status,
    stop: async () => {
      stopping.abort();
      await cluster.stop();
      await kept;
      await cluster.stop(); // a restart may have been under way
      claim.release();
      turn({ state: 'stopped' });
    },
  };
}
