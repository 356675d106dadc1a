/**
 * Fifty servers killed with -9 while people type. After each kill, before anybody can send anything again, the database must hold every line that was
 * acknowledged to its writer or seen by somebody else.
 */
import { expect, onTestFinished, test } from 'vitest';
import { rowsOf } from '../../protocol/sheet-doc.ts';
import { openDatabase } from '../../server/database.ts';
import { loadSheet } from '../../server/sync/sheet-store.ts';
import { verifyLog } from '../../server/sync/verify-log.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { runChild } from '../support/child.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { seeded } from '../support/seeded.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { Writer } from '../support/writer.ts';

const KILLS = Number(process.env.KILLS ?? 50);
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const EVERY_MS = 15;

test('[SY42] of fifty servers killed with -9 while people type none loses what it acknowledged or showed to others', {
  timeout: 60_000 + KILLS * 15_000,
}, async () => {
  console.info(`kills: KILL_SEED=${SEED} KILLS=${KILLS}`);
  const random = seeded(SEED);
  const url = await testDatabaseUrl();
  const database = await openDatabase(url, { connectionsMax: 3, telemetry: telemetryTo(() => {}) });
  onTestFinished(() => database.close());
  const { people, sheets } = await makeSpace(database);
  const sheetId = sheets.shared;
  // Nobody is there before the first server.
  let origin = 'http://127.0.0.1:9';
  const writers = [people.ana, people.ben, people.rita].map(
    (actor) =>
      new Writer({
        name: actor.name,
        cookie: `actor=${Buffer.from(JSON.stringify(actor)).toString('base64url')}`,
        sheetId,
        organizationId: actor.organizationId,
        origins: () => [origin],
      }),
  );
  const timers = writers.map((writer) => setInterval(() => writer.isSynced && writer.write(), EVERY_MS));
  onTestFinished(() => {
    for (const timer of timers) clearInterval(timer);
    for (const writer of writers) writer.end();
  });
  const promised = new Set<string>();
  let port = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const server = runChild('./sheet-server.ts', [url, String(port)]);
    port = ((await server.line('ready')).ready as { port: number }).port;
    origin = `http://127.0.0.1:${port}`;
    const saved = () => writers.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
    const before = saved();
    await expect.poll(() => saved() > before, { timeout: 12_000, interval: 10 }).toBe(true);
    await new Promise((moment) => setTimeout(moment, random() * 150));
    await server.kill('SIGKILL');
    for (const writer of writers) {
      for (const line of writer.acknowledged) promised.add(line);
      const own = new Set(writer.written);
      for (const line of rowsOf(writer.doc).keys()) if (!own.has(line)) promised.add(line);
    }
    const kept = (await loadSheet(database.pool, sheetId))?.doc;
    const lost = [...promised].filter((line) => !kept || !rowsOf(kept).has(line));
    expect({ kill, lost }).toEqual({ kill, lost: [] });
  }
  expect(promised.size).toBeGreaterThan(KILLS);
  expect((await verifyLog(database.pool, sheetId)).broken).toBeNull();
});
