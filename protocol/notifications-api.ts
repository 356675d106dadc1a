/** The HTTP contract of notifications: what I am told of, what I have read, and whether mails tell me, too. Part of protocol/api. */
import { z } from 'zod';
import { get, Id, Instant, post } from './api-route.ts';

export const MAIL_CHOICES = ['atOnce', 'daily', 'none'] as const;
export type MailChoice = (typeof MAIL_CHOICES)[number];

export const NotificationView = z
  .object({
    id: Id,
    kind: z.enum(['mention', 'reply', 'held', 'decided']),
    at: Instant,
    isRead: z.boolean(),
    by: z.string().describe('“another organization” where I may not know the person'),
    pool: z.string().nullable().describe('null: a sheet of the program'),
    sheet: z.enum(['demand', 'offers', 'priorities', 'notes', 'targets']),
    text: z.string().nullable().describe('beginning of the comment; null in a clean-room view'),
    path: z.string().describe('where it is, in this web app'),
  })
  .meta({ id: 'NotificationView' });
export type NotificationView = z.infer<typeof NotificationView>;

export const NotificationsView = z
  .object({
    unread: z.int(),
    items: z.array(NotificationView).describe('newest first'),
    next: Id.nullable().describe('last of this page, where there are more'),
  })
  .meta({ id: 'NotificationsView' });
export type NotificationsView = z.infer<typeof NotificationsView>;

const Mails = z.object({
  choice: z.enum(MAIL_CHOICES),
  isConfigured: z.boolean().describe('this workspace sends mails'),
});

export const notificationsApi = {
  list: get('/notifications', 'notifications', 'What I am told of, newest first, as far as I may still read it')
    .input(z.object({ before: Id.optional() }))
    .output(NotificationsView),
  read: post('/notifications/read', 'notifications', 'Mark some as read, or all')
    .input(z.object({ ids: z.array(Id).max(200).optional().describe('all when left out') }))
    .output(z.object({ unread: z.int() })),
  mails: get('/notifications/mails', 'notifications', 'Whether mails tell me, too').output(Mails),
  setMails: post('/notifications/mails', 'notifications', 'Choose mails at once, once a day, or none')
    .input(z.object({ choice: z.enum(MAIL_CHOICES) }))
    .output(Mails),
};
