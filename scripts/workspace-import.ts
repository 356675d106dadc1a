// npm run workspace:import FILE: fills an empty database or data folder from an export, and checks every chain of what came in.
import { importWorkspace } from '../server/workspace-import.ts';
import { openWorkspace, ProgramError, runProgram } from './open-database.ts';
import { verifyWorkspace } from './verify-workspace.ts';

await runProgram(async () => {
  const [file] = process.argv.slice(2);
  if (!file) throw new ProgramError('Name the file to read: npm run workspace:import backup.gz');
  const database = await openWorkspace(process.env, { mayMake: true });
  try {
    if (database.isShared)
      throw new ProgramError('A server runs on the data folder. Stop it, or set DATA_DIR to a new folder.');
    const { tables } = await importWorkspace(database.client, file);
    const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
    console.log(`read ${rows.toLocaleString('en')} rows of ${Object.keys(tables).length} tables from ${file}`);
    const { lines, faults } = await verifyWorkspace(database.client);
    for (const line of lines) console.log(line);
    for (const fault of faults) console.error(`the exported workspace was already broken: ${fault}`);
    return faults.length === 0;
  } finally {
    await database.close();
  }
});
