// npm run record:verify: checks the record, every sheet's log and what is derived from it. Exit code 1 names what is broken first.
import { openWorkspace, runProgram } from './open-database.ts';
import { verifyWorkspace } from './verify-workspace.ts';

await runProgram(async () => {
  const database = await openWorkspace(process.env, { mayMake: false });
  try {
    const { lines, faults } = await verifyWorkspace(database.client);
    for (const line of lines) console.log(line);
    for (const fault of faults) console.error(fault);
    return faults.length === 0;
  } finally {
    await database.close();
  }
});
