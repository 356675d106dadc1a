/**
 * What the browser needs of the HTTP contract: method and path of each call. The schemas, and with them zod and the readers of the domain, stay on
 * the server, which checks every input; the types reach the client through TypeScript.
 */
import { fileURLToPath } from 'node:url';
import { type AnyContractRouter, minifyContractRouter } from '@orpc/contract';
import type { Plugin } from 'vite';

const CONTRACT = new URL('./protocol/api.ts', import.meta.url);

/** protocol/api.ts as pages of the web app see it. */
export function contractRoutes(): Plugin {
  return {
    name: 'contract-routes',
    enforce: 'pre',
    async load(id) {
      if (id.split('?')[0] !== fileURLToPath(CONTRACT)) return null;
      const { contract } = (await import(CONTRACT.href)) as { contract: AnyContractRouter };
      return `export const contract = ${JSON.stringify(minifyContractRouter(contract), forCalls)};`;
    },
  };
}

/** Words of the API's description say nothing to a call. */
const SAID = ['summary', 'description', 'tags'];
const forCalls = (key: string, value: unknown) => (SAID.includes(key) ? undefined : value);
