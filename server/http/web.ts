/** The web app: built files, compressed, with long caching, and the fallback page for every other address; Vite's own server in development. */
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Express } from 'express';
import sirv from 'sirv';

/** Adds the web app last, behind every /api path. Throws when it was not built. */
export async function serveWeb(
  app: Express,
  http: Server,
  root: string,
  mode: 'build' | 'vite',
): Promise<{ close(): Promise<void> }> {
  if (mode === 'vite') {
    const { createServer } = await import('vite');
    const vite = await createServer({
      configFile: join(root, 'vite.config.ts'),
      server: { middlewareMode: true, hmr: { server: http } },
    });
    app.use(vite.middlewares);
    return vite;
  }
  const built = join(root, 'build');
  if (!existsSync(join(built, 'index.html')))
    throw new Error(`the web app is not built: ${built} has no index.html; run npm run build`);
  app.use(
    sirv(built, {
      // The build lays a compressed file beside each: a quarter of the bytes on the wire, and no work for the server.
      brotli: true,
      gzip: true,
      extensions: [],
      setHeaders: (res, path) => {
        if (path.includes('/immutable/')) res.setHeader('cache-control', 'public, max-age=31536000, immutable');
      },
    }),
  );
  // A file of an older build is gone: saying so lets the page notice and load the new one; the fallback page would pass for code.
  app.use('/_app', (_req, res) => void res.status(404).end());
  app.get('/{*path}', (_req, res) => {
    res.setHeader('cache-control', 'no-cache');
    res.sendFile(join(built, 'index.html'));
  });
  return { close: async () => {} };
}
