/** Puts the server together: one HTTP server with the API, the sheets, the events and the web app. Used by main and by whole-server tests. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler } from 'express';
import type pg from 'pg';
import { bansOf } from '#domain/match-bans.ts';
import { cleanRoomView } from '#domain/record.ts';
import { DEMO_PASSWORD, demoPeople, isDemo, seedDemo } from '#seeds/demo.ts';
import { loadCatalogue, mineralFacts, partnerFacts } from '#seeds/facts.ts';
import { type Bell, loneBell } from './bell.ts';
import { Envelopes } from './bell-letters.ts';
import { postgresBell } from './bell-postgres.ts';
import { redisBell } from './bell-redis.ts';
import { bundleKey } from './bundle-key.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createConversationDesk } from './conversation/desk.ts';
import { sessionSecret } from './data-folder.ts';
import { type Database, openDatabase } from './database.ts';
import { createBriefingDesk } from './desk/briefings.ts';
import { createMeterDesk } from './desk/meter.ts';
import { createSightingDesk } from './desk/sightings.ts';
import { createTalkDesk } from './desk/talk.ts';
import { startEmbedded } from './embedded-postgres.ts';
import { createFileReader } from './files/file-reader.ts';
import { api, openApi } from './http/api.ts';
import { bodyLimit } from './http/body-limit.ts';
import type { Desk } from './http/context.ts';
import { docsPage, type OpenApiDocument } from './http/docs.ts';
import { serveWeb } from './http/web.ts';
import { createMatchDesk } from './match/desk.ts';
import { createFulfilmentDesk } from './match/fulfilment.ts';
import { createScenarioDesk } from './match/scenario-desk.ts';
import { createMeetingDesk } from './meeting/desk.ts';
import { watchNodes } from './nodes.ts';
import { createNotices } from './notices.ts';
import { createPoolDesk } from './pool/desk.ts';
import { createPush } from './push.ts';
import { appendRecord } from './record.ts';
import { createReserveDesk } from './reserve/desk.ts';
import { giveBothFaces } from './reserve/two-faces.ts';
import { watchRights } from './rights.ts';
import { workWithOthers } from './round/across-nodes.ts';
import { createRoundDesk } from './round/advance.ts';
import { createSessions } from './session.ts';
import { createHistory } from './sync/history-desk.ts';
import { createSheets } from './sync/sheets.ts';
import { stdoutTelemetry, type Telemetry } from './telemetry.ts';
import { Undo } from './undo.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The sheets come to their end whatever else hangs: of the time for stopping, half is theirs. */
const SHEETS_SHARE = { from: 0.25, until: 0.75 };

export interface Running {
  /** The one address to open. */
  origin: string;
  /** Set while the workspace waits for its first organization. */
  setupPath: string | null;
  close(): Promise<void>;
}

export async function start(config: Config, mode: 'build' | 'vite'): Promise<Running> {
  const telemetry = stdoutTelemetry;
  // The steps that were taken, to be undone in reverse, also when a later step fails.
  const undo = new Undo();
  const close = () => undo.run(1000 * config.limits.shutdownSeconds, (error) => telemetry.fault('server.close', error));
  try {
    const { http, origin, answer } = await listen(config);
    undo.push(() => {
      http.closeAllConnections();
      return new Promise((done) => http.close(done));
    });

    const { url, authSecret } = await storage(config, telemetry, undo);
    const database = await openDatabase(url, { telemetry, connectionsMax: config.limits.databaseConnections });
    undo.push(() => database.close());

    const desk = await assemble({ config, mode, authSecret, database, http, origin, telemetry, undo });
    const web = express();
    const closeWeb = await serveWeb(web, http, ROOT, mode);
    undo.push(() => closeWeb.close());
    answer(await routes({ config, desk, database, origin, telemetry, web }));

    const open = (await database.prisma.organization.count()) === 0;
    telemetry.event('server.ready');
    return { origin, setupPath: open ? `/setup?token=${desk.setupToken}` : null, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where the database is and what signs sessions: the environment names both, or the data folder holds both. */
async function storage(config: Config, telemetry: Telemetry, undo: Undo): Promise<{ url: string; authSecret: string }> {
  if (config.databaseUrl !== null && config.authSecret !== null)
    return { url: config.databaseUrl, authSecret: config.authSecret };
  const postgres = await startEmbedded({
    dataDir: config.dataDir,
    // The pool, and some for the bell, migrations and an administrator.
    connectionsMax: config.limits.databaseConnections + 20,
    onChange: (status) =>
      telemetry.event('database', {
        state: status.state,
        ...(status.state === 'restarting' && { reason: status.reason }),
      }),
  });
  undo.push(() => postgres.stop());
  return { url: postgres.url, authSecret: config.authSecret ?? sessionSecret(postgres.claim) };
}

/** Takes the port before anything else is touched. Until `answer` is given, every request is told to come back. */
async function listen(config: Config): Promise<{ http: Server; origin: string; answer: (app: Express) => void }> {
  let app: Express | null = null;
  const http = createServer((request, response) => {
    if (app) return void app(request, response);
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' }).end('{"state":"starting"}');
  });
  await new Promise<void>((done, fail) => {
    http.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'EADDRINUSE'
          ? new Error(
              `PORT ${config.port} on ${config.host} is in use by another program; stop that program or choose another PORT`,
            )
          : error,
      ),
    );
    http.listen(config.port, config.host, done);
  });
  const { port } = http.address() as AddressInfo;
  const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(config.host) ? 'localhost' : config.host;
  return { http, origin: config.publicUrl ?? `http://${host}:${port}`, answer: (next) => (app = next) };
}

/** A page may talk to us when it came from the host it talks to; programs send no origin. */
const sameHost = (origin: string | undefined, host: string | undefined): boolean => {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
};

async function assemble(parts: {
  config: Config;
  mode: 'build' | 'vite';
  authSecret: string;
  database: Database;
  http: Server;
  origin: string;
  telemetry: Telemetry;
  undo: Undo;
}): Promise<Desk> {
  const { config, mode, authSecret, database, http, origin, telemetry, undo } = parts;
  const clock = systemClock;
  const catalogue = loadCatalogue();
  const sessions = createSessions({ database, origin, secret: authSecret, proxies: config.proxies });
  const record: Desk['record'] = (drafts) => appendRecord(database, drafts, clock.now());

  if (config.demo && (await database.prisma.organization.count()) === 0)
    await seedDemo({ database, catalogue, hashPassword: sessions.hashPassword, now: clock.now(), record });

  const bell = await hangBell({ config, authSecret, database, telemetry });
  undo.push(() => bell.close());
  const notices = await createNotices(bell, telemetry);
  const push = createPush({ http, database, signedIn: sessions.signedIn, allowOrigin: sameHost, telemetry, notices });
  undo.push(() => push.close());
  const sheets = createSheets({
    database,
    actorOf: sessions.signedIn,
    limits: config.limits,
    clock,
    telemetry,
    bell,
    onCleanRoomView: (actor, sheet) => record([cleanRoomView(actor, sheet, 'lines')]),
  });
  undo.push(() => sheets.close(), SHEETS_SHARE);
  await giveBothFaces({ database, sheets, now: clock.now() });
  http.on('upgrade', (request, socket, head) => {
    const path = request.url ?? '/';
    if (path.startsWith('/sync/')) sheets.handleUpgrade(request, socket, head);
    // In development the page's own reload comes this way, too.
    else if (!path.startsWith('/socket.io/') && mode === 'build') socket.destroy();
  });

  const pools = createPoolDesk({
    database,
    sheets,
    catalogue,
    push,
    clock,
    telemetry,
    slotSecondsDefault: config.slotSeconds,
  });
  undo.push(() => pools.stop());
  const match = createMatchDesk({
    database,
    sheets,
    catalogue,
    push,
    clock,
    telemetry,
    record,
    bansOn: (mineral) => bansOf(mineralFacts(mineral)?.interventions ?? [], mineral),
    workers: config.limits.matchWorkers,
    timeLimitSeconds: config.limits.matchSeconds,
    reviewDays: config.reviewDays,
  });
  undo.push(() => match.stop());
  const scenarios = createScenarioDesk({
    database,
    sheets,
    catalogue,
    push,
    clock,
    telemetry,
    interventionsOf: (mineral) => mineralFacts(mineral)?.interventions ?? [],
    workers: config.limits.matchWorkers,
    timeLimitSeconds: config.limits.matchSeconds,
  });
  undo.push(() => scenarios.stop());
  const rounds = createRoundDesk({ database, sheets, pools, match, push, clock, telemetry, record });
  await rounds.resume();
  await pools.start();
  const nodes = await watchNodes(bell, clock);
  undo.push(async () => nodes.close());
  const others = workWithOthers({ bell, nodes, sheets, push, pools, rounds, match, clock, telemetry });
  undo.push(() => others.close());

  const rights = await watchRights({
    database,
    telemetry,
    onChange: (change) => {
      const concerns = (userId: string, organizationId?: string) =>
        change === null ||
        ('userId' in change
          ? change.userId === userId
          : organizationId === undefined || change.organizationId === organizationId);
      const look = [
        sheets.recheck((seat) => concerns(seat.userId)),
        push.recheck((actor) => concerns(actor.userId, actor.organizationId)),
      ];
      Promise.all(look).catch((error) => telemetry.fault('rights.recheck', error));
    },
  });
  undo.push(() => rights.close());

  const conversation = createConversationDesk({ database, push, clock, telemetry, origin, mail: config.mail });
  undo.push(() => conversation.close());

  const files = createFileReader(telemetry);
  undo.push(() => files.close());

  return {
    database,
    sessions,
    sheets,
    files,
    history: createHistory({ pool: database.pool, sheets, rowsPerSheet: config.limits.rowsPerSheet }),
    pools,
    match,
    fulfilment: createFulfilmentDesk({ database, sheets, catalogue, push, clock }),
    scenarios,
    briefings: createBriefingDesk({ database, clock }),
    talk: createTalkDesk({ database, push, clock }),
    meetings: createMeetingDesk({ database, push, clock }),
    conversation,
    meter: createMeterDesk({ database, catalogue, mineralFacts, pools, clock }),
    sightings: createSightingDesk({ database, clock }),
    rounds,
    reserve: createReserveDesk({ database, catalogue, clock, mineralFacts, partnerFacts }),
    push,
    clock,
    catalogue,
    mineralFacts,
    partnerFacts,
    record,
    bundleKey: bundleKey(authSecret),
    demo: config.demo && (await isDemo(database)) ? { people: demoPeople(), password: DEMO_PASSWORD } : null,
    setupToken: randomBytes(18).toString('base64url'),
  };
}

/** How this node hears of the others: one on an embedded database has none. */
async function hangBell(parts: {
  config: Config;
  authSecret: string;
  database: Database;
  telemetry: Telemetry;
}): Promise<Bell> {
  const { config, authSecret, database, telemetry } = parts;
  if (config.databaseUrl === null) return loneBell();
  const envelopes = new Envelopes(authSecret);
  return config.redisUrl === null
    ? postgresBell({ connection: database.pool.options as pg.ClientConfig, envelopes, telemetry })
    : redisBell({ url: config.redisUrl, envelopes, telemetry });
}

const HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const safeHeaders: RequestHandler = (_req, res, next) => {
  for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
  next();
};

async function routes(parts: {
  config: Config;
  desk: Desk;
  database: Database;
  origin: string;
  telemetry: Telemetry;
  web: Express;
}): Promise<Express> {
  const { config, desk, database, origin, telemetry, web } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.use(safeHeaders);
  app.get('/api/health', async (_req, res) => {
    try {
      await database.pool.query('SELECT 1');
      res.json({ state: 'ready' });
    } catch {
      res
        .status(503)
        .json({ state: 'no database', remedy: 'it comes back by itself once the database does; see the server log' });
    }
  });
  app.all('/api/auth/{*any}', bodyLimit(config.limits.requestBytes), desk.sessions.handler);
  const document = await openApi(origin);
  const page = docsPage(document as OpenApiDocument);
  app.get('/api/openapi.json', (_req, res) => void res.json(document));
  app.get('/api/docs', (_req, res) => void res.type('html').send(page));
  app.use('/api/v1', api(desk, desk.sessions.signedIn, telemetry, config.limits));
  app.use(
    '/api',
    (_req, res) => void res.status(404).json({ code: 'NOT_FOUND', message: 'There is no such address; see /api/docs' }),
  );
  app.use(web);
  const failed: express.ErrorRequestHandler = (error, _req, res, _next) => {
    telemetry.fault('http.request', error);
    if (!res.headersSent)
      res
        .status(500)
        .json({ code: 'INTERNAL', message: 'Something went wrong on our side; nothing was lost. Try again.' });
  };
  app.use(failed);
  return app;
}
