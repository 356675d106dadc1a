/** Reads files that people want to put into a sheet, each in a thread of its own with little memory and time. Used by server/http/files. */
import { Worker } from 'node:worker_threads';
import { type Outcome, refuse } from '#domain/refusals.ts';
import { ROWS_MAX } from '#domain/sheets.ts';
import type { Telemetry } from '../telemetry.ts';
import type { FileLimits, FileRead } from './read-file.ts';

/** What a thread is started with. */
export interface FileJob {
  bytes: Uint8Array;
  limits: FileLimits;
  sheet?: string;
}

const LIMITS: FileLimits = {
  rows: ROWS_MAX,
  columns: 100,
  // Twice what a cell of a sheet holds, so that a text that is too long is seen as such.
  cellChars: 4_096,
  // 10,000 lines of 15 columns are some 12 MB.
  unpackedBytes: 64 * 2 ** 20,
};
/** Two files of the largest size take a second each; others wait. */
const READ_AT_ONCE = 2;
const WAITING_MAX = 8;
/** 10,000 lines take one second of an idle core. */
const READ_MS_MAX = 20_000;
/** Heap of the thread; the bytes themselves are outside of it. */
const HEAP_MIB_MAX = 384;

const BUSY = refuse('busy', 'file', 'many files are read just now', 'wait a moment and try again');
const TOO_HEAVY = refuse(
  'too-heavy',
  'file',
  'reading it takes more time or memory than a file of this size should',
  'save only the sheet with the lines, without formats, or save it as .csv',
);

export interface FileReader {
  /** Never rejects. The bytes are the thread's afterwards. */
  read(bytes: Uint8Array, sheet?: string): Promise<Outcome<FileRead>>;
  close(): Promise<void>;
}

export function createFileReader(telemetry: Telemetry, limits: FileLimits = LIMITS, msMax = READ_MS_MAX): FileReader {
  const running = new Set<Worker>();
  const waiting: (() => void)[] = [];
  let isClosed = false;

  async function read(bytes: Uint8Array, sheet?: string): Promise<Outcome<FileRead>> {
    if (isClosed || waiting.length >= WAITING_MAX) return BUSY;
    if (running.size >= READ_AT_ONCE) await new Promise<void>((turn) => waiting.push(turn));
    if (isClosed) return BUSY;
    const worker = new Worker(new URL('./file-worker.ts', import.meta.url), {
      workerData: { bytes, limits, ...(sheet !== undefined && { sheet }) } satisfies FileJob,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
    });
    running.add(worker);
    try {
      return await answerOf(worker);
    } finally {
      await worker.terminate();
      running.delete(worker);
      waiting.shift()?.();
    }
  }

  function answerOf(worker: Worker): Promise<Outcome<FileRead>> {
    const { promise, resolve } = Promise.withResolvers<Outcome<FileRead>>();
    const timer = setTimeout(() => resolve(TOO_HEAVY), msMax);
    worker.once('message', resolve);
    worker.once('error', (error: Error & { code?: unknown }) => {
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') telemetry.fault('files.read', new FileThreadError(error.name));
      resolve(TOO_HEAVY);
    });
    worker.once('exit', () => resolve(TOO_HEAVY));
    return promise.finally(() => clearTimeout(timer));
  }

  return {
    read,
    async close() {
      isClosed = true;
      for (const turn of waiting.splice(0)) turn();
      await Promise.all([...running].map((worker) => worker.terminate()));
    },
  };
}

/** The thread broke; its message may hold what was in the file and stays there. */
class FileThreadError extends Error {
  override readonly name = 'FileThreadError';
  readonly speaksPlainly = true;
}
