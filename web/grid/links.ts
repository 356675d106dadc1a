/** Links into a sheet: '#line=ID&column=ID&view=ID&comment=ID'. Ids only: an address is copied, logged and seen over a shoulder. */
import type { GridState } from './grid-state.svelte.ts';

export interface SheetLink {
  line?: string;
  column?: string;
  view?: string;
  comment?: string;
}

const PARTS = ['line', 'column', 'view', 'comment'] as const;
const PART_MAX = 64;

/** Anything else in the hash is somebody else's. */
export function readLink(hash: string): SheetLink {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  return Object.fromEntries(
    PARTS.flatMap((part) => {
      const value = parts.get(part);
      return value && value.length <= PART_MAX ? [[part, value]] : [];
    }),
  );
}

export const linkText = (link: SheetLink): string =>
  `#${new URLSearchParams(PARTS.flatMap((part) => (link[part] ? [[part, link[part]]] : [])))}`;

/** Link to where the person is, in the shared view that is looked at. */
export function linkHere(grid: GridState): string {
  const { asked, view } = grid;
  const link: SheetLink = {
    ...(asked && { line: asked.row }),
    ...(asked && asked.column !== '' && { column: asked.column }),
    ...(view.shared && { view: view.shared.id }),
  };
  return location.href.split('#')[0] + linkText(link);
}

export async function copyLink(grid: GridState): Promise<void> {
  try {
    await navigator.clipboard.writeText(linkHere(grid));
    grid.say(
      grid.asked ? 'Copied a link to this cell; who may open the sheet can use it' : 'Copied a link to this sheet',
    );
  } catch {
    grid.say('Not copied: this browser does not let the page write to the clipboard');
  }
}

/** Goes to what a link names. A line that a filter leaves out is shown without the view; one that is gone is said to be. False: the link names no place. */
export function followLink(grid: GridState, { line, column, comment }: SheetLink): boolean {
  if (line === undefined) return false;
  if (!grid.sheet.rows.has(line)) {
    grid.say('The line of this link is not in the sheet any more');
    return false;
  }
  if (!grid.rowIndex.has(line)) grid.view.open(null);
  if (column !== undefined && !grid.columnIndex.has(column)) grid.view.show(column);
  grid.go({ row: grid.rowIndex.get(line) ?? 0, column: grid.columnIndex.get(column ?? '') ?? 0 });
  if (comment !== undefined) grid.around.onConversation?.(line, column ?? '');
  return true;
}
