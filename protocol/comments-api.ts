/** The HTTP contract of comments in sheets: threads at lines and cells, answers, decisions over held ones. Part of protocol/api. */
import { z } from 'zod';
import { TALK_STATES } from '#domain/talk.ts';
import { get, Id, Instant, post } from './api-route.ts';

const By = z.string().describe('name as of now, or “another organization” where the viewer may not know the person');
const Text = z.string().max(4000).describe('a person who is mentioned stands in it as <@ID>');

export const CommentView = z
  .object({
    id: Id,
    text: Text,
    mentions: z.array(z.object({ userId: Id, name: z.string() })).describe('those whose <@ID> stands in the text'),
    state: z.enum(TALK_STATES),
    at: Instant,
    isEdited: z.boolean(),
    isDeleted: z.boolean(),
    by: By,
    isMine: z.boolean(),
    reason: z.string().describe('why it stays withheld: for its author and those who decide'),
  })
  .meta({ id: 'CommentView' });
export type CommentView = z.infer<typeof CommentView>;

export const ThreadView = z
  .object({
    id: Id,
    row: z.string(),
    column: z.string().describe('empty: the line itself'),
    resolved: z.object({ by: By, at: Instant }).nullable(),
    comments: z.array(CommentView).describe('only what the viewer may see, oldest first'),
  })
  .meta({ id: 'ThreadView' });
export type ThreadView = z.infer<typeof ThreadView>;

export const ConversationView = z
  .object({
    threads: z.array(ThreadView).describe('oldest first'),
    mayWrite: z.boolean(),
    mayDecide: z.boolean(),
    holds: z.boolean().describe('comments with numbers are held until the administrator has read them'),
  })
  .meta({ id: 'ConversationView' });
export type ConversationView = z.infer<typeof ConversationView>;

const OfSheet = z.object({ sheetId: Id });
const OfThread = z.object({ threadId: Id });
const OfComment = z.object({ commentId: Id });
/** Null: nothing is left of the thread that the viewer may see. */
const Left = z.object({ thread: ThreadView.nullable() });

export const commentsApi = {
  list: get('/sheets/{sheetId}/comments', 'comments', 'Comments of a sheet, as far as I may see them')
    .input(OfSheet)
    .output(ConversationView),
  people: get(
    '/sheets/{sheetId}/mentionable',
    'comments',
    'Whom I may mention: those who read the sheet and whom I know',
  )
    .input(OfSheet)
    .output(z.array(z.object({ userId: Id, name: z.string(), organization: z.string() }))),
  start: post('/sheets/{sheetId}/comments', 'comments', 'Begin a thread at a line or a cell')
    .input(OfSheet.extend({ row: z.string().min(1).max(64), column: z.string().max(64).default(''), text: Text }))
    .output(ThreadView),
  reply: post('/threads/{threadId}/comments', 'comments', 'Answer in a thread')
    .input(OfThread.extend({ text: Text }))
    .output(ThreadView),
  resolve: post('/threads/{threadId}/resolve', 'comments', 'Mark a thread as resolved, or open it again')
    .input(OfThread.extend({ isResolved: z.boolean() }))
    .output(ThreadView),
  change: post('/comments/{commentId}/change', 'comments', 'Put an own comment in other words')
    .input(OfComment.extend({ text: Text }))
    .output(ThreadView),
  remove: post('/comments/{commentId}/delete', 'comments', 'Delete an own comment; the record keeps that it was said')
    .input(OfComment)
    .output(Left),
  decide: post(
    '/comments/{commentId}/decisions',
    'comments',
    'Show a held comment or keep it back; administrators only',
  )
    .input(OfComment.extend({ verdict: z.enum(['show', 'withhold']), reason: z.string().max(500).default('') }))
    .output(ThreadView),
};
