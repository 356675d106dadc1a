/** The thread that makes snapshots, one sheet after the other. Started by server/sync/snapshots; holds a connection only while it works. */
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { compact } from './compact.ts';
import type { SnapshotJob, SnapshotReport, SnapshotStart } from './snapshots.ts';

const port = parentPort;
if (!port) throw new Error('this file is the program of a worker');
const { connectionString } = workerData as SnapshotStart;
const waiting: string[] = [];
let isWorking = false;

port.on('message', ({ sheetId }: SnapshotJob) => {
  waiting.push(sheetId);
  if (!isWorking) void work();
});

async function work(): Promise<void> {
  isWorking = true;
  const client = new pg.Client({ connectionString });
  client.on('error', () => {}); // the job under way reports it
  const connected = client.connect();
  connected.catch(() => {});
  for (let sheetId = waiting.shift(); sheetId !== undefined; sheetId = waiting.shift()) {
    const begun = performance.now();
    let fault: SnapshotReport['fault'] = null;
    try {
      await connected;
      await compact(client, sheetId);
    } catch (error) {
      const { name, code } = error as Error & { code?: unknown };
      fault = { name, code: typeof code === 'string' ? code : null };
    }
    port?.postMessage({ sheetId, ms: performance.now() - begun, fault } satisfies SnapshotReport);
  }
  isWorking = false;
  await client.end().catch(() => {});
}
