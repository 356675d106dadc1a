/** Starts the server from the environment, prints the one address to open, and stops it cleanly. */
import { existsSync } from 'node:fs';
import { PRODUCT } from '#domain/product.ts';
import { start } from './compose.ts';
import { readConfig } from './config.ts';

// What the environment says already wins over the file.
if (existsSync('.env')) process.loadEnvFile('.env');

const LATE_MS = 500;

try {
  const config = readConfig(process.env);
  const running = await start(config, process.argv.includes('--dev') ? 'vite' : 'build');
  console.log(`${PRODUCT} is running at ${running.origin}${running.setupPath ?? ''}`);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      // Stopping keeps to its time by itself; this is for what nobody has thought of.
      setTimeout(() => process.exit(1), 1000 * config.limits.shutdownSeconds + LATE_MS).unref();
      running.close().then(() => process.exit(0));
    });
} catch (error) {
  console.error(`${PRODUCT} could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
