/**
 * A real process that serves the live sheets of a database that is there, and nothing else; for tests that kill it and for measuring it.
 * The cookie is the actor itself, as base64url of its JSON. GET /usage answers what it has used; POST /gc frees what is unused before that.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../server/clock.ts';
import { readConfig } from '../../server/config.ts';
import { openDatabase } from '../../server/database.ts';
import { createSheets } from '../../server/sync/sheets.ts';
import { telemetryTo } from '../../server/telemetry.ts';

const [databaseUrl = '', port = '0'] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const telemetry = telemetryTo((line) => say({ told: JSON.parse(line) }));
const database = await openDatabase(databaseUrl, { telemetry });
const sheets = createSheets({
  database,
  actorOf: async ({ cookie }) => {
    const actor = cookie?.startsWith('actor=') && Buffer.from(cookie.slice(6), 'base64url').toString();
    return actor ? { actor: JSON.parse(actor), sessionId: 'session' } : null;
  },
  limits: readConfig(process.env).limits,
  clock: systemClock,
  telemetry,
  onCleanRoomView: () => {},
});
const http = createServer((request, response) => {
  if (request.method === 'POST') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  response.end(JSON.stringify({ cpuMs: (user + system) / 1000, ...process.memoryUsage() }));
});
http.on('upgrade', (request, socket, head) => sheets.handleUpgrade(request, socket, head));
http.listen(Number(port), '127.0.0.1', () => say({ ready: { port: (http.address() as AddressInfo).port } }));

// Ends as the server does, at the end of its input.
process.stdin.resume().once('end', async () => {
  await sheets.close();
  await database.close();
  process.exit(0);
});
