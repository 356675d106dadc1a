/** Supervised sessions of a pool in the HTTP contract. Part of api. */
import { z } from 'zod';
import {
  CHOICES,
  ITEM_KINDS,
  ITEMS_MAX,
  MEETING_PHASES,
  REASON_CHARS_MAX,
  TITLE_CHARS_MAX,
  VOTE_OUTCOMES,
} from '#domain/meeting.ts';
import { TALK_CHARS_MAX, TALK_STATES } from '#domain/talk.ts';
import { get, Id, Instant, post } from './api-route.ts';

/** Somebody of a session. In a sealed pool a manufacturer whose name the viewer must not learn has none. */
const Somebody = z.object({ name: z.string().nullable(), organization: z.string().nullable(), isMe: z.boolean() });

export const MeetingCard = z
  .object({
    id: Id,
    number: z.int(),
    title: z.string(),
    phase: z.enum(MEETING_PHASES),
    startsAt: Instant,
    chair: z.string(),
    noticeDays: z.int(),
    shortNotice: z.string().describe('why the notice was short; empty where it was not'),
  })
  .meta({ id: 'MeetingCard' });

export const MeetingItem = z
  .object({
    id: Id,
    kind: z.enum(ITEM_KINDS),
    state: z.enum(TALK_STATES),
    text: z.string().describe('empty: nothing was shown yet, and the viewer may see what waits'),
    version: z.int(),
    pending: z.string().nullable().describe('what waits for the moderator; for its author and moderators'),
    isMine: z.boolean().describe('what waits was written by me'),
    reason: z.string(),
    vote: z
      .object({
        state: z.enum(['open', 'closed']),
        own: z.enum(CHOICES).nullable().describe("my organization's vote"),
        outcome: z.enum(VOTE_OUTCOMES).nullable(),
        counts: z
          .object({ yes: z.int(), no: z.int(), abstain: z.int() })
          .nullable()
          .describe('null: it would tell how many organizations there are'),
      })
      .nullable(),
  })
  .meta({ id: 'MeetingItem' });

export const MeetingView = MeetingCard.extend({
  poolId: Id,
  scheduledAt: Instant,
  openedAt: Instant.nullable(),
  closedAt: Instant.nullable(),
  keptUntil: Instant.nullable(),
  chairId: Id,
  isChairHere: z.boolean(),
  isHere: z.boolean().describe('I am present'),
  presenter: Somebody.nullable(),
  floor: Somebody.nullable(),
  currentItemId: Id.nullable(),
  hands: z.array(Somebody.extend({ id: Id, at: Instant })).describe('raised now, oldest first'),
  attendance: z
    .array(Somebody.extend({ id: Id, userId: Id.nullable(), from: Instant, to: Instant.nullable() }))
    .describe('stays of those whom the viewer may know'),
  items: z.array(MeetingItem),
}).meta({ id: 'MeetingView' });
export type MeetingView = z.infer<typeof MeetingView>;

const itemId = z.object({ itemId: Id });
export const MeetingAct = z
  .discriminatedUnion('do', [
    z.object({ do: z.enum(['open', 'close', 'cancel', 'join', 'leave', 'seen', 'raise', 'lower']) }),
    z.object({ do: z.literal('floor'), handId: Id.nullable() }),
    z.object({ do: z.literal('present'), attendanceId: Id.nullable() }),
    z.object({ do: z.literal('chair'), userId: Id }),
    z.object({ do: z.literal('current'), itemId: Id.nullable() }),
    z.object({
      do: z.literal('write'),
      kind: z.enum(ITEM_KINDS),
      text: z.string().max(2 * TALK_CHARS_MAX),
      itemId: Id.nullable().describe('null: a new line'),
      version: z.int().describe('the version that was changed; 0 for a new line'),
    }),
    itemId.extend({
      do: z.literal('decide'),
      verdict: z.enum(['show', 'withhold']),
      reason: z.string().max(REASON_CHARS_MAX),
    }),
    itemId.extend({ do: z.enum(['openVote', 'closeVote']) }),
    itemId.extend({ do: z.literal('vote'), choice: z.enum(CHOICES) }),
  ])
  .meta({ id: 'MeetingAct' });
export type MeetingAct = z.infer<typeof MeetingAct>;

export const meetingsApi = {
  list: get('/pools/{poolId}/meetings', 'sessions', 'Supervised sessions of the pool, newest first')
    .input(z.object({ poolId: Id }))
    .output(z.array(MeetingCard)),
  chairs: get('/pools/{poolId}/meetings/chairs', 'sessions', 'Federal officials who may chair a session of the pool')
    .input(z.object({ poolId: Id }))
    .output(z.array(z.object({ userId: Id, name: z.string(), organization: z.string() }))),
  schedule: post('/pools/{poolId}/meetings', 'sessions', 'Give notice of a session')
    .input(
      z.object({
        poolId: Id,
        title: z.string().trim().min(3).max(TITLE_CHARS_MAX),
        startsAt: Instant,
        chairId: Id,
        agenda: z.array(z.string().max(2 * TALK_CHARS_MAX)).max(ITEMS_MAX),
        shortNotice: z.string().max(REASON_CHARS_MAX).default(''),
      }),
    )
    .output(MeetingView),
  get: get('/meetings/{meetingId}', 'sessions', 'One session as I may see it')
    .input(z.object({ meetingId: Id }))
    .output(MeetingView),
  act: post('/meetings/{meetingId}/acts', 'sessions', 'Do something in a session')
    .input(z.object({ meetingId: Id, act: MeetingAct }))
    .output(MeetingView),
};
