/** A sheet on a page with the other end of its socket in the same page: for tests of the sheet state and of the grid. */
import { DEMAND_SHEET } from '#domain/demand-sheet.ts';
import type { Row } from '#domain/sheets.ts';
import { type SheetOptions, SheetState } from '#web/state/sheet.svelte.ts';
import { SheetRoom } from './sheet-room.ts';

export const DANA: SheetOptions['me'] = {
  userId: 'dana',
  name: 'Dana Kim',
  organizationId: 'org-1',
  kind: 'manufacturer',
  role: 'editor',
};

export const LINE: Row = {
  mineral: 'gallium',
  form: 'ga-metal-6n',
  grade: 99.9999,
  quantity: 420,
  unit: 'kg',
  period: '2027-Q1',
};

export interface Opened {
  room: SheetRoom;
  sheet: SheetState;
  [Symbol.dispose](): void;
}

/** Opens a sheet and waits until it has been read. */
export async function openSheet(rows: Record<string, Row> = {}, options: Partial<SheetOptions> = {}): Promise<Opened> {
  const room = new SheetRoom().seed(rows);
  const sheet = openIn(room, options);
  await settled(() => sheet.isLoaded);
  return { room, sheet, [Symbol.dispose]: () => sheet.destroy() };
}

/** Each sheet has an id of its own unless told: the browser, which all test files share, keeps copies and drafts by it. */
export const openIn = (room: SheetRoom, options: Partial<SheetOptions> = {}): SheetState =>
  new SheetState({
    sheetId: crypto.randomUUID(),
    spec: DEMAND_SHEET,
    me: DANA,
    access: 'edit',
    origin: 'ws://room',
    WebSocket: room.WebSocket,
    ...options,
  });

/** Turns of the event loop until a claim holds; a test that waits in vain fails with the claim's text. */
export async function settled(claim: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!claim()) {
    if (performance.now() > end) throw new Error(`never came true: ${claim}`);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}
