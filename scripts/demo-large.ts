// npm run demo:large: makes an invented workspace of the middle size in a folder of its own (DATA_DIR, else .data-large) and starts it. Run again, it only starts.
import { once } from 'node:events';
import { loadCatalogue } from '../seeds/facts.ts';
import { seedLarge } from '../seeds/large-workspace.ts';
import { readConfig } from '../server/config.ts';
import { openDatabase } from '../server/database.ts';
import { startEmbedded } from '../server/embedded-postgres.ts';
import { appendRecord } from '../server/record.ts';
import { createSessions } from '../server/session.ts';
import { runProgram } from './open-database.ts';

await runProgram(async () => {
  const dataDir = process.env.DATA_DIR ?? '.data-large';
  const embedded = await startEmbedded({ dataDir });
  try {
    const database = await openDatabase(embedded.url);
    try {
      if ((await database.prisma.organization.count()) === 0) {
        const now = new Date();
        const config = readConfig({ ...process.env, DATABASE_URL: undefined, DATA_DIR: dataDir });
        const sessions = createSessions({
          database,
          origin: 'http://localhost',
          secret: 'only hashes one password here'.repeat(2),
          proxies: config.proxies,
        });
        const made = await seedLarge({
          database,
          catalogue: loadCatalogue(),
          hashPassword: sessions.hashPassword,
          now,
          record: async (drafts) => {
            await appendRecord(database, [...drafts], now);
          },
        });
        console.log(
          `made ${made.lines.toLocaleString('en')} demand lines and ${made.offers} offers in ${dataDir}, all invented`,
        );
        console.log(
          `sign in as ${made.administrator} (runs the match), ${made.official} or ${made.company}; password ${made.password}`,
        );
      }
    } finally {
      await database.close();
    }
  } finally {
    await embedded.stop();
  }
  if (process.argv.includes('--only-make')) return true;
  process.env.DATA_DIR = dataDir;
  await import('../server/main.ts');
  await once(process, 'exit');
  return true;
});
