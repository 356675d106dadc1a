/** Builds the pages of the bench as a person's browser would get them, and serves them from a port of this machine. */
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { build } from 'vite';
import { contractRoutes } from '../../../vite-contract.ts';

const PAGES = fileURLToPath(new URL('pages', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

export interface Pages {
  origin: string;
  close(): Promise<void>;
}

export async function buildPages(say: (line: string) => void, isReadable = false): Promise<Pages> {
  say('building the pages');
  const folder = mkdtempSync(join(tmpdir(), 'bench-grid-'));
  await build({
    root: PAGES,
    base: './',
    logLevel: 'error',
    configFile: false,
    plugins: [contractRoutes(), tailwindcss(), svelte({ configFile: false })],
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'esnext',
      minify: !isReadable,
      rolldownOptions: { input: ['ours', 'revogrid', 'ag-grid'].map((name) => join(PAGES, `${name}.html`)) },
    },
  });
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url ?? '/', 'http://page').pathname);
    if (!path.startsWith(folder) || !existsSync(path)) return void response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
