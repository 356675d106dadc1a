/** The order's page after the award: how far it is, what was struck out, what can be entered; and the round's funnel with its table. */
import axe from 'axe-core';
import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import { becameWords } from '#web/lib/orders.ts';
import OrderFulfilmentCard from '#web/panels/OrderFulfilment.svelte';
import RoundFunnel from '#web/panels/RoundFunnel.svelte';
import type { FulfilmentView, FunnelView } from '#web/state/api.ts';
import { OrderFulfilment } from '#web/state/fulfilment.svelte.ts';

beforeEach(() => {
  document.documentElement.lang = 'en';
  document.title = 'Test';
});

const violations = async () => {
  const { violations: found } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return found.map(({ id, nodes }) => [id, nodes[0]?.html]);
};
const text = () => document.body.textContent?.replace(/\s+/g, ' ') ?? '';
const at = '2027-03-10T09:00:00.000Z';
const step = (more: Partial<FulfilmentView['steps'][number]>): FulfilmentView['steps'][number] => ({
  id: 'a',
  kind: 'contracted',
  kg: 500,
  day: '2027-03-10',
  reference: 'C-7',
  reason: null,
  assayPct: null,
  by: 'Otto',
  organization: 'Agency',
  at,
  struck: null,
  sealed: true,
  ...more,
});

async function shown(mayEnter: boolean, more: Partial<FulfilmentView> = {}) {
  const state = new OrderFulfilment('order');
  state.found.put({
    order: 1,
    state: 'approved',
    orderedKg: 600,
    contractedKg: 500,
    deliveredKg: 0,
    acceptedKg: 0,
    rejectedKg: 0,
    droppedOutKg: 20,
    openKg: 80,
    room: { contracted: 80, delivered: 500, accepted: 0, rejected: 0, droppedOut: 580 },
    reserveKg: 0,
    bookedKg: null,
    steps: [step({}), step({ id: 'b', kind: 'delivered', kg: 9, struck: { by: 'Otto', at, why: 'another order' } })],
    ...more,
  });
  return render(OrderFulfilmentCard, { state, mayEnter, readsReserve: false });
}

test('[FU10] the order’s page tells how far it is, keeps what was struck out, and offers only what can be entered', async () => {
  await shown(true);
  expect(text()).toContain('Contracted 500 kg of 600 kg');
  expect(text()).toContain('20 kg fell through.');
  expect(text()).toContain('Struck out by Otto: another order');
  const titles = [...document.querySelectorAll('.actions button')].map((button) => button.textContent?.trim());
  expect(titles).toEqual(['Enter the contract', 'Enter the delivery', 'Enter what fell through']);
  expect(await violations()).toEqual([]);
  await page.getByRole('button', { name: 'Enter the delivery' }).click();
  await expect.element(page.getByRole('dialog', { name: 'Enter a delivery' })).toBeVisible();
  await expect.element(page.getByLabelText('Number of the delivery note')).toBeVisible();
});

test('[FU10] the keyboard keeps its place when what opened a dialog is gone by its end', async () => {
  const { rerender } = await shown(true);
  const opener = page.getByRole('button', { name: 'Strike out contracted 500 kg' });
  await opener.click();
  await expect.element(page.getByRole('dialog', { name: 'Strike out a step' })).toBeVisible();
  await rerender({ mayEnter: false });
  await expect.element(opener).not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Cancel' }).click();
  const part = document.querySelector('section[aria-labelledby]');
  await expect.poll(() => document.activeElement).toBe(part);
});

test('[FU10] who may not enter reads only, and a step that is not as the record sealed it is said so', async () => {
  await shown(false, { steps: [step({ sealed: false })] });
  expect(document.querySelectorAll('button')).toHaveLength(0);
  expect(text()).toContain('not as the record sealed it');
});

test('[FU11] the funnel says what is withheld, has the same numbers as a table, and an award says in words how far it is', async () => {
  const stages: FunnelView['minerals'][number]['stages'] = [
    { stage: 'pooled', kg: null, ofBeforePct: null },
    { stage: 'matched', kg: 600, ofBeforePct: null },
    { stage: 'contracted', kg: 500, ofBeforePct: 83.3 },
    { stage: 'accepted', kg: 0, ofBeforePct: 0 },
  ];
  const funnel: FunnelView = {
    minerals: [{ mineral: 'gallium', stages, drops: [{ reason: 'price', kg: 20, orders: 1 }] }],
  };
  await render(RoundFunnel, { funnel, mineralName: () => 'Gallium' });
  expect(text()).toContain('Of 600 kg matched, 83.3 % are contracted and 0 % accepted.');
  expect(text()).toContain('Price moved before signing: 20 kg of 1 order');
  await page.getByText('Show as table').click();
  await expect.element(page.getByRole('row', { name: /Pooled withheld/ })).toBeVisible();
  expect(await violations()).toEqual([]);
  const none = 'none' as const;
  expect(
    becameWords({ contracted: 'whole', delivered: 'part', accepted: none, fellThrough: 'part', reason: 'other' }),
  ).toBe('Contracted in full, delivered in part, fell through in part (another reason)');
  expect(becameWords({ contracted: none, delivered: none, accepted: none, fellThrough: none, reason: null })).toBe('');
});
