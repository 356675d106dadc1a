/** Sheets of the demo workspace, and what people say in them, for the tests of comments. */
import type { Client } from '../support/server.ts';

export const get = (client: Client, path: string) => client.call('GET', `/api/v1${path}`);
export const post = (client: Client, path: string, body: unknown = {}) => client.call('POST', `/api/v1${path}`, body);

export interface SheetAt {
  poolId: string;
  sheetId: string;
  row: string;
}

/** The first sheet of this kind that the client edits in a sealed pool, and one of its lines. */
export async function ownSheet(client: Client, kind = 'demand'): Promise<SheetAt> {
  for (const pool of (await get(client, '/pools')).body) {
    if (pool.kind !== 'sealed') continue;
    const { sheets } = (await get(client, `/pools/${pool.id}`)).body;
    const mine = sheets.find(
      (sheet: { kind: string; access: string }) => sheet.kind === kind && sheet.access === 'edit',
    );
    const row = mine && (await lineOf(client, mine.id));
    if (row) return { poolId: pool.id, sheetId: mine.id, row };
  }
  throw new Error(`no ${kind} sheet with a line is open to this person`);
}

export async function lineOf(client: Client, sheetId: string): Promise<string | undefined> {
  return (await get(client, `/sheets/${sheetId}/state`)).body.rows[0]?.row;
}

export async function priorities(client: Client): Promise<Omit<SheetAt, 'poolId'>> {
  const { sheet } = (await get(client, '/programme')).body;
  return { sheetId: sheet.id, row: (await lineOf(client, sheet.id)) ?? '' };
}

export const threads = async (client: Client, sheetId: string) =>
  (await get(client, `/sheets/${sheetId}/comments`)).body.threads as {
    id: string;
    resolved: { by: string } | null;
    comments: { id: string; text: string; state: string; by: string; mentions: { userId: string; name: string }[] }[];
  }[];

export const begin = (client: Client, { sheetId, row }: Omit<SheetAt, 'poolId'>, text: string, column = '') =>
  post(client, `/sheets/${sheetId}/comments`, { row, column, text });

export const mentionable = async (client: Client, sheetId: string): Promise<{ userId: string; name: string }[]> =>
  (await get(client, `/sheets/${sheetId}/mentionable`)).body;

export const notified = async (client: Client) => (await get(client, '/notifications')).body as Notifications;

interface Notifications {
  unread: number;
  items: { id: string; kind: string; isRead: boolean; by: string; text: string | null; path: string }[];
}

export const comes = async (claim: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await claim())) await new Promise((resolve) => setTimeout(resolve, 20));
};
