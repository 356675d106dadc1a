/** The review of an order: who may give which verdict, and what a verdict needs. */
import { expect, test } from 'vitest';
import type { Role } from '#domain/actors.ts';
import { COMMENT_CHARS_MAX, type OrderState, type Verdict, verdictOn } from '#domain/review.ts';

const give = (verdict: Verdict, by: Role = 'approver', state: OrderState = 'inReview', comment = 'Because') => {
  const outcome = verdictOn({ number: 3, state }, verdict, comment, { role: by });
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
  expect(give('open', 'official', 'inReview')).toBe('in-review');
});

test('[RV5] a refusal names the order and what can be done', () => {
  const outcome = verdictOn({ number: 3, state: 'approved' }, 'return', 'Because', { role: 'approver' });
  expect(outcome).toEqual({
    ok: false,
    refusal: { code: 'decided', place: 'order 3', message: 'it is already approved', remedy: 'add a comment instead' },
  });
});
