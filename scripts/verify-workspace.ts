/** Checks a whole workspace: the record's chain, and each sheet's log, history, snapshots and checkpoints. Used by record-verify and after an import. */
import type pg from 'pg';
import { verifyRecord } from '../server/record.ts';
import { inOneView } from '../server/sync/sheet-store.ts';
import { verifySheet } from '../server/sync/verify-sheet.ts';

export interface WorkspaceCheck {
  /** One for each kind, for the operator. */
  lines: string[];
  /** What is wrong, first things first; at most FAULTS_MAX. No values, no names. */
  faults: string[];
}

const FAULTS_MAX = 20;
const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

/** On a connection that does nothing else; sees the workspace as of one moment, also while a server writes. */
export function verifyWorkspace(client: pg.Client | pg.PoolClient): Promise<WorkspaceCheck> {
  return inOneView(client, async () => {
    const lines: string[] = [];
    const faults: string[] = [];
    const { entries, broken } = await verifyRecord(client);
    if (broken !== null) faults.push(`record: entry ${broken} is missing or was changed`);
    else lines.push(`record: ${count(entries, 'entry', 'entries')}, the chain holds`);

    const { rows: sheets } = await client.query<{ id: string }>('SELECT id FROM sheet ORDER BY id');
    const total = { updates: 0, changes: 0, states: 0, damagedStates: 0, broken: 0 };
    for (const { id } of sheets) {
      const check = await verifySheet(client, id);
      for (const kind of ['updates', 'changes', 'states', 'damagedStates'] as const) total[kind] += check[kind];
      if (!check.fault) continue;
      total.broken++;
      if (faults.length < FAULTS_MAX) faults.push(`sheet ${id}, row ${check.fault.seq}: ${check.fault.what}`);
    }
    if (total.broken > 0) faults.push(`${total.broken} of ${count(sheets.length, 'sheet')} do not hold`);
    else {
      const holds = sheets.length === 1 ? 'its chain holds' : 'every chain holds';
      lines.push(`logs: ${count(sheets.length, 'sheet')}, ${count(total.updates, 'update')}, ${holds}`);
      lines.push(`history: ${count(total.changes, 'change')} of cells, as the logs say`);
      const aside =
        total.damagedStates > 0 ? `; ${total.damagedStates} damaged and left aside, made again in time` : '';
      lines.push(`snapshots and checkpoints: ${total.states}, as the logs say${aside}`);
    }
    return { lines, faults };
  });
}
