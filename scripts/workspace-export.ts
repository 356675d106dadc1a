// npm run workspace:export FILE: writes the whole workspace into one file, also while the server runs.
import { exportWorkspace } from '../server/workspace-export.ts';
import { openWorkspace, ProgramError, runProgram } from './open-database.ts';

await runProgram(async () => {
  const [file] = process.argv.slice(2);
  if (!file) throw new ProgramError('Name the file to write: npm run workspace:export backup.gz');
  const database = await openWorkspace(process.env, { mayMake: false });
  try {
    const { tables } = await exportWorkspace(database.client, file, new Date());
    const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
    console.log(`wrote ${rows.toLocaleString('en')} rows of ${Object.keys(tables).length} tables to ${file}`);
    console.log('left out: sessions, so that people sign in again');
    return true;
  } finally {
    await database.close();
  }
});
