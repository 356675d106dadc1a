/** Hands the pool of a pool page to its tabs. */
import { createContext } from 'svelte';
import type { PoolState } from './pool.svelte.ts';

export const [usePool, providePool] = createContext<() => PoolState>();
