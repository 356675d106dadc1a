/** A page without a mouse, as a person who cannot point uses it, and what a screen reader says of the thing that has the focus. */
import type { Locator, Page } from 'playwright-core';

/** More than any page has to offer before the thing that is looked for. */
const STOPS_MAX = 150;

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === element.ownerDocument.activeElement);

/** Presses Tab until the target has the focus. Throws where it is never reached. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} is not reached with Tab`);
}

export async function use(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Presses keys one after the other: 'Control+End ArrowDown'. */
export async function press(page: Page, keys: string): Promise<void> {
  for (const key of keys.split(' ')) await page.keyboard.press(key);
}

export interface Heard {
  role: string;
  name: string;
  description: string;
  /** 'readonly', 'invalid', 'expanded', …, with the values that the browser gives to assistive technology. */
  states: Record<string, unknown>;
}

/** The focused thing as the browser's tree of accessibility tells it. */
export async function heard(page: Page): Promise<Heard> {
  const session = await page.context().newCDPSession(page);
  try {
    const { result } = await session.send('Runtime.evaluate', { expression: 'document.activeElement' });
    const { nodes } = await session.send('Accessibility.getPartialAXTree', {
      objectId: result.objectId ?? '',
      fetchRelatives: false,
    });
    const [node] = nodes;
    return {
      role: String(node?.role?.value ?? ''),
      name: String(node?.name?.value ?? '').trim(),
      description: String(node?.description?.value ?? '').trim(),
      states: Object.fromEntries((node?.properties ?? []).map(({ name, value }) => [name, value.value])),
    };
  } finally {
    await session.detach();
  }
}

/** Id of the line and of the column of the cell that has the focus; '' outside of a grid. */
export const standsOn = (page: Page): Promise<{ row: string; column: string }> =>
  page.evaluate(`(() => {
    const { row = '', column = '' } = document.activeElement?.closest('[data-column]')?.dataset ?? {};
    return { row, column };
  })()`);

/** Notes what only a pointer does; call before the page opens, read with `pointed`. */
export async function watchPointer(page: Page): Promise<void> {
  await page.addInitScript("addEventListener('pointerdown', () => sessionStorage.setItem('pointed', 'yes'), true)");
}
export const pointed = (page: Page): Promise<boolean> => page.evaluate("sessionStorage.getItem('pointed') !== null");
