/** The record in the HTTP contract: reading, searching, checking, and bundles that stand on their own. Part of api. */
import { z } from 'zod';
import { CUTS } from '#domain/bundle.ts';
import { get, Id, Instant, post } from './api-route.ts';

export const RecordView = z
  .object({
    seq: z.int(),
    at: Instant,
    kind: z.string(),
    poolId: Id.nullable(),
    pool: z.string().nullable(),
    by: z.string().nullable(),
    organization: z.string().nullable(),
    text: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'RecordView' });

const Day = z.iso.date();

export const recordApi = {
  list: get('/record', 'record', 'The record, newest first, as far as it concerns me')
    .input(z.object({ poolId: Id.optional(), before: z.coerce.number().int().optional() }))
    .output(z.array(RecordView)),
  search: get('/record/search', 'record', 'Entries of the record that I may read and that fit, newest first')
    .input(
      z.object({
        poolId: Id.optional(),
        kind: z.string().max(40).optional().describe("a kind, or the part before its dot: 'order'"),
        text: z.string().max(200).optional().describe('words that all occur in the sentence'),
        person: z.string().max(120).optional().describe('part of the name of who did it, or of the organization'),
        from: Day.optional().describe('first day, UTC'),
        to: Day.optional().describe('last day, UTC'),
        before: z.coerce.number().int().optional(),
      }),
    )
    .output(
      z.object({
        entries: z.array(RecordView),
        next: z.int().nullable().describe('go on with before = this; null: all of the record was looked through'),
      }),
    ),
  verify: get('/record/verify', 'record', 'Check the hash chain of the record').output(
    z.object({
      entries: z.int(),
      broken: z.int().nullable().describe('number of the first broken entry'),
      sheets: z
        .object({ checked: z.int(), broken: z.array(z.object({ sheetId: Id, seq: z.int() })) })
        .describe('logs of the sheets that I may open as their reader or editor'),
    }),
  ),
  bundle: post('/record/bundles', 'record', 'Export the record of a pool as one signed file; on the record')
    .input(
      z.object({
        poolId: Id,
        cut: z.enum(CUTS).describe('public: without confidential commercial information'),
        from: Day.nullable().default(null),
        to: Day.nullable().default(null),
      }),
    )
    .output(z.object({ name: z.string(), text: z.string().describe('JSON, one value a line') })),
  key: get('/record/key', 'record', 'The public key that bundles of this workspace are signed with').output(
    z.object({ key: z.string().describe('Ed25519, 32 bytes, hexadecimal digits') }),
  ),
};
