import { expect, test } from 'vitest';
import type { Actor } from '#domain/actors.ts';
import { decideHeld, knowsAuthor, maySee, say, TALK_CHARS_MAX } from '#domain/talk.ts';

const actor = (userId: string, role: Actor['role'], kind: Actor['kind'] = 'manufacturer'): Actor => ({
  userId,
  name: userId,
  organizationId: `org of ${userId}`,
  organization: userId,
  parentId: `org of ${userId}`,
  kind,
  role,
});
const dana = actor('dana', 'editor');
const lee = actor('lee', 'editor');
const admin = actor('admin', 'administrator', 'administrator');
const official = actor('official', 'official', 'agency');

test('[TK2] a text with an amount is held whoever writes it, any other is shown', () => {
  expect(say(dana, 'message', ' When is the next release? ')).toMatchObject({
    ok: true,
    value: { state: 'shown', text: 'When is the next release?' },
  });
  for (const someone of [dana, admin, official])
    expect(say(someone, 'message', 'it was 437')).toMatchObject({ ok: true, value: { state: 'held' } });
});

test('[TK3] who may not write, an empty text and a long one are refused with a remedy', () => {
  expect(say(actor('v', 'viewer'), 'message', 'hello')).toMatchObject({ refusal: { code: 'not-allowed' } });
  expect(say(dana, 'note', 'hello')).toMatchObject({ refusal: { code: 'not-allowed' } });
  expect(say(official, 'note', 'Agenda')).toMatchObject({ ok: true });
  expect(say(dana, 'message', '  ')).toMatchObject({ refusal: { code: 'empty' } });
  expect(say(dana, 'message', 'x'.repeat(TALK_CHARS_MAX + 1))).toMatchObject({ refusal: { code: 'too-long' } });
});

test('[TK4] only an administrator decides over a held message, once, never over an own one to show it, and with a reason to keep it back', () => {
  const held = { state: 'held' as const, userId: 'dana' };
  expect(decideHeld(official, held, 'show', '')).toMatchObject({ refusal: { code: 'not-allowed' } });
  expect(decideHeld(admin, held, 'show', '')).toEqual({ ok: true, value: 'shown' });
  expect(decideHeld(admin, held, 'withhold', ' ')).toMatchObject({ refusal: { code: 'no-reason' } });
  expect(decideHeld(admin, held, 'withhold', 'a quantity')).toEqual({ ok: true, value: 'withheld' });
  expect(decideHeld(admin, { ...held, state: 'shown' }, 'show', '')).toMatchObject({ refusal: { code: 'decided' } });
  const own = { state: 'held' as const, userId: 'admin' };
  expect(decideHeld(admin, own, 'show', '')).toMatchObject({ refusal: { code: 'own' } });
  expect(decideHeld(admin, own, 'withhold', 'mine')).toMatchObject({ ok: true });
});

test('[TK5] a held or withheld message is seen by its author and administrators only', () => {
  for (const state of ['held', 'withheld'] as const) {
    expect([dana, lee, official, admin].map((viewer) => maySee(viewer, { state, userId: 'dana' }))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  }
  expect(maySee(lee, { state: 'shown', userId: 'dana' })).toBe(true);
});

test('[TK6] in a sealed pool other manufacturers and officials are not told which manufacturer speaks', () => {
  const author = { organizationId: dana.organizationId, kind: 'manufacturer' as const };
  expect([dana, lee, official, admin].map((viewer) => knowsAuthor(viewer, 'sealed', author))).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(knowsAuthor(lee, 'open', author)).toBe(true);
  expect(knowsAuthor(lee, 'sealed', { organizationId: 'agency', kind: 'agency' })).toBe(true);
});
