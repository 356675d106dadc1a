/** The way out of the house for mails: a connection to the configured SMTP server. */
import { createTransport } from 'nodemailer';
import { PRODUCT } from '#domain/product.ts';
import type { Letter } from './letters.ts';

/** 'refused': the server will not take it, however often it is tried. 'notNow': it may, later. */
export type Fate = 'taken' | 'refused' | 'notNow';

export interface Post {
  send(letter: Letter): Promise<Fate>;
  close(): void;
}

/** Together shorter than the time that the database lets a transaction wait. */
const CONNECT_MS_MAX = 10_000;
const SILENCE_MS_MAX = 20_000;

export function openPost(options: { url: string; from: string }): Post {
  const transport = createTransport(options.url, {
    from: { name: PRODUCT, address: options.from },
    // So that no mail program answers for its owner.
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  Object.assign(transport.options, {
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
  });
  const host = options.from.split('@')[1] ?? 'localhost';
  return {
    async send({ id, to, subject, text }) {
      try {
        await transport.sendMail({ to, subject, text, messageId: `<${id}@${host}>` });
        return 'taken';
      } catch (error) {
        const { responseCode, code } = error as { responseCode?: number; code?: string };
        // A wrong password is the operator's to mend; the mails wait for it.
        return responseCode !== undefined && responseCode >= 500 && code !== 'EAUTH' ? 'refused' : 'notNow';
      }
    },
    close: () => transport.close(),
  };
}
