/** The contract of the bell, the same for all three: in the process, over PostgreSQL, over Redis. */
import pg from 'pg';
import { afterEach, expect, type TestContext, test } from 'vitest';
import { type Bell, localBells } from '../../server/bell.ts';
import { Envelopes, pack } from '../../server/bell-letters.ts';
import { postgresBell } from '../../server/bell-postgres.ts';
import { redisBell } from '../../server/bell-redis.ts';
import { connection } from '../../server/database.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { freePort, startRedis } from '../support/redis.ts';

const SECRET = 'a secret that all nodes of a test share, long enough';
const telemetry = telemetryTo(() => {});
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Tower {
  bell(secret?: string): Promise<Bell>;
  /** Cuts every line, and lets them come back. */
  cut(): Promise<void>;
}

/** Where bells of this kind hang. */
type Build = (context: TestContext) => Promise<Tower>;

const inProcess: Build = async () => {
  const make = localBells();
  return { bell: async () => make(), cut: async () => {} };
};

const overPostgres: Build = async () => {
  const url = await testDatabaseUrl();
  const cut = async () => {
    const admin = new pg.Client(connection(url));
    await admin.connect();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await admin.end();
  };
  const bell = (secret = SECRET) =>
    postgresBell({ connection: connection(url), envelopes: new Envelopes(secret), telemetry });
  return { bell, cut };
};

const overRedis: Build = async (context) => {
  const program = needs(context, 'redis-server');
  let server = await startRedis(program);
  ends.push(() => server.stop());
  const cut = async () => {
    await server.stop();
    server = await startRedis(program, server.port);
  };
  return {
    bell: (secret = SECRET) => redisBell({ url: server.url, envelopes: new Envelopes(secret), telemetry }),
    cut,
  };
};

async function hung(tower: Tower, secret?: string): Promise<Bell> {
  const bell = await tower.bell(secret);
  ends.push(() => bell.close());
  return bell;
}

const text = (body: Uint8Array) => Buffer.from(body).toString();
const body = (words: string) => Buffer.from(words);

async function listener(bell: Bell, topic: string) {
  const heard: string[] = [];
  const stop = await bell.join(topic, (bytes, node) => heard.push(`${node} ${text(bytes)}`));
  return { heard, stop };
}

const BOTH = [
  ['PostgreSQL', overPostgres],
  ['Redis', overRedis],
] as const;
const ALL = [['in the process', inProcess], ...BOTH] as const;

for (const [kind, build] of ALL) {
  test(`[ND1] ${kind}: a ring is heard by all others who joined its topic, in order, and not by its own node`, async (context) => {
    const tower = await build(context);
    const [one, two, three] = [await hung(tower), await hung(tower), await hung(tower)];
    const [own, here, there] = [await listener(one, 'a'), await listener(two, 'a'), await listener(three, 'a')];
    const other = await listener(two, 'b');
    for (let n = 0; n < 100; n++) one.ring('a', body(`${n}`));
    two.ring('b', body('own topic'));
    three.ring('b', body('last'));
    const rung = Array.from({ length: 100 }, (_, n) => `${one.node} ${n}`);
    await expect.poll(() => here.heard).toEqual(rung);
    await expect.poll(() => there.heard).toEqual(rung);
    await expect.poll(() => other.heard).toEqual([`${three.node} last`]);
    expect(own.heard).toEqual([]);
  });

  test(`[ND1] ${kind}: who leaves a topic hears no more of it, and can join it again`, async (context) => {
    const tower = await build(context);
    const [one, two] = [await hung(tower), await hung(tower)];
    const first = await listener(two, 'a');
    const mark = await listener(two, 'mark');
    first.stop();
    const again = await listener(two, 'a');
    again.stop();
    one.ring('a', body('nobody hears'));
    one.ring('mark', body('1'));
    await expect.poll(() => mark.heard.length).toBe(1);
    const third = await listener(two, 'a');
    one.ring('a', body('heard'));
    await expect.poll(() => third.heard).toEqual([`${one.node} heard`]);
    expect([...first.heard, ...again.heard]).toEqual([]);
  });

  test(`[ND1] ${kind}: a body of the largest size arrives whole, a larger one is dropped, and a closed bell is silent`, async (context) => {
    const tower = await build(context);
    const [one, two] = [await hung(tower), await hung(tower)];
    const sizes: number[] = [];
    await two.join(`sheet.${one.node}`, (bytes) => sizes.push(bytes.length));
    one.ring(`sheet.${one.node}`, new Uint8Array(one.bodyBytesMax + 1));
    for (let n = 0; n < 3; n++) one.ring(`sheet.${one.node}`, new Uint8Array(one.bodyBytesMax).fill(7));
    one.ring(`sheet.${one.node}`, body('end'));
    await expect.poll(() => sizes).toEqual([...Array(3).fill(one.bodyBytesMax), 3]);
    await one.close();
    one.ring(`sheet.${one.node}`, body('after the end'));
    expect(sizes).toHaveLength(4);
  });
}

for (const [kind, build] of BOTH) {
  test(`[ND2] ${kind}: a line that breaks comes back, says that rings may have been missed, and hears again`, async (context) => {
    const tower = await build(context);
    const [one, two] = [await hung(tower), await hung(tower)];
    const { heard } = await listener(two, 'a');
    let missed = 0;
    two.onMissed(() => missed++);
    one.ring('a', body('before'));
    await expect.poll(() => heard.length).toBe(1);
    await tower.cut();
    one.ring('a', body('may be lost'));
    await expect.poll(() => missed, { timeout: 15_000 }).toBeGreaterThan(0);
    await expect
      .poll(
        () => {
          one.ring('a', body('after'));
          return heard.at(-1);
        },
        { timeout: 15_000 },
      )
      .toBe(`${one.node} after`);
  });

  test(`[ND3] ${kind}: who does not have the secret neither hears nor is heard`, async (context) => {
    const tower = await build(context);
    const [one, two] = [await hung(tower), await hung(tower)];
    const stranger = await hung(tower, 'another secret, which no node of this test has');
    const [here, outside] = [await listener(two, 'a'), await listener(stranger, 'a')];
    stranger.ring('a', body('let me in'));
    one.ring('a', body('ours'));
    await expect.poll(() => here.heard).toEqual([`${one.node} ours`]);
    expect(outside.heard).toEqual([]);
  });
}

test('[ND3] an envelope shows neither topic nor body, and one that was changed is not opened', () => {
  const [one, two] = [new Envelopes(SECRET), new Envelopes(SECRET)];
  const sealed = one.seal([{ topic: 'sheet.of-a-company', body: body('gallium 400 kg') }]);
  expect(text(sealed)).not.toMatch(/sheet|gallium/);
  expect(two.open(sealed)?.letters.map((letter) => text(letter.body))).toEqual(['gallium 400 kg']);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(two.open(changed)).toBeNull();
  }
  expect(one.open(sealed)).toBeNull();
  expect(one.channelOf('a')).not.toBe(new Envelopes('another secret, which no node of this test has').channelOf('a'));
});

test('[ND1] letters are packed in order into as few envelopes as take them', () => {
  const letters = [400, 400, 400, 990, 1, 2000].map((length, n) => ({ topic: `${n}`, body: new Uint8Array(length) }));
  const packs = pack(letters, 1000);
  expect(packs.map((one) => one.map(({ topic }) => topic).join())).toEqual(['0,1', '2', '3', '4']);
});

test('[ND4] a Redis that does not answer is named with host, reason and remedy, never with the password', async () => {
  const url = `redis://user:hidden-word@127.0.0.1:${await freePort()}`;
  const failed = await redisBell({ url, envelopes: new Envelopes(SECRET), telemetry, startMsMax: 300 }).catch(
    (error: Error) => error.message,
  );
  expect(failed).toMatch(/127\.0\.0\.1:\d+ does not listen \(ECONNREFUSED\)\. Check REDIS_URL/);
  expect(failed).not.toMatch(/hidden-word/);
});

test('[ND4] a Redis that refuses the password is named as such', async (context) => {
  const server = await startRedis(needs(context, 'redis-server'), await freePort(), ['--requirepass', 'right']);
  ends.push(() => server.stop());
  const url = `redis://:wrong-word@127.0.0.1:${server.port}`;
  const failed = await redisBell({ url, envelopes: new Envelopes(SECRET), telemetry, startMsMax: 300 }).catch(
    (error: Error) => error.message,
  );
  expect(failed).toMatch(/refuses the user or password/);
  expect(failed).not.toMatch(/wrong-word/);
});
