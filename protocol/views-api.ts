/** The HTTP contract of shared views: which columns, in what order and which lines of a sheet are shown. Part of protocol/api. */
import { z } from 'zod';
import { get, Id, post } from './api-route.ts';
import { COLUMN_ID, FILTER_TESTS, FILTER_TEXT_MAX, FILTERS_MAX, HIDDEN_MAX, SORTS_MAX } from './views.ts';

export { FILTERS_MAX, type FilterTest, SORTS_MAX } from './views.ts';

/** Columns that a sheet shows and does not store: the contained mass, and whose line it is. */
export const DERIVED_COLUMNS = ['=contained', '=maker'] as const;

export const VIEWS_MAX = 50;

const ColumnId = z.string().regex(COLUMN_ID);

/** No value of a row is in a view: only ids of columns, and texts that its author typed to filter by. */
export const ViewBody = z
  .object({
    sort: z.array(z.object({ column: ColumnId, down: z.boolean() })).max(SORTS_MAX),
    filter: z
      .array(
        z.object({
          column: z.union([ColumnId, z.literal('')]),
          test: z.enum(FILTER_TESTS),
          text: z.string().trim().max(FILTER_TEXT_MAX),
        }),
      )
      .max(FILTERS_MAX),
    group: ColumnId.nullable(),
    hidden: z.array(ColumnId).max(HIDDEN_MAX),
  })
  .strict()
  .meta({ id: 'ViewBody' });
export type ViewBody = z.infer<typeof ViewBody>;

export const SharedView = z
  .object({
    id: Id,
    name: z.string(),
    body: ViewBody,
    by: z.string().describe('name as of now, or “another organization” where the viewer may not know the person'),
    own: z.boolean().describe('saved by the viewer, who may change and delete it'),
  })
  .meta({ id: 'SharedView' });
export type SharedView = z.infer<typeof SharedView>;

const ViewName = z.string().trim().min(1).max(60);

export const viewsApi = {
  views: get('/sheets/{sheetId}/views', 'sheets', 'Views that somebody saved for everyone who may open the sheet')
    .input(z.object({ sheetId: Id }))
    .output(z.array(SharedView)),
  saveView: post('/sheets/{sheetId}/views', 'sheets', 'Save a view for everyone who may open the sheet')
    .input(z.object({ sheetId: Id, name: ViewName, body: ViewBody }))
    .output(SharedView),
  changeView: post('/views/{viewId}/change', 'sheets', 'Rename an own view or save it as it is shown now')
    .input(z.object({ viewId: Id, name: ViewName.optional(), body: ViewBody.optional() }))
    .output(SharedView),
  deleteView: post('/views/{viewId}/delete', 'sheets', 'Delete an own view')
    .input(z.object({ viewId: Id }))
    .output(z.object({ id: Id })),
};
