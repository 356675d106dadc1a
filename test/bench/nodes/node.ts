/** One node of the bench: the live sheets of a database and the bell to the other nodes, nothing else. The cookie is the actor, as base64url of its JSON. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';
import { loneBell } from '../../../server/bell.ts';
import { Envelopes } from '../../../server/bell-letters.ts';
import { postgresBell } from '../../../server/bell-postgres.ts';
import { redisBell } from '../../../server/bell-redis.ts';
import { systemClock } from '../../../server/clock.ts';
import { readConfig } from '../../../server/config.ts';
import { openDatabase } from '../../../server/database.ts';
import { watchNodes } from '../../../server/nodes.ts';
import { createSheets } from '../../../server/sync/sheets.ts';
import { telemetryTo } from '../../../server/telemetry.ts';

const { NODE_BELL: kind, NODE_DATABASE: databaseUrl = '', NODE_REDIS: url = '' } = process.env;
const telemetry = telemetryTo(() => {});
const database = await openDatabase(databaseUrl, { telemetry });
const envelopes = new Envelopes('the secret of a bench, the same on all of its nodes');
const bell =
  kind === 'PostgreSQL'
    ? await postgresBell({ connection: database.pool.options as pg.ClientConfig, envelopes, telemetry })
    : kind === 'Redis'
      ? await redisBell({ url, envelopes, telemetry })
      : loneBell();
const sheets = createSheets({
  database,
  actorOf: async ({ cookie }) => {
    const actor = cookie?.startsWith('actor=') && Buffer.from(cookie.slice(6), 'base64url').toString();
    return actor ? { actor: JSON.parse(actor), sessionId: 'session' } : null;
  },
  limits: readConfig({ SOCKETS_PER_ACTOR: '1000', ROOMS_PER_ACTOR: '1000' }).limits,
  clock: systemClock,
  telemetry,
  bell,
  onCleanRoomView: () => {},
});
const nodes = await watchNodes(bell, systemClock);
nodes.onCame(() => sheets.greetNode());
nodes.onGone((node) => sheets.loseNode(node));

const http = createServer((_request, response) => void response.end());
http.on('upgrade', (request, socket, head) => sheets.handleUpgrade(request, socket, head));
http.listen(0, '127.0.0.1', () =>
  process.stdout.write(`running at http://127.0.0.1:${(http.address() as AddressInfo).port}\n`),
);

process.on('SIGTERM', async () => {
  nodes.close();
  await sheets.close();
  await bell.close();
  await database.close();
  process.exit(0);
});
