/** The HTTP contract of files that go into a sheet. Part of protocol/api. */
import { z } from 'zod';
import { Id, post } from './api-route.ts';

export const FileView = z
  .object({
    lines: z
      .array(z.object({ number: z.int().describe('line of the file, from 1'), texts: z.array(z.string()) }))
      .describe('lines with text, headings included'),
    width: z.int().describe('columns of the longest line'),
    sheets: z.array(z.string()).describe('visible sheets of a workbook; empty for CSV'),
    sheet: z.string().nullable().describe('the one that was read'),
  })
  .meta({ id: 'FileView' });

export const files = {
  read: post(
    '/sheets/{sheetId}/files',
    'sheets',
    'Read a CSV or Excel file as text, for lines of this sheet. Nothing is changed or kept: lines enter a sheet as edits.',
  )
    .input(
      z.object({
        sheetId: Id,
        file: z.file().describe('.csv or .xlsx'),
        sheet: z
          .string()
          .max(100)
          .optional()
          .describe('which sheet of the workbook; the first visible one unless said'),
      }),
    )
    .output(FileView),
};
