/** Conversation in sheets, put together: comments, notifications, mails. Made by compose. */
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { PushToActors } from '../push.ts';
import type { Telemetry } from '../telemetry.ts';
import { type CommentDesk, createCommentDesk } from './comments.ts';
import { createNotificationDesk, type NotificationDesk } from './notifications.ts';
import { createNotifier } from './notifier.ts';
import { createOutbox } from './outbox.ts';
import { openPost } from './post.ts';
import { createTelling } from './telling.ts';

export interface MailSettings {
  smtpUrl: string | null;
  from: string | null;
  digestSeconds: number;
}

export interface ConversationDesk {
  comments: CommentDesk;
  notifications: NotificationDesk;
  /** This workspace sends mails. */
  hasMail: boolean;
  close(): Promise<void>;
}

export function createConversationDesk(parts: {
  database: Database;
  push: PushToActors;
  clock: Clock;
  telemetry: Telemetry;
  origin: string;
  mail: MailSettings;
}): ConversationDesk {
  const { database, push, clock, telemetry, origin, mail } = parts;
  const post = mail.smtpUrl && mail.from ? openPost({ url: mail.smtpUrl, from: mail.from }) : null;
  const outbox = createOutbox({ database, clock, telemetry, origin, digestSeconds: mail.digestSeconds, post });
  const telling = createTelling({ database, push, telemetry });
  const notifier = createNotifier({ database, outbox });
  outbox.start();
  return {
    comments: createCommentDesk({ database, clock, telling, notifier }),
    notifications: createNotificationDesk({ database, clock, telling }),
    hasMail: post !== null,
    close: () => outbox.stop(),
  };
}
