import { expect, test } from 'vitest';
import { Inbox } from '#web/state/inbox.ts';
import { settled } from './support/sheet-page.ts';

test('[GR85] frames that come within one repaint are taken in one go and in their order', async () => {
  const taken: number[][] = [];
  const inbox = new Inbox((all) => {
    taken.push([]);
    all();
  });
  const hold = (frame: number) => inbox.hold(() => taken.at(-1)?.push(frame));
  for (const frame of [1, 2, 3]) hold(frame);
  expect(taken).toEqual([]);
  await settled(() => taken.length === 1);
  for (const frame of [4, 5]) hold(frame);
  inbox.take();
  inbox.take();
  expect(taken).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test('[GR85] a page that is not woken holds no more than two thousand frames', () => {
  let taken = 0;
  const inbox = new Inbox((all) => all());
  for (let frame = 0; frame < 2500; frame++) inbox.hold(() => taken++);
  expect(taken).toBe(2000);
  inbox.close();
  inbox.take();
  expect(taken).toBe(2000);
});
