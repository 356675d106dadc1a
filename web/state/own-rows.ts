/** The reader's own demand lines, now or as they stood at a version, where its sheet is not open on the page. Used by the pool page and its certificate. */
import { OWNER, type Row } from '#domain/sheets.ts';
import { api, type PoolView } from './api.ts';

/** The sheet that the reader's company enters its demand in; undefined for officials and the administrator. */
export const ownSheetOf = (view: PoolView) =>
  view.sheets.find(({ kind, access }) => kind === 'demand' && (access === 'edit' || access === 'read'));

/** Of a sheet that several companies share, only the lines of the reader's. */
export async function readOwnRows(view: PoolView, organizationId: string, version?: string): Promise<[string, Row][]> {
  const sheet = ownSheetOf(view);
  if (!sheet) return [];
  const state = await api.sheets.state({
    sheetId: sheet.id,
    ...(version !== undefined && { seq: Number(version) }),
  });
  return state.rows
    .map(({ row, cells }): [string, Row] => [row, cells])
    .filter(([, cells]) => sheet.organizationId !== null || cells[OWNER] === organizationId);
}
