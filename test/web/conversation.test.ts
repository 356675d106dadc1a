/** Mentions while they are typed, and the text that they become. */
import { expect, test } from 'vitest';
import { mention } from '#domain/conversation.ts';
import { pieces, queryAt, suggestions, toText } from '#web/conversation/mentions.ts';

const ANN = { userId: '11111111-1111-4111-8111-111111111111', name: 'Ann Lee' };
const LEEDS = { userId: '22222222-2222-4222-8222-222222222222', name: 'Ann Leeds' };

test('[CM14] people are offered after an @, by the beginning of any of their names, until one stands there whole', () => {
  expect(queryAt('ask @le', 7)).toBe('le');
  expect(queryAt('mail to a@b', 11)).toBeNull();
  expect(queryAt('ask @', 5)).toBe('');
  expect(suggestions([ANN, LEEDS], 'le')).toEqual([ANN, LEEDS]);
  expect(suggestions([ANN, LEEDS], 'ann leed')).toEqual([LEEDS]);
  expect(suggestions([ANN], 'ann lee')).toEqual([]);
});

test('[CM15] a chosen name becomes the person and is read back as the name; a longer name is not taken for a shorter', () => {
  const text = toText('@Ann Leeds and @Ann Lee, look', [ANN, LEEDS]);
  expect(text).toBe(`${mention(LEEDS.userId)} and ${mention(ANN.userId)}, look`);
  expect(pieces(text, [ANN, LEEDS])).toEqual([
    { text: '@Ann Leeds', isMention: true },
    { text: ' and ', isMention: false },
    { text: '@Ann Lee', isMention: true },
    { text: ', look', isMention: false },
  ]);
  // Who was not chosen is only text.
  expect(toText('@Bob', [ANN])).toBe('@Bob');
});
