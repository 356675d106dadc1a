/** An attack on a supervised session of a sealed pool, on the real server: a member tells from its own wire that a rival is there, and when. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Member, openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';
import type { Tap } from './support/tap.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#server/meeting/acts.ts', async (original) => (await import('./support/switches.ts')).acts(await original()));

let stage: Stage;
let insider: Member;
let rival: Member;
beforeEach(async () => {
  stage = await openStage({ members: 2 });
  [insider, rival] = stage.members as [Member, Member];
});
afterEach(async () => {
  restore();
  await stage.close();
});

async function post(tap: Tap, path: string, body: object = {}) {
  const answer = await tap.call('POST', `/api/v1${path}`, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  return answer.body;
}

/** A session that is announced to all of the pool. */
async function announce(title: string): Promise<string> {
  const chair = await stage.official();
  const { person } = (await chair.get('/me')).body;
  const { id } = await post(await stage.admin(), `/pools/${stage.poolId}/meetings`, {
    ...{ title, startsAt: new Date(stage.clock.now().getTime() + 60_000), chairId: person.userId },
    ...{ agenda: ['Purpose'], shortNotice: 'A port is closed' },
  });
  return id;
}

/** A rival raises its hand, takes it down, raises it again and goes; answers with how often the insider was told, and whether it reads otherwise. */
async function watch(): Promise<{ rings: number; reads: boolean }> {
  const id = await announce('Grades');
  const act = (tap: Tap, deed: string) => post(tap, `/meetings/${id}/acts`, { act: { do: deed } });
  const chair = await stage.official();
  for (const tap of [chair, insider.tap, rival.tap]) {
    await post(tap, `/pools/${stage.poolId}/briefing`);
    await act(tap, tap === chair ? 'open' : 'join');
  }
  const told = (meetingId: string) =>
    insider.tap.received.filter(
      ({ wire, bytes }) => wire === 'push' && bytes.includes('"meeting"') && bytes.includes(meetingId),
    ).length;
  const read = async () => {
    const [view, record] = [await insider.tap.get(`/meetings/${id}`), await insider.tap.get('/record')];
    return [view.text, ...view.headers, record.text, ...record.headers].join('\n');
  };
  // What is told to all comes after everything before it on the same line.
  const first = await announce('Mark of the beginning');
  await expect.poll(() => told(first), { timeout: 60_000 }).toBe(1);
  const [rings, before] = [told(id), await read()];
  for (const deed of ['raise', 'lower', 'raise', 'leave']) await act(rival.tap, deed);
  const after = await read();
  const last = await announce('Mark of the end');
  await expect.poll(() => told(last), { timeout: 60_000 }).toBe(1);
  return { rings: told(id) - rings, reads: after !== before };
}

test('[AT43] a member is told nothing of a rival’s raised hand, neither when it goes up nor when it goes down, and reads the same before and after', async () => {
  expect(await watch()).toEqual({ rings: 0, reads: false });
});

test('[AT43] twin: were everybody told to look again, each hand would ring at the rivals', async () => {
  off.hands = true;
  expect(await watch()).toEqual({ rings: 4, reads: false });
});
