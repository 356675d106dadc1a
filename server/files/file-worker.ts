/** A thread that reads one file and ends. Started by server/files/file-reader, which ends it when it takes too long. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FileJob } from './file-reader.ts';
import { readFile } from './read-file.ts';

const { bytes, limits, sheet } = workerData as FileJob;
parentPort?.postMessage(await readFile(bytes, limits, sheet));
