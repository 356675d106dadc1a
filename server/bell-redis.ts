/**
 * The bell over the sharded pub/sub of Redis, one channel for each topic: a node hears only of the sheets that it hosts.
 * Nothing is stored in Redis, and what passes through it is sealed. Used by compose where REDIS_URL is set.
 */
import { createClient } from '@redis/client';
import { type Bell, Ears } from './bell.ts';
import { type Envelopes, type Letter, letterBytes, pack } from './bell-letters.ts';
import type { Telemetry } from './telemetry.ts';

/** One message of Redis. Larger changes are read from the log. */
const PLAIN_BYTES_MAX = 64 << 10;
const BODY_BYTES_MAX = PLAIN_BYTES_MAX - 256;
/** Rings on their way to Redis; more are dropped, and the log fills the gap. */
const UNDER_WAY_BYTES_MAX = 4 << 20;
/** A Redis that starts beside us (compose, a reboot) gets this long to answer. */
const START_MS_MAX = 15_000;
const RECONNECT_MS = 100;
const RECONNECT_MS_MAX = 2_000;
/** A line without an answer to its ping is replaced. */
const PING_MS = 5_000;
const SILENT_MS_MAX = 12_000;
/** A sheet opens without its channel where Redis takes longer; the log is looked at when the channel is there. */
const JOIN_MS_MAX = 1_000;

/** The Redis cannot be used as it is; the message says why and what to do, and names no password. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly speaksPlainly = true;
}

export async function redisBell(options: {
  url: string;
  envelopes: Envelopes;
  telemetry: Telemetry;
  startMsMax?: number;
}): Promise<Bell> {
  const { url, envelopes, telemetry, startMsMax = START_MS_MAX } = options;
  const giveUpAt = performance.now() + startMsMax;
  const ears = new Ears(telemetry);
  let isStarted = false;
  let isClosed = false;
  let isDown = false;

  const lineTo = (isQueued: boolean) =>
    createClient({
      url,
      disableOfflineQueue: !isQueued,
      pingInterval: PING_MS,
      socket: {
        socketTimeout: SILENT_MS_MAX,
        connectTimeout: Math.min(startMsMax, START_MS_MAX),
        reconnectStrategy: (tries, cause) => {
          if (!isStarted && performance.now() > giveUpAt) return cause;
          const waitMs = Math.min(RECONNECT_MS * 2 ** Math.min(tries, 6), RECONNECT_MS_MAX);
          return waitMs * (0.75 + Math.random() / 2);
        },
      },
    });
  // What could not be rung is out of date by the time the line is back.
  const speaking = lineTo(false);
  const hearing = lineTo(true);
  speaking.on('error', () => {});
  hearing.on('error', () => {
    if (!isStarted || isClosed || isDown) return;
    isDown = true;
    telemetry.event('bell.lost');
  });
  hearing.on('ready', () => {
    if (!isDown) return;
    isDown = false;
    telemetry.event('bell.back');
    ears.missed();
  });

  function hear(envelope: Buffer): void {
    const found = envelopes.open(envelope);
    for (const { topic, body } of found?.letters ?? []) ears.hear(topic, body, found?.node ?? '');
  }

  try {
    await Promise.all([speaking.connect(), hearing.connect()]);
    if (await isOneOfSeveral(speaking)) throw new Error('cluster of several');
    await hearing.sSubscribe(envelopes.channelOf('start'), hear, true);
    isStarted = true;
  } catch (error) {
    isClosed = true;
    for (const line of [speaking, hearing]) if (line.isOpen) line.destroy();
    throw unusable(url, error);
  }

  /** By channel, in the order they were rung. */
  let waiting = new Map<string, Letter[]>();
  let isFlushing = false;
  let bytesUnderWay = 0;

  async function flush(): Promise<void> {
    // What is rung in the same turn of the event loop goes together.
    await new Promise((turn) => setImmediate(turn));
    isFlushing = false;
    const taken = waiting;
    waiting = new Map();
    for (const [topic, letters] of taken)
      for (const one of pack(letters, PLAIN_BYTES_MAX)) {
        const bytes = one.reduce((sum, letter) => sum + letterBytes(letter), 0);
        const done = () => {
          bytesUnderWay -= bytes;
        };
        speaking.sPublish(envelopes.channelOf(topic), envelopes.seal(one)).then(done, done);
      }
  }

  return {
    node: envelopes.node,
    reachesOthers: true,
    bodyBytesMax: BODY_BYTES_MAX,
    ring(topic, body) {
      if (isClosed || !speaking.isReady || body.length > BODY_BYTES_MAX || bytesUnderWay > UNDER_WAY_BYTES_MAX) return;
      const letter = { topic, body };
      bytesUnderWay += letterBytes(letter);
      const known = waiting.get(topic);
      if (known) known.push(letter);
      else waiting.set(topic, [letter]);
      if (isFlushing) return;
      isFlushing = true;
      void flush();
    },
    async join(topic, listener) {
      const channel = envelopes.channelOf(topic);
      if (ears.add(topic, listener)) await within(JOIN_MS_MAX, hearing.sSubscribe(channel, hear, true));
      return () => {
        if (ears.remove(topic, listener) && !isClosed) hearing.sUnsubscribe(channel, hear, true).catch(() => {});
      };
    },
    onMissed: (run) => ears.onMissed(run),
    async close() {
      if (isClosed) return;
      await new Promise((turn) => setImmediate(turn));
      isClosed = true;
      if (speaking.isReady) await within(JOIN_MS_MAX, speaking.close());
      for (const line of [speaking, hearing]) if (line.isOpen) line.destroy();
    },
  };
}

/** Channels of a cluster are spread over its servers; this bell speaks to one. */
async function isOneOfSeveral(line: { sendCommand(command: string[]): Promise<unknown> }): Promise<boolean> {
  const said = await line.sendCommand(['CLUSTER', 'INFO']).catch(() => '');
  return Number(/cluster_size:(\d+)/.exec(String(said))?.[1] ?? 0) > 1;
}

async function within(ms: number, task: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  await Promise.race([task.catch(() => {}), late]);
  clearTimeout(timer);
}

function unusable(url: string, cause: unknown): RedisError {
  const { hostname, port } = new URL(url);
  const { code, message } = cause as { code?: string; message?: string };
  const why = REASONS.find(({ when }) => when.test(`${code} ${message}`))?.why ?? `cannot be used`;
  return new RedisError(
    `The Redis on ${hostname}:${port || 6379} ${why}. Check REDIS_URL and the server, or leave REDIS_URL out: the nodes then use the database.`,
    { cause },
  );
}

const REASONS = [
  { when: /cluster of several/, why: 'is part of a cluster; a Redis that stands alone is needed' },
  { when: /ECONNREFUSED/, why: 'does not listen (ECONNREFUSED)' },
  { when: /ENOTFOUND|EAI_AGAIN/, why: 'has an unknown host name (ENOTFOUND)' },
  { when: /WRONGPASS|NOAUTH|AUTH/, why: 'refuses the user or password' },
  { when: /unknown command/i, why: 'has no sharded pub/sub; at least Redis 7 is needed' },
  { when: /NOPERM/, why: 'does not let this user publish and subscribe' },
  { when: /timeout/i, why: 'does not answer' },
];
