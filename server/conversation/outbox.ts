/**
 * Mails about notifications, through an SMTP server. A mail is stored with what it tells; one node locks it, looks up what it may still say,
 * sends it and marks it within one transaction: a node that dies lets go of it, and another sends it. Only a node that dies between the
 * server's word and the mark can make a mail come twice, and then under the same Message-ID, by which mail programs know it.
 */
import type { Clock } from '../clock.ts';
import type { Database, Prisma } from '../database.ts';
import type { Telemetry } from '../telemetry.ts';
import { letterFor } from './letters.ts';
import { MAIL_CHOICE_FIRST } from './notifications.ts';
import type { Post } from './post.ts';

type Tx = Prisma.TransactionClient;

export interface Outbox {
  /** Makes or finds the mail that tells of a notification, if this person wants any. */
  put(tx: Tx, notification: { id: string; userId: string; organizationId: string; at: Date }): Promise<void>;
  /** Sends what is due, and again whenever something is. */
  start(): void;
  /** Something was put and is stored: looks at once. */
  wake(): void;
  stop(): Promise<void>;
}

/** How often a node looks for mails that are due; of other nodes' mails it hears no other way. */
const LOOK_MS = 5_000;
/** A mail server that is down over a night is waited for: 1, 2, 4 … minutes, at most an hour apart. */
export const ATTEMPTS_MAX = 16;
const MINUTE_MS = 60_000;
const WAIT_MS_MAX = 60 * MINUTE_MS;

export const waitAfter = (attempts: number): number => Math.min(WAIT_MS_MAX, MINUTE_MS * 2 ** (attempts - 1));

interface Due {
  id: string;
  user_id: string;
  organization_id: string;
  is_digest: boolean;
  attempts: number;
}

export function createOutbox(parts: {
  database: Database;
  clock: Clock;
  telemetry: Telemetry;
  origin: string;
  digestSeconds: number;
  /** Null: this workspace sends no mails. */
  post: Post | null;
}): Outbox {
  const { database, clock, telemetry, origin, digestSeconds, post } = parts;
  let cancel = () => {};
  let isStopped = false;
  let isWorking = false;
  let isAsked = false;
  let working: Promise<void> = Promise.resolve();

  /** False: nothing is due. */
  async function sendOne(through: Post): Promise<boolean> {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<Due>(
        `SELECT id, user_id, organization_id, is_digest, attempts FROM mail WHERE state = 'waiting' AND due_at <= $1
         ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
        [clock.now()],
      );
      const mail = rows[0];
      if (mail) await handle(through, client, mail);
      await client.query('COMMIT');
      client.release();
      return mail !== undefined;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async function handle(
    through: Post,
    client: { query(text: string, values: unknown[]): Promise<unknown> },
    mail: Due,
  ) {
    const settle = (state: string) =>
      client.query('UPDATE mail SET state = $2::"MailState" WHERE id = $1', [mail.id, state]);
    const letter = await letterFor(database, origin, {
      id: mail.id,
      userId: mail.user_id,
      organizationId: mail.organization_id,
      isDigest: mail.is_digest,
    });
    if (!letter) return settle('dropped');
    const fate = await through.send(letter);
    if (fate === 'taken') return settle('sent');
    const attempts = mail.attempts + 1;
    const isOver = fate === 'refused' || attempts >= ATTEMPTS_MAX;
    telemetry.event('mail.failed', { mail: mail.id, attempts, isOver });
    const dueAt = new Date(clock.now().getTime() + waitAfter(attempts));
    return client.query('UPDATE mail SET state = $2::"MailState", attempts = $3, due_at = $4 WHERE id = $1', [
      mail.id,
      isOver ? 'failed' : 'waiting',
      attempts,
      dueAt,
    ]);
  }

  async function round(through: Post): Promise<void> {
    try {
      while (!isStopped && (await sendOne(through)));
    } catch (error) {
      telemetry.fault('mail.outbox', error);
    }
  }

  /** One round at a time; who asks during one gets another after it. */
  function look(through: Post): void {
    cancel();
    isAsked = true;
    if (isStopped || isWorking) return;
    isWorking = true;
    working = (async () => {
      while (isAsked && !isStopped) {
        isAsked = false;
        await round(through);
      }
      isWorking = false;
      if (!isStopped) cancel = clock.at(new Date(clock.now().getTime() + LOOK_MS), () => look(through));
    })();
  }

  return {
    async put(tx, { id, userId, organizationId, at }) {
      if (!post) return;
      const choice = (await tx.mailPreference.findUnique({ where: { userId } }))?.choice ?? MAIL_CHOICE_FIRST;
      if (choice === 'none') return;
      const isDigest = choice === 'daily';
      let mailId: string | undefined;
      if (isDigest) {
        // A digest that is being sent just now is over; two people who comment at once put into one.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`digest ${userId}`}))`;
        const [open] = await tx.$queryRaw<{ id: string }[]>`
          SELECT id FROM mail WHERE user_id = ${userId}::uuid AND organization_id = ${organizationId}::uuid
          AND is_digest AND state = 'waiting' LIMIT 1 FOR UPDATE SKIP LOCKED`;
        mailId = open?.id;
      }
      const dueAt = isDigest ? new Date(at.getTime() + 1000 * digestSeconds) : at;
      mailId ??= (await tx.mail.create({ data: { userId, organizationId, isDigest, at, dueAt } })).id;
      await tx.notification.update({ where: { id }, data: { mailId } });
    },
    start() {
      if (post) look(post);
    },
    wake() {
      if (post) look(post);
    },
    async stop() {
      isStopped = true;
      cancel();
      await working;
      post?.close();
    },
  };
}
