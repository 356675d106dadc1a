/** The antitrust desk of a pool in the HTTP contract: briefing, talk with holds, the meter for counsel, and who saw what. Part of api. */
import { z } from 'zod';
import { TALK_CHARS_MAX, TALK_KINDS, TALK_STATES } from '#domain/talk.ts';
import { get, Id, Instant, post } from './api-route.ts';

const InPool = z.object({ poolId: Id });

export const BriefingView = z
  .object({
    purpose: z.string(),
    may: z.array(z.string()),
    mayNot: z.array(z.string()),
    held: z.string(),
    acknowledged: z.boolean().describe('in this session'),
  })
  .meta({ id: 'BriefingView' });

export const TalkMessageView = z
  .object({
    id: Id,
    kind: z.enum(TALK_KINDS),
    state: z.enum(TALK_STATES).describe('others than the author and administrators only receive shown ones'),
    text: z.string(),
    at: Instant.describe('when the viewer could first see it'),
    by: z.string().nullable().describe('null: a manufacturer whose name the viewer must not learn'),
    organization: z.string().nullable(),
    isMine: z.boolean(),
    reason: z.string().describe('why it stays withheld; for its author and administrators'),
  })
  .meta({ id: 'TalkMessageView' });
export type TalkMessageView = z.infer<typeof TalkMessageView>;

export const MeterRow = z
  .object({
    mineral: z.string(),
    year: z.int().nullable().describe('null: the whole delivery horizon is one year'),
    released: z.string().nullable().describe('published total, in the pool unit; null: absent or withheld'),
    consumption: z
      .object({
        tonnes: z.number().nullable(),
        qualifier: z.string(),
        basis: z.string(),
        kind: z.string(),
        source: z.string(),
      })
      .nullable(),
    sharePct: z
      .string()
      .nullable()
      .describe('two significant digits; null where one of the two is not known or not comparable'),
  })
  .meta({ id: 'MeterRow' });

export const MeterView = z
  .object({
    unit: z.string(),
    basis: z.string(),
    limits: z.object({
      purchasesPct: z.number(),
      inputPct: z.number(),
      companiesMin: z.number(),
      largestPct: z.number(),
    }),
    rows: z.array(MeterRow),
    /** Only for administrators: whether the pool withholds totals with a company above the largest share. */
    strict: z.boolean().nullable(),
    /** What the viewer's company entered, percent by mineral; null where it enters none. */
    own: z.array(z.object({ mineral: z.string(), percent: z.number().nullable() })).nullable(),
    /** Only for counsel: by mineral, whether every company that entered a share is below the limit; null below five entries. */
    allBelow: z.array(z.object({ mineral: z.string(), isAll: z.boolean().nullable() })).nullable(),
    /** Only for administrators: each member, by mineral. */
    members: z
      .array(
        z.object({
          organization: z.string(),
          mineral: z.string(),
          state: z.enum(['notEntered', 'below', 'notBelow']).describe('against the limit of input cost'),
        }),
      )
      .nullable(),
  })
  .meta({ id: 'MeterView' });
export type MeterView = z.infer<typeof MeterView>;

export const Sighting = z
  .object({
    at: Instant,
    by: z.string().nullable(),
    organization: z.string().nullable(),
    what: z.string().describe('a sentence'),
    of: z.string().nullable().describe('whose numbers they were; null: of the pool'),
  })
  .meta({ id: 'Sighting' });
export type Sighting = z.infer<typeof Sighting>;

export const desk = {
  briefing: get('/pools/{poolId}/briefing', 'desk', 'Purpose of the pool and rules of talk')
    .input(InPool)
    .output(BriefingView),
  acknowledge: post('/pools/{poolId}/briefing', 'desk', 'I have read the purpose and the rules of talk')
    .input(InPool)
    .output(BriefingView),
  talk: get('/pools/{poolId}/talk', 'desk', 'What was said, as far as I may see it, oldest first')
    .input(InPool.extend({ before: Id.optional() }))
    .output(z.array(TalkMessageView)),
  say: post(
    '/pools/{poolId}/talk',
    'desk',
    'Say something to the people of the pool; numbers are held for the administrator',
  )
    .input(InPool.extend({ kind: z.enum(TALK_KINDS), text: z.string().max(2 * TALK_CHARS_MAX) }))
    .output(TalkMessageView),
  decide: post('/pools/{poolId}/talk/decisions', 'desk', 'Show a held message, or keep it back')
    .input(InPool.extend({ messageId: Id, verdict: z.enum(['show', 'withhold']), reason: z.string().max(500) }))
    .output(TalkMessageView),
  meter: get('/pools/{poolId}/meter', 'desk', 'How the pool stands against withdrawn heuristics, for counsel')
    .input(InPool)
    .output(MeterView),
  enterShare: post('/pools/{poolId}/input-share', 'desk', "My company's input cost as a share of revenue, for counsel")
    .input(InPool.extend({ mineral: z.string().max(40), percent: z.number().min(0).max(100).nullable() }))
    .output(MeterView),
  sightings: get(
    '/pools/{poolId}/sightings',
    'desk',
    'Who saw exact numbers: all of them for officials, those of my company for a company',
  )
    .input(InPool.extend({ skip: z.coerce.number().int().min(0).max(1_000_000).default(0) }))
    .output(z.array(Sighting).describe('newest first, at most 100')),
};
