/** The review of an order: who may give which verdict, and what a verdict needs. */
import { expect, test } from 'vitest';
import type { Role } from '#domain/actors.ts';
import { COMMENT_CHARS_MAX, type Earlier, type OrderState, type Verdict, verdictOn } from '#domain/review.ts';

const ANOTHER: Earlier[] = [{ verdict: 'open', userId: 'another' }];

const give = (
  verdict: Verdict,
  by: Role = 'approver',
  state: OrderState = 'inReview',
  comment = 'Because',
  earlier = ANOTHER,
) => {
  const outcome = verdictOn({ number: 3, state, earlier }, verdict, comment, { role: by, userId: 'me' });
  return outcome.ok ? outcome.value : outcome.refusal.code;
};

test('[RV1] an order goes from proposed into review and ends approved, returned or rejected', () => {
  expect(give('open', 'official', 'proposed')).toBe('inReview');
  expect((['approve', 'return', 'reject'] as const).map((verdict) => give(verdict))).toEqual([
    'approved',
    'returned',
    'rejected',
  ]);
  expect(give('approve', 'approver', 'proposed')).toBe('approved');
});

test('[RV2] approving and rejecting take an approving official; returning and commenting any official', () => {
  const answers = (by: Role) =>
    (['open', 'comment', 'return', 'approve', 'reject'] as const).map((v) => give(v, by, 'proposed'));
  expect(answers('approver')).toEqual(['inReview', 'proposed', 'returned', 'approved', 'rejected']);
  expect(answers('official')).toEqual(['inReview', 'proposed', 'returned', 'no-right', 'no-right']);
  for (const by of ['editor', 'viewer', 'administrator', 'liaison', 'observer'] as const)
    expect(answers(by)).toEqual(Array(5).fill('no-right'));
});

test('[RV3] a return, a rejection and a comment need words, and not more than fit', () => {
  for (const verdict of ['return', 'reject', 'comment'] as const)
    expect([give(verdict, 'approver', 'inReview', ' \n'), give(verdict, 'approver', 'inReview', '')]).toEqual([
      'no-comment',
      'no-comment',
    ]);
  expect(give('approve', 'approver', 'inReview', '')).toBe('approved');
  expect(give('approve', 'approver', 'inReview', 'x'.repeat(COMMENT_CHARS_MAX + 1))).toBe('too-long');
});

test('[RV4] a decided order cannot be decided again, but can be commented on', () => {
  for (const state of ['approved', 'returned', 'rejected'] as const) {
    for (const verdict of ['open', 'approve', 'return', 'reject'] as const)
      expect(give(verdict, 'approver', state)).toBe('decided');
    expect(give('comment', 'official', state)).toBe(state);
  }
});

test('[RV6] two people end an order: one takes it into review, another approves or rejects it', () => {
  const mine: Earlier[] = [{ verdict: 'open', userId: 'me' }];
  const talk: Earlier[] = [{ verdict: 'comment', userId: 'another' }];
  for (const verdict of ['approve', 'reject'] as const) {
    for (const earlier of [[], mine, talk, [...mine, ...talk]])
      expect(give(verdict, 'approver', 'inReview', 'Because', earlier)).toBe('one-person');
    expect(give(verdict, 'approver', 'inReview', 'Because', [...mine, ...ANOTHER])).not.toBe('one-person');
  }
  // Sending it back ends nothing: the match comes with another one.
  expect(give('return', 'official', 'proposed', 'Because', [])).toBe('returned');
});

test('[RV7] more than one official takes an order into review, each once', () => {
  expect(give('open', 'official', 'inReview')).toBe('inReview');
  expect(give('open', 'official', 'inReview', '', [{ verdict: 'open', userId: 'me' }])).toBe('in-review');
});

test('[RV10] a conflict of interest, declared with its reason, ends the part that somebody has in an order', () => {
  const recused = (userId: string): Earlier => ({ verdict: 'recuse', userId });
  expect(give('recuse', 'official', 'inReview', ' ')).toBe('no-comment');
  expect(give('recuse', 'approver', 'inReview')).toBe('inReview');
  expect(give('recuse', 'administrator', 'inReview')).toBe('no-right');
  expect(give('recuse', 'approver', 'approved')).toBe('decided');
  for (const verdict of ['open', 'approve', 'return', 'reject', 'comment', 'recuse'] as const)
    expect(give(verdict, 'approver', 'inReview', 'Because', [...ANOTHER, recused('me')])).toBe('recused');
  // Nor does it count that they have taken it up, before or, were it ever stored so, after.
  for (const earlier of [
    [...ANOTHER, recused('another')],
    [recused('another'), ...ANOTHER],
  ])
    for (const verdict of ['approve', 'reject'] as const)
      expect(give(verdict, 'approver', 'inReview', 'Because', earlier)).toBe('one-person');
  expect(
    give('approve', 'approver', 'inReview', 'Because', [
      ...ANOTHER,
      recused('another'),
      { verdict: 'open', userId: 'third' },
    ]),
  ).toBe('approved');
  // Taken up by nobody else, it is proposed again.
  expect(give('recuse', 'official', 'inReview', 'Because', [{ verdict: 'open', userId: 'me' }])).toBe('proposed');
});

test('[RV5] a refusal names the order and what can be done', () => {
  const outcome = verdictOn({ number: 3, state: 'approved', earlier: [] }, 'return', 'Because', {
    role: 'approver',
    userId: 'me',
  });
  expect(outcome).toEqual({
    ok: false,
    refusal: { code: 'decided', place: 'order 3', message: 'it is already approved', remedy: 'add a comment instead' },
  });
});
