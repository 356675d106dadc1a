/** What happens in a pool, on every node: events for each viewer, runs, rounds that a dead node left unfinished, pools that began elsewhere. */
import { afterEach, expect, test } from 'vitest';
import type { Actor } from '../../domain/actors.ts';
import { type Bell, localBells } from '../../server/bell.ts';
import { Envelopes } from '../../server/bell-letters.ts';
import { postgresBell } from '../../server/bell-postgres.ts';
import { systemClock } from '../../server/clock.ts';
import { connection, openDatabase } from '../../server/database.ts';
import { watchNodes } from '../../server/nodes.ts';
import { createNotices } from '../../server/notices.ts';
import { type Push, teller } from '../../server/push.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { testDatabase, testDatabaseUrl } from '../support/database.ts';
import { type Watcher, watchPool } from '../support/fleet.ts';
import { fillHard } from '../support/hard-match.ts';
import { MatchPush, makeMatchRound } from '../support/match-round.ts';
import { poolOf, startWorkspace, type Workspace } from '../support/workspace.ts';

const quiet = telemetryTo(() => {});
const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A node's push with two people behind it. */
async function pushOn(bell: Bell) {
  const notices = await createNotices(bell, quiet);
  const heard: Record<string, unknown[]> = { official: [], member: [] };
  const push: Push = {
    notices,
    toPool(poolId, event, messageFor) {
      for (const [name, list] of Object.entries(heard)) {
        const message = messageFor({ kind: name === 'official' ? 'agency' : 'manufacturer' } as Actor);
        if (message) list.push([poolId, event, message]);
      }
    },
  };
  return { push, heard };
}

test('[ND13] an event travels as ids, and each node makes of them what each of its viewers may see', async () => {
  const hub = localBells();
  const [here, there] = [await pushOn(hub()), await pushOn(hub())];
  const [tell] = [here, there].map(({ push }) =>
    teller(push, 'award', (ids: { to: string }, poolId) => (viewer) => (viewer.kind === ids.to ? { poolId } : null)),
  );
  tell?.('pool-1', { to: 'agency' });
  await expect.poll(() => there.heard.official).toEqual([['pool-1', 'award', { poolId: 'pool-1' }]]);
  expect(here.heard).toEqual(there.heard);
  expect(here.heard.member).toEqual([]);
});

test('[ND13] pages read again what they show where events may have been missed', async () => {
  const url = await testDatabaseUrl();
  const one = await startWorkspace({ demo: true, databaseUrl: url });
  const yuki = await one.as('yuki@');
  const { id } = await poolOf(yuki, 'Yttrium');
  let comings = 0;
  const watcher = watchPool(one.origin, yuki.cookie, id, () => comings++);
  ends.push(() => watcher.end());
  await expect.poll(() => comings).toBe(1);
  const database = await openDatabase(url, { connectionsMax: 1, telemetry: quiet });
  ends.push(() => database.close());
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% bell'`,
  );
  await expect.poll(() => comings, { timeout: 15_000 }).toBe(2);
});

test('[ND14] a run shows its progress on every node and can be cancelled through any', async () => {
  const round = await makeMatchRound(await testDatabase());
  ends.push(() => round.close());
  const hub = localBells();
  const pushes = await Promise.all(
    [hub(), hub()].map(async (bell) =>
      Object.assign(new MatchPush(round.people), { notices: await createNotices(bell, quiet) }),
    ),
  );
  const [first, second] = pushes.map((push) => round.node({ push }));
  if (!first || !second) throw new Error('two nodes');
  await fillHard(round);
  const begun = second.push.run((run) => run.progress > 0);
  const ended = first.push.run((run) => run.state === 'cancelled');
  const started = await first.desk.start(round.roundId, round.people.admin);
  expect(started.ok).toBe(true);
  expect((await begun).state).toBe('running');
  const [seen] = await second.desk.runs(round.roundId);
  expect(seen?.progress).toBeGreaterThan(0);
  expect(await second.desk.cancel(seen?.id ?? '', round.people.admin)).toMatchObject({ ok: true });
  expect((await ended).state).toBe('cancelled');
  const [last] = await second.desk.runs(round.roundId);
  expect([last?.state, last?.progress]).toEqual(['cancelled', 0]);
});

const SECRET = 'x'.repeat(40);

/** Two servers on one workspace, and somebody who watches a pool through each. */
async function pairOfServers(
  slotSeconds?: number,
): Promise<{ url: string; servers: Workspace[]; watch(poolId: string): Promise<Watcher[]> }> {
  const url = await testDatabaseUrl();
  const options = { demo: true, databaseUrl: url, ...(slotSeconds && { slotSeconds }) };
  const servers = [await startWorkspace(options), await startWorkspace(options)];
  const watch = async (poolId: string) => {
    const admin = await servers[0]?.as('beatriz@');
    const watchers = servers.map(({ origin }) => watchPool(origin, admin?.cookie ?? '', poolId));
    ends.push(() => {
      for (const watcher of watchers) watcher.end();
    });
    await expect.poll(() => watchers.every(({ isWatching }) => isWatching)).toBe(true);
    return watchers;
  };
  return { url, servers, watch };
}

const finals = ({ heard }: Watcher) =>
  heard.filter(
    ({ event, message }) => event === 'release' && (message as { release?: { final?: boolean } }).release?.final,
  );

test('[ND15] what a node left half-done when it died, others finish, once; the last release and the phase reach everybody', async () => {
  const { url, servers, watch } = await pairOfServers();
  const admin = await servers[0]?.as('beatriz@');
  if (!admin) throw new Error('no admin');
  const { id: poolId } = await poolOf(admin, 'Yttrium');
  const watchers = await watch(poolId);
  // A third node has moved the round, and dies before anything follows from it.
  const bell = await postgresBell({ connection: connection(url), envelopes: new Envelopes(SECRET), telemetry: quiet });
  const ghost = await watchNodes(bell, systemClock);
  const database = await openDatabase(url, { connectionsMax: 1, telemetry: quiet });
  ends.push(() => database.close());
  await database.prisma.round.updateMany({ where: { poolId, phase: 'collect' }, data: { phase: 'review' } });
  ghost.close();
  await bell.close();
  for (const watcher of watchers) {
    await expect.poll(() => finals(watcher).length, { timeout: 20_000 }).toBe(1);
    await expect
      .poll(() => watcher.heard.filter(({ event }) => event === 'phase').map(({ message }) => message.phase))
      .toContain('review');
  }
  const demand = { kind: 'demand' as const, round: { poolId } };
  expect(await database.prisma.sheet.count({ where: { ...demand, frozen: false } })).toBe(0);
  expect(await database.prisma.release.count({ where: { round: { poolId }, final: true } })).toBe(1);
  const kinds = await database.prisma.recordEntry.groupBy({ by: ['kind'], where: { poolId }, _count: true });
  expect(Object.fromEntries(kinds.map(({ kind, _count }) => [kind, _count]))).toMatchObject({
    'sheet.frozen': 1,
    'release.published': 1,
  });
});

test('[ND16] a pool that begins through one node is published on every node', async () => {
  const { servers, watch } = await pairOfServers(10);
  const admin = await servers[0]?.as('beatriz@');
  if (!admin) throw new Error('no admin');
  const { body: makers } = await admin.call('GET', '/api/v1/pools/candidates');
  const { status, body: pool } = await admin.call('POST', '/api/v1/pools', {
    name: 'Begun elsewhere',
    // Nobody in the demo buys it yet.
    minerals: ['beryllium'],
    deliveryFrom: 2027,
    deliveryTo: 2028,
    closesAt: new Date(Date.now() + 86_400_000).toISOString(),
    organizationIds: makers.map(({ id }: { id: string }) => id),
  });
  expect(status).toBe(200);
  const watchers = await watch(pool.id);
  for (const watcher of watchers)
    await expect
      .poll(() => watcher.heard.filter(({ event }) => event === 'release').length, { timeout: 25_000 })
      .toBeGreaterThan(0);
});
