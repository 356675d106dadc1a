/** AG Grid Community, with its one-cell call for changes by others. It has no ranges and takes no paste. */

import { DEMAND_SHEET } from '#domain/demand-sheet.ts';
import { AllCommunityModule, createGrid, type GridApi, ModuleRegistry } from '../peers/node_modules/ag-grid-community';
import { idAt, LINES, lineAt, type PlainRow } from './data.ts';
import { Bench, type Stage, until } from './stage.ts';

ModuleRegistry.registerModules([AllCommunityModule]);
const rows = Array.from({ length: LINES }, (_, index) => ({ id: idAt(index), ...lineAt(index) }));
const COLUMNS = ['note', 'destination'];
const host = document.querySelector<HTMLElement>('#host');
if (!host) throw new Error('the page has no host');
let grid: GridApi<PlainRow>;

const stage: Stage = {
  async load() {
    grid = createGrid<PlainRow>(host, {
      columnDefs: DEMAND_SHEET.columns.map(({ id, title, width }) => ({ field: id, headerName: title, width })),
      defaultColDef: { editable: true },
      rowData: rows,
      rowHeight: 34,
      getRowId: ({ data }) => String(data.id),
    });
    await until(() => host.querySelector('[row-index="0"] [col-id="mineral"]') !== null);
  },
  firstCell: () => host.querySelector<HTMLElement>('[row-index="0"] [col-id="form"]') ?? host,
  remote: (batches) => (step) => {
    for (const [n, { index, text }] of (batches[step] ?? []).entries())
      grid.getRowNode(idAt(index))?.setDataValue(COLUMNS[n % COLUMNS.length] ?? 'note', text);
  },
  peers: () => null,
  paste: () => null,
};

window.bench = new Bench(stage);
