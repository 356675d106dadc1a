/** Comments in sheets: whoever may open a sheet reads them; a clean-room reading is on the record first; talk rules are read before one speaks. */
import { accessToSheet, isOnePartySheet } from '#domain/actors.ts';
import { SHEETS } from '#domain/entry.ts';
import { cleanRoomView } from '#domain/record.ts';
import type { Outcome } from '#domain/refusals.ts';
import type { OpenSheet } from '../conversation/comments.ts';
import { type Context, NOTHING_HERE, os, problem, refused, signedIn } from './context.ts';
import type { Asking } from './history.ts';

type Errors = {
  NOT_FOUND(options: typeof NOTHING_HERE): Error;
  CONFLICT(options: ReturnType<typeof problem>): Error;
};
type Speaking = Asking & Pick<Context, 'signedIn'>;

/** The sheet, if it is open to the actor. Absent and closed answer alike. */
async function openSheet({ desk, actor }: Asking, sheetId: string | null, errors: Errors): Promise<OpenSheet> {
  const seat = sheetId === null ? null : await desk.sheets.seatOf(sheetId, actor);
  const access = seat ? accessToSheet(actor, seat) : 'none';
  if (sheetId === null || !seat || access === 'none') throw errors.NOT_FOUND(NOTHING_HERE);
  if (access === 'cleanRoom') await desk.record([cleanRoomView(actor, seat, 'comments')]);
  return { actor, seat, sheetId, poolId: seat.poolId };
}

/** Where others listen, the rules of talk come first. */
async function heardRules({ desk, signedIn }: Speaking, { seat, poolId }: OpenSheet, errors: Errors): Promise<void> {
  if (isOnePartySheet(seat) || poolId === null) return;
  if (await desk.briefings.isBriefed(signedIn?.sessionId ?? '', poolId)) return;
  throw errors.CONFLICT(
    problem(
      'comment',
      'you have not read the rules of talk in this session',
      'read “Before you start” at the top of the pool and confirm it',
    ),
  );
}

function taken<T>(outcome: Outcome<T>, errors: Errors): T {
  if (outcome.ok) return outcome.value;
  throw outcome.refusal.code === 'no-comment'
    ? errors.NOT_FOUND(NOTHING_HERE)
    : errors.CONFLICT(refused(outcome.refusal));
}

const list = os.comments.list.use(signedIn).handler(async ({ input, context, errors }) => {
  const sheet = await openSheet(context, input.sheetId, errors);
  return context.desk.conversation.comments.list(sheet);
});

const people = os.comments.people.use(signedIn).handler(async ({ input, context, errors }) => {
  const sheet = await openSheet(context, input.sheetId, errors);
  return context.desk.conversation.comments.people(sheet);
});

const start = os.comments.start.use(signedIn).handler(async ({ input, context, errors }) => {
  const sheet = await openSheet(context, input.sheetId, errors);
  const { row, column, text } = input;
  // Ids of this sheet's columns only: nothing else can be smuggled in where ids are expected.
  if (column !== '' && !SHEETS[sheet.seat.kind]?.columns.some(({ id }) => id === column))
    throw errors.CONFLICT(problem('column', 'the sheet has no such column', 'choose a cell of the sheet'));
  await heardRules(context, sheet, errors);
  return taken(await context.desk.conversation.comments.start(sheet, { row, column }, text), errors);
});

const reply = os.comments.reply.use(signedIn).handler(async ({ input, context, errors }) => {
  const { comments } = context.desk.conversation;
  const sheet = await openSheet(context, await comments.sheetOf({ threadId: input.threadId }), errors);
  await heardRules(context, sheet, errors);
  return taken(await comments.reply(sheet, input.threadId, input.text), errors);
});

const resolve = os.comments.resolve.use(signedIn).handler(async ({ input, context, errors }) => {
  const { comments } = context.desk.conversation;
  const sheet = await openSheet(context, await comments.sheetOf({ threadId: input.threadId }), errors);
  return taken(await comments.resolve(sheet, input.threadId, input.isResolved), errors);
});

const change = os.comments.change.use(signedIn).handler(async ({ input, context, errors }) => {
  const { comments } = context.desk.conversation;
  const sheet = await openSheet(context, await comments.sheetOf({ commentId: input.commentId }), errors);
  await heardRules(context, sheet, errors);
  return taken(await comments.change(sheet, input.commentId, input.text), errors);
});

const remove = os.comments.remove.use(signedIn).handler(async ({ input, context, errors }) => {
  const { comments } = context.desk.conversation;
  const sheet = await openSheet(context, await comments.sheetOf({ commentId: input.commentId }), errors);
  return { thread: taken(await comments.remove(sheet, input.commentId), errors) };
});

const decide = os.comments.decide.use(signedIn).handler(async ({ input, context, errors }) => {
  const { comments } = context.desk.conversation;
  const sheet = await openSheet(context, await comments.sheetOf({ commentId: input.commentId }), errors);
  return taken(await comments.decide(sheet, input.commentId, input.verdict, input.reason), errors);
});

export const comments = { list, people, start, reply, resolve, change, remove, decide };
