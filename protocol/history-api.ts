/** The HTTP contract of sheets' history: changes, earlier states, named versions, restoring, contributions, checking. Part of protocol/api. */
import { z } from 'zod';
import { get, Id, Instant, post, Scalar } from './api-route.ts';

const Cells = z.record(z.string(), Scalar);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const RowId = z.string().min(1).max(64);
const ColumnId = z.string().min(1).max(64);
/** Where a page ended; the next one begins there. */
const Cursor = z.string().regex(/^\d{1,15}\.\d{1,9}$/);
const OfSheet = z.object({ sheetId: Id });

const By = z.object({
  by: z.string().describe('name as of now, or “another organization” where the viewer may not know the person'),
  userId: Id.nullable(),
});

export const CellChangeView = By.extend({
  seq: z.int(),
  at: Instant,
  row: z.string(),
  column: z.string(),
  before: Scalar,
  after: Scalar,
}).meta({ id: 'CellChangeView' });

export const RemovedRowView = By.extend({
  seq: z.int().describe('number of the edit that removed it; restore the row as of the number before'),
  at: Instant,
  row: z.string(),
  cells: Cells,
}).meta({ id: 'RemovedRowView' });

export const SheetStateView = z
  .object({
    seq: z.int(),
    at: Instant.nullable(),
    rows: z.array(z.object({ row: z.string(), cells: Cells })).describe('in the order of the sheet'),
  })
  .meta({ id: 'SheetStateView' });

export const VersionView = By.extend({
  id: Id,
  seq: z.int(),
  seqAt: Instant.nullable().describe('time of the edit with that number'),
  name: z.string(),
  note: z.string(),
  at: Instant.describe('when it was named'),
  own: z.boolean().describe('named by the viewer, who may rename and delete it'),
}).meta({ id: 'VersionView' });
export type VersionView = z.infer<typeof VersionView>;

export const ComparisonView = z
  .object({
    from: z.object({ seq: z.int(), at: Instant.nullable() }),
    to: z.object({ seq: z.int(), at: Instant.nullable() }),
    added: z.array(z.object({ row: z.string(), cells: Cells })),
    removed: z.array(z.object({ row: z.string(), cells: Cells })),
    changed: z.array(
      z.object({
        row: z.string(),
        cells: z.array(z.object({ column: z.string(), before: Scalar, after: Scalar })),
      }),
    ),
    counts: z
      .object({ added: z.int(), removed: z.int(), changed: z.int() })
      .describe('of rows; each list ends after 1,000'),
  })
  .meta({ id: 'ComparisonView' });

export const RestoreView = z
  .object({
    seq: z.int().describe('the restored content is in the log at this number or before'),
    rows: z.int().describe('rows that were written'),
    kept: z
      .array(
        z.object({
          row: z.string().nullable(),
          column: z.string().nullable(),
          code: z.string(),
          reason: z.string(),
          remedy: z.string(),
        }),
      )
      .describe('what stays as it is because this person may not write it; at most 500'),
    keptCount: z.int(),
  })
  .meta({ id: 'RestoreView' });

export const ContributionView = By.extend({
  edits: z.int(),
  cells: z.int(),
  lastAt: Instant,
  sheets: z.array(z.object({ sheetId: Id, edits: z.int(), cells: z.int(), lastAt: Instant })),
}).meta({ id: 'ContributionView' });

const VersionName = z.string().trim().min(1).max(80);
const VersionNote = z.string().trim().max(500);

export const historyApi = {
  changes: get('/sheets/{sheetId}/changes', 'history', 'Who changed which cell from what to what, newest first')
    .input(
      OfSheet.extend({
        row: RowId.optional(),
        column: ColumnId.optional(),
        userId: Id.optional().describe('one person'),
        from: Instant.optional(),
        until: Instant.optional(),
        before: Cursor.optional().describe('`next` of the page before'),
      }),
    )
    .output(z.object({ changes: z.array(CellChangeView), next: Cursor.nullable() })),
  state: get(
    '/sheets/{sheetId}/state',
    'history',
    'The sheet as of a number of its log, or a moment; now without either',
  )
    .input(OfSheet.extend({ seq: Seq.optional(), at: Instant.optional() }))
    .output(SheetStateView),
  removed: get('/sheets/{sheetId}/removed', 'history', 'Rows that are not there any more, most recently removed first')
    .input(OfSheet.extend({ before: Cursor.optional() }))
    .output(z.object({ rows: z.array(RemovedRowView), next: Cursor.nullable() })),
  compare: get('/sheets/{sheetId}/compare', 'history', 'What differs between two numbers of the log')
    .input(OfSheet.extend({ from: Seq.default(0), to: Seq.optional().describe('now when left out') }))
    .output(ComparisonView),
  restore: post(
    '/sheets/{sheetId}/restore',
    'history',
    'Write an earlier state of the sheet, a row or a cell as a new edit',
  )
    .input(OfSheet.extend({ seq: Seq, row: RowId.optional(), column: ColumnId.optional() }))
    .output(RestoreView),
  previewRestore: get(
    '/sheets/{sheetId}/restore',
    'history',
    'What a restore would write now, and what it would leave as it is and why; writes nothing',
  )
    .input(OfSheet.extend({ seq: Seq, row: RowId.optional(), column: ColumnId.optional() }))
    .output(RestoreView),
  verify: get('/sheets/{sheetId}/verify', 'history', 'Check the hash chain of a sheet’s log')
    .input(OfSheet)
    .output(z.object({ updates: z.int(), broken: z.int().nullable().describe('number of the first broken row') })),
  versions: get('/sheets/{sheetId}/versions', 'history', 'Named versions of a sheet, newest first')
    .input(OfSheet)
    .output(z.array(VersionView)),
  nameVersion: post(
    '/sheets/{sheetId}/versions',
    'history',
    'Give a name to the sheet as it is now, or was at a number',
  )
    .input(OfSheet.extend({ name: VersionName, note: VersionNote.default(''), seq: Seq.optional() }))
    .output(VersionView),
  renameVersion: post('/versions/{versionId}/rename', 'history', 'Rename an own version')
    .input(z.object({ versionId: Id, name: VersionName, note: VersionNote.optional() }))
    .output(VersionView),
  deleteVersion: post('/versions/{versionId}/delete', 'history', 'Delete an own version; the history stays')
    .input(z.object({ versionId: Id }))
    .output(z.object({ id: Id })),
  contributions: get(
    '/contributions',
    'history',
    'What the people of my organization, and officials and administrators, did in sheets that I may open',
  )
    .input(z.object({ poolId: Id.optional() }))
    .output(z.array(ContributionView)),
};
