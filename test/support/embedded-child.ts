/** A server process cut down to its database, for tests that kill it: opens the folder given, then writes rows for ever, one JSON line for each event. */
import pg from 'pg';
import { startEmbedded } from '../../server/embedded-postgres.ts';

const [dataDir = '', mode = 'idle'] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const embedded = await startEmbedded({ dataDir, onChange: (status) => say({ status }) });
  say({ ready: { url: embedded.url, uid: process.getuid?.(), status: embedded.status() } });
  // Ends as the server does, at the end of its input.
  process.stdin.resume().once('end', () => void embedded.stop().then(() => process.exit(0)));
  if (mode === 'write') await writeForEver(embedded.url);
} catch (error) {
  const { name, code, message } = error as Error & { code?: string };
  say({ failed: { name, code, message } });
  process.exit(1);
}

/** Each row comes with 500 kB of log, so that a full disk meets the write-ahead log as well as the table. */
async function writeForEver(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on('error', () => {});
  await pool.query('CREATE TABLE IF NOT EXISTS acked (n bigint PRIMARY KEY)');
  for (let n = 1; ; ) {
    try {
      await pool.query(
        `WITH m AS (SELECT pg_logical_emit_message(true, 'fill', repeat('x', 500000))) INSERT INTO acked SELECT $1 FROM m`,
        [n],
      );
      say({ acked: n++ });
    } catch (error) {
      // A row whose commit was not heard of may be there.
      if ((error as { code?: string }).code === '23505') n++;
      say({ refused: (error as { code?: string }).code ?? (error as Error).message });
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
