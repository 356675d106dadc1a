/** What the actor is told of, and how. Everything here is the actor's own. */
import type { Actor } from '#domain/actors.ts';
import { type Context, os, signedIn } from './context.ts';

const list = os.notifications.list
  .use(signedIn)
  .handler(({ input, context }) => context.desk.conversation.notifications.list(context.actor, input.before));

const read = os.notifications.read.use(signedIn).handler(async ({ input, context }) => ({
  unread: await context.desk.conversation.notifications.read(context.actor, input.ids),
}));

const mailsOf = async ({ desk, actor }: Pick<Context, 'desk'> & { actor: Actor }) => ({
  choice: await desk.conversation.notifications.mails(actor),
  isConfigured: desk.conversation.hasMail,
});

const mails = os.notifications.mails.use(signedIn).handler(({ context }) => mailsOf(context));

const setMails = os.notifications.setMails.use(signedIn).handler(async ({ input, context }) => {
  await context.desk.conversation.notifications.setMails(context.actor, input.choice);
  return mailsOf(context);
});

export const notifications = { list, read, mails, setMails };
