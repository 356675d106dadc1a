/** Which key does what in the grid, as a spreadsheet has taught people. Pure, so that the help sheet and the tests read the same table. */

export type Direction = 'up' | 'down' | 'left' | 'right';

export type Command =
  | { do: 'step'; to: Direction; extend: boolean }
  | { do: 'edge'; to: Direction; extend: boolean }
  | { do: 'page'; to: 'up' | 'down'; extend: boolean }
  | { do: 'rowStart' | 'rowEnd' | 'sheetStart' | 'sheetEnd'; extend: boolean }
  | { do: 'selectAll' | 'selectRow' | 'selectColumn' }
  /** Starts an edit: with the cell's text, or with the letter that was typed. */
  | { do: 'edit'; typed: string | null; open: boolean }
  | {
      do:
        | 'clear'
        | 'fillDown'
        | 'fillRight'
        | 'fillSeries'
        | 'insertAbove'
        | 'insertBelow'
        | 'duplicate'
        | 'fillRange'
        | 'undo'
        | 'redo'
        | 'menu'
        | 'deleteRows'
        | 'leave'
        | 'help'
        | 'comment'
        | 'find'
        | 'palette'
        | 'hideColumn'
        | 'copyLink';
    }
  /** Makes the active column wider or narrower, in CSS pixels. */
  | { do: 'widen'; by: number }
  | { do: 'findNext'; back: boolean }
  /** Tab while in entry: the caller lets the browser leave the grid where the entry ends. */
  | { do: 'nextInEntry'; back: boolean };

export type EditCommand =
  | { do: 'keep'; go: Direction | 'stay' }
  | { do: 'keepInRange' }
  | { do: 'drop' }
  | { do: 'openPicker' }
  | { do: 'option'; by: number };

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing'> & {
  code?: string;
};

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** While a cell is selected and none is edited. Null: the key is the browser's. */
export function commandOf(event: Key, isInEntry: boolean): Command | null {
  const { key, shiftKey: extend } = event;
  const ctrl = event.ctrlKey || event.metaKey;
  const arrow = ARROWS[key];
  if (arrow && event.altKey && extend && !ctrl)
    return arrow === 'left' || arrow === 'right' ? { do: 'widen', by: arrow === 'left' ? -16 : 16 } : null;
  if (arrow && event.altKey) return key === 'ArrowDown' && !ctrl ? { do: 'edit', typed: null, open: true } : null;
  if (event.altKey) return ctrl ? withCtrlAlt(event) : null;
  if (arrow) return { do: ctrl ? 'edge' : 'step', to: arrow, extend };
  if (ctrl) return withCtrl(key, extend);
  switch (key) {
    case 'PageUp':
      return { do: 'page', to: 'up', extend };
    case 'PageDown':
      return { do: 'page', to: 'down', extend };
    case 'Home':
      return { do: 'rowStart', extend };
    case 'End':
      return { do: 'rowEnd', extend };
    case 'Enter':
      return extend ? { do: 'step', to: 'up', extend: false } : { do: 'edit', typed: null, open: false };
    case 'F2':
      return extend ? null : { do: 'edit', typed: null, open: false };
    case 'F3':
      return { do: 'findNext', back: extend };
    case 'F10':
      return extend ? { do: 'menu' } : null;
    case 'ContextMenu':
      return { do: 'menu' };
    case 'Delete':
    case 'Backspace':
      return { do: 'clear' };
    case 'Escape':
      return { do: 'leave' };
    case 'Tab':
      return isInEntry ? { do: 'nextInEntry', back: extend } : null;
    case ' ':
      return extend ? { do: 'selectRow' } : { do: 'edit', typed: null, open: true };
    case '?':
      return { do: 'help' };
    default:
      return [...key].length === 1 ? { do: 'edit', typed: key, open: true } : null;
  }
}

/** By the key's place as well: with Alt, many keyboards write another letter. */
function withCtrlAlt({ key, code, shiftKey }: Key): Command | null {
  if (key === '-') return { do: 'deleteRows' };
  if (key === '=' || key === '+' || code === 'Equal') return { do: shiftKey ? 'insertAbove' : 'insertBelow' };
  const is = (letter: string) => key.toLowerCase() === letter || code === `Key${letter.toUpperCase()}`;
  if (is('m')) return { do: 'comment' };
  if (is('d')) return { do: 'duplicate' };
  if (is('h')) return { do: 'hideColumn' };
  return is('l') ? { do: 'copyLink' } : null;
}

function withCtrl(key: string, shift: boolean): Command | null {
  switch (key.toLowerCase()) {
    case 'home':
      return { do: 'sheetStart', extend: shift };
    case 'end':
      return { do: 'sheetEnd', extend: shift };
    case 'enter':
      return { do: 'fillRange' };
    case 'f':
      return shift ? null : { do: 'find' };
    case 'k':
      return shift ? null : { do: 'palette' };
    case 'a':
      return { do: 'selectAll' };
    case ' ':
      return { do: 'selectColumn' };
    case 'd':
      return { do: shift ? 'fillSeries' : 'fillDown' };
    case 'r':
      return shift ? null : { do: 'fillRight' };
    case 'z':
      return { do: shift ? 'redo' : 'undo' };
    case 'y':
      return { do: 'redo' };
    default:
      return null;
  }
}

/** While a cell is edited. Null: the key belongs to the text field. */
export function editCommandOf(event: Key, isPickerOpen: boolean): EditCommand | null {
  if (event.isComposing) return null;
  const ctrl = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'Enter':
      if (event.altKey) return null;
      return ctrl ? { do: 'keepInRange' } : { do: 'keep', go: event.shiftKey ? 'up' : 'down' };
    case 'Tab':
      return { do: 'keep', go: event.shiftKey ? 'left' : 'right' };
    case 'Escape':
      return { do: 'drop' };
    case 'ArrowDown':
      if (event.altKey) return { do: 'openPicker' };
      return isPickerOpen ? { do: 'option', by: 1 } : null;
    case 'ArrowUp':
      return isPickerOpen && !event.altKey ? { do: 'option', by: -1 } : null;
    case 'PageDown':
      return isPickerOpen ? { do: 'option', by: 8 } : null;
    case 'PageUp':
      return isPickerOpen ? { do: 'option', by: -8 } : null;
    default:
      return null;
  }
}

/** What the help sheet shows. */
export const KEYS: readonly { keys: string; does: string }[] = [
  { keys: 'Arrows', does: 'Move; with Shift, select; with Ctrl, to the edge of the data' },
  { keys: 'Home, End', does: 'First and last column; with Ctrl, first and last line' },
  { keys: 'Page up, Page down', does: 'A screen up or down' },
  { keys: 'Enter, F2, or type', does: 'Edit the cell' },
  { keys: 'Alt+Down, Space', does: 'Edit with the list open' },
  { keys: 'Enter', does: 'Keep the edit and go down; with Shift, up' },
  { keys: 'Tab', does: 'While editing: keep the edit and go right. Otherwise: leave the grid' },
  { keys: 'Esc', does: 'Drop the edit' },
  { keys: 'Ctrl+Enter', does: 'Put the edit, or the active cell, into every selected cell' },
  { keys: 'Delete', does: 'Clear the selected cells' },
  { keys: 'Ctrl+C, Ctrl+X, Ctrl+V', does: 'Copy, cut, paste, also to and from Excel' },
  { keys: 'Ctrl+D, Ctrl+R', does: 'Fill down, fill right' },
  {
    keys: 'Ctrl+Shift+D',
    does: 'Continue 1, 2, 3 or Q1, Q2 down the selection; so does the handle at its corner, which copies with Ctrl held',
  },
  { keys: 'Ctrl+Z, Ctrl+Y', does: 'Undo and redo what you did; never what others did' },
  { keys: 'Ctrl+A, Shift+Space, Ctrl+Space', does: 'Select everything, the line, the column' },
  { keys: 'Ctrl+Alt+=', does: 'Insert a line below; with Shift, above' },
  { keys: 'Ctrl+Alt+D', does: 'Duplicate the selected lines' },
  { keys: 'Ctrl+Alt+minus', does: 'Delete the selected lines' },
  { keys: 'Ctrl+Alt+M', does: 'Comments of the cell' },
  { keys: 'F6', does: 'From the sheet to the open panel beside it, and back' },
  { keys: 'Shift+F10', does: 'Menu of the line' },
  { keys: 'Ctrl+F, F3', does: 'Find in the sheet; next, with Shift the one before' },
  { keys: 'Ctrl+K', does: 'Everything that can be done here, by name' },
  { keys: 'Alt+Shift+Left, Right', does: 'Make the column narrower, wider' },
  { keys: 'Ctrl+Alt+H', does: 'Hide the column' },
  { keys: 'Ctrl+Alt+L', does: 'Copy a link to the cell' },
  { keys: '?', does: 'This list' },
];
