/** Comments of sheets over HTTP and the line: threads, mentions, holding, who sees what, notifications in the app. */
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/server.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';
import {
  begin,
  comes,
  get,
  mentionable,
  notified,
  ownSheet,
  post,
  priorities,
  type SheetAt,
  threads,
} from './support.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
let workspace: Workspace;
let imani: Client;
let tomas: Client;
let rosalind: Client;
let yuki: Client;
let daniel: Client;
let admin: Client;
let own: SheetAt;
let shared: Omit<SheetAt, 'poolId'>;
const sockets: Socket[] = [];

beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  [imani, tomas, rosalind, yuki, daniel, admin] = (await Promise.all(
    ['imani', 'tomas', 'rosalind', 'yuki', 'daniel', 'beatriz'].map(workspace.as),
  )) as [Client, Client, Client, Client, Client, Client];
  own = await ownSheet(imani);
  shared = await priorities(imani);
}, 120_000);
afterAll(() => {
  for (const socket of sockets) socket.disconnect();
});

/** How often this person was told by the line, and what came with it. */
async function listen(client: Client): Promise<{ event: string; message: unknown }[]> {
  const socket = io(workspace.origin, {
    transports: ['websocket'],
    extraHeaders: { cookie: client.cookie },
    forceNew: true,
  });
  sockets.push(socket);
  const heard: { event: string; message: unknown }[] = [];
  socket.onAny((event, message) => heard.push({ event, message }));
  await new Promise<void>((resolve, reject) => {
    socket.on('connect_error', reject);
    socket.on('connect', resolve);
  });
  return heard;
}

test('[CM1] people of a company talk in threads at a line or cell of their sheet, live', async () => {
  const heard = await listen(tomas);
  const { body: thread } = await begin(imani, own, 'Is this still right? We said 38 t.', 'mineral');
  expect(thread).toMatchObject({ row: own.row, column: 'mineral', comments: [{ state: 'shown', isMine: true }] });
  await comes(() => heard.some(({ event }) => event === 'comments'));
  expect(heard.find(({ event }) => event === 'comments')?.message).toEqual({ sheetId: own.sheetId });
  const answer = await post(tomas, `/threads/${thread.id}/comments`, { text: 'It is.' });
  expect(answer.body.comments.map(({ by }: { by: string }) => by.split(' ')[0])).toEqual(['Imani', 'Tomas']);
  expect((await threads(rosalind, own.sheetId)).map(({ id }) => id)).toContain(thread.id);
});

test('[CM2] a comment follows its sheet: to whom the sheet is closed, it and one that does not exist answer alike', async () => {
  const { body: thread } = await begin(imani, own, 'Only for us');
  const commentId = thread.comments[0].id;
  const asks: [string, string, unknown][] = [
    ['GET', '/sheets/ID/comments', undefined],
    ['GET', '/sheets/ID/mentionable', undefined],
    ['POST', '/sheets/ID/comments', { row: own.row, text: 'x' }],
  ];
  for (const [method, path, body] of asks) {
    const [closed, absent] = await Promise.all(
      [own.sheetId, NOWHERE].map((id) => yuki.call(method, `/api/v1${path.replace('ID', id)}`, body)),
    );
    expect([path, closed?.status, closed?.body]).toEqual([path, 404, absent?.body]);
  }
  for (const path of ['/threads/ID/comments', '/threads/ID/resolve', '/comments/ID/change', '/comments/ID/delete']) {
    const body = { text: 'x', isResolved: true };
    const id = path.startsWith('/threads') ? thread.id : commentId;
    const [closed, absent] = await Promise.all([id, NOWHERE].map((one) => post(yuki, path.replace('ID', one), body)));
    expect([path, closed?.status, closed?.body]).toEqual([path, 404, absent?.body]);
  }
});

test('[CM3] the administrator reads the comments of a company’s sheet in the clean room, on the record first, and writes none', async () => {
  const seen = await get(admin, `/sheets/${own.sheetId}/comments`);
  expect(seen.body).toMatchObject({ mayWrite: false, mayDecide: false, holds: false });
  expect(seen.body.threads.length).toBeGreaterThan(0);
  const { body: record } = await get(imani, `/record?poolId=${own.poolId}`);
  expect(record[0].text).toBe('Read the comments at a company’s demand lines in the clean room');
  expect((await begin(admin, own, 'hello')).status).toBe(409);
});

test('[CM4] only its author changes or deletes a comment; a deleted one keeps its place while something follows it', async () => {
  const { body: thread } = await begin(imani, own, 'First');
  const [first] = thread.comments;
  await post(tomas, `/threads/${thread.id}/comments`, { text: 'Second' });
  expect((await post(tomas, `/comments/${first.id}/change`, { text: 'mine now' })).status).toBe(409);
  expect((await post(tomas, `/comments/${first.id}/delete`)).status).toBe(409);
  const changed = await post(imani, `/comments/${first.id}/change`, { text: 'First, in other words' });
  expect(changed.body.comments[0]).toMatchObject({ text: 'First, in other words', isEdited: true });
  const { body: left } = await post(imani, `/comments/${first.id}/delete`);
  expect(
    left.thread.comments.map(({ text, isDeleted }: { text: string; isDeleted: boolean }) => [text, isDeleted]),
  ).toEqual([
    ['', true],
    ['Second', false],
  ]);
  const { body: alone } = await begin(imani, own, 'Alone');
  expect((await post(imani, `/comments/${alone.comments[0].id}/delete`)).body).toEqual({ thread: null });
});

test('[CM5] a thread is resolved and opened again by those who speak in the sheet', async () => {
  const { body: thread } = await begin(imani, own, 'Done?');
  const done = await post(tomas, `/threads/${thread.id}/resolve`, { isResolved: true });
  expect(done.body.resolved).toMatchObject({ by: expect.stringMatching(/^Tomas/) });
  const again = await post(imani, `/threads/${thread.id}/resolve`, { isResolved: false });
  expect(again.body.resolved).toBeNull();
});

test('[CM6] only people who read the sheet and whom one may know are offered for a mention, and nobody else can be mentioned', async () => {
  const offered = await mentionable(imani, own.sheetId);
  const names = offered.map(({ name }) => name.split(' ')[0]);
  expect(names).toEqual(expect.arrayContaining(['Rosalind', 'Tomas']));
  expect(names).not.toContain('Yuki');
  expect(names).not.toContain('Beatriz');
  const stranger = (await get(yuki, '/me')).body.person.userId;
  const [closed, absent] = await Promise.all([stranger, NOWHERE].map((id) => begin(imani, own, `Look <@${id}>`)));
  expect([closed?.status, closed?.body]).toEqual([409, absent?.body]);
  expect((await notified(yuki)).items).toEqual([]);
  // In the priorities, another company reads along; its people are not told by name.
  const inShared = await mentionable(imani, shared.sheetId);
  expect(inShared.map(({ name }) => name.split(' ')[0])).not.toContain('Yuki');
  expect(inShared.map(({ name }) => name.split(' ')[0])).toContain('Daniel');
});

test('[NT1] a mention and an answer are told in the app, at once, and read there one by one or all', async () => {
  const before = (await notified(tomas)).unread;
  const heard = await listen(tomas);
  const person = (await mentionable(imani, own.sheetId)).find(({ name }) => name.startsWith('Tomas'));
  const { body: thread } = await begin(imani, own, `<@${person?.userId}> please check this`);
  expect(thread.comments[0].mentions).toEqual([{ userId: person?.userId, name: person?.name }]);
  await comes(() => heard.some(({ event }) => event === 'notifications'));
  // Ids only, and here not even those.
  expect(heard.find(({ event }) => event === 'notifications')?.message).toEqual({});
  const told = await notified(tomas);
  expect(told.unread).toBe(before + 1);
  expect(told.items[0]).toMatchObject({
    kind: 'mention',
    isRead: false,
    by: expect.stringMatching(/^Imani/),
    text: `@${person?.name} please check this`,
    path: `/pools/${own.poolId}/demand#line=${encodeURIComponent(own.row)}&comment=${thread.id}`,
  });
  await post(tomas, `/threads/${thread.id}/comments`, { text: 'Checked.' });
  expect((await notified(imani)).items[0]).toMatchObject({ kind: 'reply', text: 'Checked.' });
  const left = await post(tomas, '/notifications/read', { ids: [told.items[0]?.id] });
  expect(left.body.unread).toBe(before);
  expect((await post(tomas, '/notifications/read', {})).body.unread).toBe(0);
});

test('[CM7] in a sheet that several parties read a number is held: nobody but its author and those who decide learns of it', async () => {
  const [heardYuki, heardAdmin] = await Promise.all([listen(yuki), listen(admin)]);
  const before = await threads(yuki, shared.sheetId);
  const { body: held } = await begin(imani, shared, 'We alone need 437 of it');
  expect(held.comments[0]).toMatchObject({ state: 'held', isMine: true });
  await comes(() => heardAdmin.some(({ event }) => event === 'comments'));
  expect(await threads(yuki, shared.sheetId)).toEqual(before);
  expect(await threads(daniel, shared.sheetId)).toEqual(before);
  expect((await notified(admin)).items[0]).toMatchObject({ kind: 'held' });
  // Nothing can be learnt by answering or resolving what one does not see.
  expect((await post(yuki, `/threads/${held.id}/comments`, { text: 'hm' })).status).toBe(404);
  expect((await post(yuki, `/comments/${held.comments[0].id}/change`, { text: 'hm' })).status).toBe(404);
  await post(imani, `/threads/${held.id}/resolve`, { isResolved: true });

  // What comes next is the first that Yuki is told.
  await begin(daniel, shared, 'Please name an end use.');
  await comes(() => heardYuki.some(({ event }) => event === 'comments'));
  expect(heardYuki.filter(({ event }) => event === 'comments')).toHaveLength(1);

  const decision = { verdict: 'show', reason: '' };
  expect((await post(yuki, `/comments/${held.comments[0].id}/decisions`, decision)).status).toBe(404);
  const shown = await post(admin, `/comments/${held.comments[0].id}/decisions`, decision);
  expect(shown.body.comments[0].state).toBe('shown');
  expect((await notified(imani)).items[0]).toMatchObject({ kind: 'decided' });
  const seen = (await threads(yuki, shared.sheetId)).find(({ id }) => id === held.id);
  expect(seen?.comments[0]).toMatchObject({ by: 'another organization', text: 'We alone need 437 of it' });
  // No longer anything to decide.
  expect((await notified(admin)).items.map(({ kind }) => kind)).not.toContain('held');
});

test('[CM8] what is kept back stays with its author, who is told why', async () => {
  const { body: held } = await begin(imani, shared, 'our margin is 12 %');
  const path = `/comments/${held.comments[0].id}/decisions`;
  expect((await post(admin, path, { verdict: 'withhold', reason: '' })).status).toBe(409);
  await post(admin, path, { verdict: 'withhold', reason: 'a margin is not talked about here' });
  const mine = (await threads(imani, shared.sheetId)).find(({ id }) => id === held.id);
  expect(mine?.comments[0]).toMatchObject({ state: 'withheld', reason: 'a margin is not talked about here' });
  expect((await threads(yuki, shared.sheetId)).map(({ id }) => id)).not.toContain(held.id);
});

test('[CM9] a comment that others have read takes no number by being changed; the change names the way', async () => {
  const { body: thread } = await begin(imani, shared, 'Nothing special');
  const [said] = thread.comments;
  const refused = await post(imani, `/comments/${said.id}/change`, { text: 'make it 40 t' });
  expect([refused.status, refused.body.data.remedy]).toEqual([
    409,
    'say it in a new comment, which the administrator reads first',
  ]);
  expect((await threads(yuki, shared.sheetId)).find(({ id }) => id === thread.id)?.comments[0]?.text).toBe(
    'Nothing special',
  );
  // A held one that loses its number is shown, with its place as of then.
  const { body: held } = await begin(imani, shared, 'about 40');
  const changed = await post(imani, `/comments/${held.comments[0].id}/change`, { text: 'a little' });
  expect(changed.body.comments[0].state).toBe('shown');
});

test('[CM10] neither the place of a comment nor the id in a mention carries a number past the administrator', async () => {
  const at = { sheetId: shared.sheetId, row: shared.row };
  expect((await begin(imani, { ...at, row: 'we-take-437' }, 'look here')).status).toBe(409);
  expect((await begin(imani, at, 'look here', 'we-take-437')).status).toBe(409);
  expect((await begin(imani, at, 'look <@00000437-0000-4000-8000-000000000000>')).status).toBe(409);
  const { body } = await begin(imani, at, 'look <@437>');
  expect(body.comments[0].state).toBe('held');
});

test('[CM11] companies that share a sheet read each other’s comments without the names of their people, mentions included', async () => {
  const colleague = (await mentionable(imani, shared.sheetId)).find(({ name }) => name.startsWith('Tomas'));
  const { body: thread } = await begin(imani, shared, `<@${colleague?.userId}> agrees`);
  const answer = await get(yuki, `/sheets/${shared.sheetId}/comments`);
  const seen = answer.body.threads.find(({ id }: { id: string }) => id === thread.id);
  expect(seen.comments[0]).toMatchObject({
    by: 'another organization',
    text: '@another organization agrees',
    mentions: [],
  });
  const raw = JSON.stringify(seen);
  for (const word of ['Imani', 'Tomas', colleague?.userId ?? '?']) expect(raw).not.toContain(word);
});

test('[CM12] the record holds that something was said where several parties read, never the text, and nothing of a company’s own talk', async () => {
  await begin(imani, shared, 'On the record');
  const { body: record } = await get(imani, '/record');
  const said = record.filter(({ kind }: { kind: string }) => kind.startsWith('comment.'));
  expect(said.length).toBeGreaterThan(0);
  expect(JSON.stringify(record)).not.toContain('On the record');
  for (const reader of [yuki, daniel]) {
    const { body } = await get(reader, '/record');
    const others = body.filter(
      ({ kind, organization }: { kind: string; organization: string }) =>
        kind.startsWith('comment.') && organization === said[0].organization,
    );
    expect(others).toEqual([]);
  }
  const before = said.length;
  await begin(imani, own, 'Between us');
  const { body: after } = await get(imani, '/record');
  expect(after.filter(({ kind }: { kind: string }) => kind.startsWith('comment.'))).toHaveLength(before);
});

test('[CM13] comments have limits: length, mentions, and how many in a minute', async () => {
  const tooLong = await begin(rosalind, own, 'x'.repeat(2001));
  expect(tooLong.body.data.remedy).toBe('shorten it to 2000');
  expect((await begin(rosalind, own, '  ')).body.data.reason).toBe('it has no text');
  const answers = [];
  for (let i = 0; i < 21; i++) answers.push((await begin(rosalind, own, 'again')).status);
  expect(answers.slice(0, 20)).toEqual(Array(20).fill(200));
  expect(answers[20]).toBe(409);
});
