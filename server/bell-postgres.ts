/**
 * The bell over LISTEN and NOTIFY of the database that the nodes share. While one NOTIFY is under way rings wait, and the next takes them all:
 * notifying commits share one lock of the whole server, so there must be few of them. Used by compose.
 */
import type pg from 'pg';
import { type Bell, Ears } from './bell.ts';
import { ENVELOPE_BYTES, type Envelopes, type Letter, letterBytes, pack } from './bell-letters.ts';
import { listenTo } from './listening.ts';
import type { Telemetry } from './telemetry.ts';

const CHANNEL = 'node_bell';
/** PostgreSQL takes less than 8,000 bytes of text; in base64 that is 5,997 bytes. */
const PLAIN_BYTES_MAX = 5_997 - ENVELOPE_BYTES;
/** A topic and the marks of a letter take the rest. */
const BODY_BYTES_MAX = 5_850;
/** Rings that wait while the database is slow; more are dropped, and the log fills the gap. */
const WAITING_BYTES_MAX = 4 << 20;

export async function postgresBell(options: {
  connection: pg.ClientConfig;
  envelopes: Envelopes;
  telemetry: Telemetry;
}): Promise<Bell> {
  const { connection, envelopes, telemetry } = options;
  const ears = new Ears(telemetry);
  let waiting: Letter[] = [];
  let waitingBytes = 0;
  let flushing: Promise<void> | null = null;

  const line = await listenTo({
    connection,
    channel: CHANNEL,
    name: 'bell',
    // A ring that is lost with the server costs time only, so nobody waits for the disk while holding the lock.
    settings: 'SET synchronous_commit = off',
    hear(payload) {
      const found = envelopes.open(Buffer.from(payload, 'base64'));
      for (const { topic, body } of found?.letters ?? []) ears.hear(topic, body, found?.node ?? '');
    },
    onLost: () => telemetry.event('bell.lost'),
    onBack() {
      telemetry.event('bell.back');
      ears.missed();
    },
  });

  async function flush(): Promise<void> {
    // What is rung in the same turn of the event loop goes together.
    await new Promise((turn) => setImmediate(turn));
    for (let { client } = line; waiting.length > 0 && client; { client } = line) {
      const through = client;
      const payloads = pack(waiting, PLAIN_BYTES_MAX).map((letters) => envelopes.seal(letters).toString('base64'));
      waiting = [];
      waitingBytes = 0;
      const text = `SELECT pg_notify('${CHANNEL}', payload) FROM unnest($1::text[]) payload`;
      await through.query({ name: 'ring', text, values: [payloads] }).catch(() => line.drop(through));
    }
    waiting = [];
    waitingBytes = 0;
    flushing = null;
  }

  return {
    node: envelopes.node,
    reachesOthers: true,
    bodyBytesMax: BODY_BYTES_MAX,
    ring(topic, body) {
      if (!line.client || body.length > BODY_BYTES_MAX || waitingBytes > WAITING_BYTES_MAX) return;
      const letter = { topic, body };
      waiting.push(letter);
      waitingBytes += letterBytes(letter);
      flushing ??= flush();
    },
    join: async (topic, hear) => {
      ears.add(topic, hear);
      return () => void ears.remove(topic, hear);
    },
    onMissed: (run) => ears.onMissed(run),
    async close() {
      await flushing;
      await line.close();
    },
  };
}
