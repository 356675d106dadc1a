/** One decision over several orders of the queue. */
import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import OrderBulk from '#web/panels/OrderBulk.svelte';
import { answerWith } from './support/answers.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('[RV11] once several are decided the keyboard stays at their card, where nothing is ticked any more', async () => {
  answerWith({ '/orders/decisions': () => [{ orderId: 'a', refusal: null }] });
  const ondone = vi.fn();
  const shown = await render(OrderBulk, { orders: [{ id: 'a', supplier: 'Ida Refining' }], mayApprove: false, ondone });
  ondone.mockImplementation(() => void shown.rerender({ orders: [] }));
  const button = page.getByRole('button', { name: 'Take into review' });
  button.element().focus();
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => ondone.mock.calls).toEqual([[['a']]]);
  await expect.element(button).toBeDisabled();
  await expect.element(page.getByText('1 order changed')).toBeVisible();
  await expect.poll(() => document.activeElement).toBe(document.querySelector('section[aria-labelledby]'));
});
