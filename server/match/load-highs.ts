/** Loads HiGHS: compiled once by the main thread, instantiated by each worker. The package's types miss that its ES module is the loader itself. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Highs } from 'highs';
import * as highs from 'highs';

/** A compiled WebAssembly module; it can be sent to a worker. The compiler's library has no name for it. */
export type CompiledHighs = object;

const engine = globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<CompiledHighs> } };
const load = highs.default as unknown as (options?: { wasmModule?: CompiledHighs }) => Promise<Highs>;

export async function compileHighs(): Promise<CompiledHighs> {
  return engine.WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve('highs/runtime')));
}

/** Compiles by itself where it is given nothing. */
export const loadHighs = (compiled?: CompiledHighs): Promise<Highs> => load(compiled && { wasmModule: compiled });
