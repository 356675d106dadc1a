import { beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '#web/app.css';
import HorizonMap from '#web/charts/HorizonMap.svelte';
import ElementTile from '#web/lib/ElementTile.svelte';
import PhaseStepper from '#web/lib/PhaseStepper.svelte';
import AdvanceButton from '#web/panels/AdvanceButton.svelte';
import OrderDecision from '#web/panels/OrderDecision.svelte';
import ReleaseTable from '#web/panels/ReleaseTable.svelte';
import { Fetched } from '#web/state/fetched.svelte.ts';
import type { PoolNode } from '#web/state/pool-tree.ts';

beforeEach(() => {
  document.documentElement.lang = 'en';
});

const node = (cells: Partial<PoolNode>): PoolNode => ({
  key: cells.title ?? '',
  mineral: 'gallium',
  kind: 'form',
  title: '',
  year: null,
  pool: { all: null, firm: null },
  own: { all: null, firm: null },
  children: [],
  ...cells,
});

const ROOT = node({
  kind: 'mineral',
  children: [
    node({
      title: 'gallium metal',
      pool: { all: '3790', firm: null },
      own: { all: '850', firm: null },
      children: [
        node({
          kind: 'grade',
          title: '6N',
          children: [node({ kind: 'year', title: '2027', pool: { all: '1200', firm: null } })],
        }),
        node({ kind: 'grade', title: '7N' }),
      ],
    }),
    node({ title: 'gallium oxide' }),
  ],
});
const TABLE = { root: ROOT, levels: ['all'] as const, unit: 'kg', own: 'shown' as const, caption: 'Gallium' };
const texts = (selector: string) =>
  [...document.querySelectorAll(selector)].map((found) => found.textContent?.replace(/\s+/g, ' ').trim());

test('[WB11] a tile shows symbol and number, is silent beside its name, and spoken where it stands alone', async () => {
  const tile = await render(ElementTile, { symbol: 'Ga', number: 31, size: 'medium' });
  expect(tile.container.textContent?.replace(/\s+/g, '')).toBe('31Ga');
  expect(tile.container.querySelector('.tile')?.getAttribute('aria-hidden')).toBe('true');
  await tile.rerender({ size: 'small', label: 'Gallium' });
  expect(tile.container.textContent?.trim()).toBe('Ga');
  await expect.element(page.getByRole('img', { name: 'Gallium' })).toBeVisible();
});

test('[WB12] a number that is withheld and one that does not exist are drawn alike, and spoken', async () => {
  await render(ReleaseTable, TABLE);
  const rows = [...document.querySelectorAll('tbody tr')];
  const [published, oxide] = [rows[0], rows.at(-1)];
  expect(published?.textContent).toContain('3,790 kg');
  const [mark, other] = [...document.querySelectorAll('tbody .hatch')].map((found) => found.outerHTML);
  expect(mark).toBe(other);
  expect(mark).toContain('not published');
  expect(oxide?.textContent).not.toMatch(/\d/);
});

test('[WB13] lots that would only repeat dashes are folded away, never the parent of a published one', async () => {
  await render(ReleaseTable, TABLE);
  expect(texts('tbody th')).toEqual(['Gallium metal', '6N', '2027', 'Gallium oxide']);
  await page.getByRole('button', { name: 'Show all 5 lots' }).click();
  expect(texts('tbody th')).toEqual(['Gallium metal', '6N', '2027', '7N', 'Gallium oxide']);
});

test('[WB13] own numbers stand in a column of their own, empty until the own sheet is read', async () => {
  const table = await render(ReleaseTable, { ...TABLE, own: 'reading' });
  expect(texts('td.own')).toEqual(['', '', '', '']);
  await table.rerender({ own: 'shown' });
  expect(texts('td.own')).toEqual(['850 kg', 'none', 'none', 'none']);
  await table.rerender({ own: 'none' });
  expect(texts('td.own')).toEqual([]);
});

test('[WB14] the stepper says in words which phases are done, which is now and which lie ahead', async () => {
  await render(PhaseStepper, { phase: 'offers' });
  expect(texts('li')).toEqual([
    'Collecting demand, done',
    'Demand review, done',
    'Offers, now',
    'Matching, ahead',
    'Award, ahead',
    'Contract, ahead',
    'Closed, ahead',
  ]);
  expect(texts('[aria-current="step"]')).toEqual(['Offers, now']);
});

test('[WB15] leaving a phase first says what it brings about, and does it only when confirmed', async () => {
  let advanced = 0;
  const onadvance = async () => {
    advanced += 1;
    return { ok: true, value: null } as const;
  };
  await render(AdvanceButton, {
    pool: 'Gallium 2027',
    phase: 'collect',
    advance: { to: 'review', refusal: null },
    daysLeft: 24,
    onadvance,
  });
  await page.getByRole('button', { name: 'Close collection' }).click();
  const dialog = page.getByRole('dialog');
  await expect.element(dialog).toMatchTextContent(/Every demand sheet freezes/);
  await expect.element(dialog).toMatchTextContent(/announced to close in 24 days/);
  await dialog.getByRole('button', { name: 'Not now' }).click();
  expect(advanced).toBe(0);
  await page.getByRole('button', { name: 'Close collection' }).click();
  await dialog.getByRole('button', { name: 'Close collection' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(advanced).toBe(1);
});

test('[WB15] a phase that cannot be left yet says why and offers no way to do it', async () => {
  const onadvance = async () => ({ ok: true, value: null }) as const;
  const refusal = 'round: there is no solved match yet; run the match first';
  await render(AdvanceButton, {
    pool: 'Gallium 2027',
    phase: 'match',
    advance: { to: 'match', refusal },
    daysLeft: 0,
    onadvance,
  });
  await page.getByRole('button', { name: 'Propose the orders' }).click();
  await expect.element(page.getByRole('dialog')).toMatchTextContent(/run the match first/);
  expect(page.getByRole('dialog').getByRole('button', { name: 'Propose the orders' }).elements()).toEqual([]);
  await userEvent.keyboard('{Escape}');
});

test('[WB16] returning an order needs a comment; what the server refuses stands in place and keeps the words', async () => {
  const sent: string[] = [];
  const fault = { kind: 'refused', text: 'Somebody decided already', remedy: 'Look at the decision.' } as const;
  const ondecide = async (verdict: string, comment: string) => {
    sent.push(`${verdict}: ${comment}`);
    return { ok: false, fault } as const;
  };
  await render(OrderDecision, { mayApprove: false, isNew: false, ondecide });
  expect(page.getByRole('button', { name: 'Approve' }).elements()).toEqual([]);
  await page.getByRole('button', { name: 'Return with comment' }).click();
  await expect.element(page.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true');
  expect(sent).toEqual([]);
  await page.getByRole('textbox').fill('Show the feed.');
  await page.getByRole('button', { name: 'Return with comment' }).click();
  await expect.element(page.getByRole('alert')).toMatchTextContent(/Somebody decided already/);
  expect(sent).toEqual(['return: Show the feed.']);
  await expect.element(page.getByRole('textbox')).toHaveValue('Show the feed.');
});

test('[WB17] an answer that arrives after a later one is dropped, and a failure keeps the last good value', async () => {
  const waiting: ((value: string) => void)[] = [];
  const fetched = new Fetched(() => new Promise<string>((resolve) => waiting.push(resolve)));
  const [first, second] = [fetched.refresh(), fetched.refresh()];
  waiting[1]?.('new');
  await second;
  waiting[0]?.('old');
  await first;
  expect(fetched.value).toBe('new');

  let isDown = false;
  const flaky = new Fetched(async () => {
    if (isDown) throw new TypeError('fetch failed');
    return 'there';
  });
  await flaky.refresh();
  isDown = true;
  await flaky.refresh();
  expect([flaky.value, flaky.fault?.kind, flaky.isWaiting]).toEqual(['there', 'unreachable', false]);
});

test('[WB22] the heat map is a table of places and years: darker where more is published, a dash where nothing is', async () => {
  const rows = [
    { key: 'a', title: 'molybdenum', depth: 0, values: ['272', '228', null] },
    { key: 'b', title: 'molybdic oxide', depth: 1, values: ['272', '17', null] },
  ];
  await render(HorizonMap, { rows, years: [2029, 2030, 2031], unit: 't', caption: 'Molybdenum over the horizon' });
  expect(texts('thead th').slice(1)).toEqual(['2029', '2030', '2031']);
  expect(texts('tbody th')).toEqual(['Molybdenum', 'Molybdic oxide']);
  expect(texts('tbody tr:last-child td')).toEqual(['272', '17', '-not published']);
  const shades = [...document.querySelectorAll<HTMLElement>('tbody td')].map((cell) =>
    Number.parseInt(cell.style.getPropertyValue('--shade'), 10),
  );
  expect(shades.slice(0, 3)).toEqual([100, 92, Number.NaN]);
  expect(shades[4]).toBe(25);
});
