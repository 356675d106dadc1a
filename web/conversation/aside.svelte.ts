/** The panel at the side of a sheet: which part is open, and at which line or cell. Made once for each sheet that is shown. */
import type { Around } from '#web/grid/grid-state.svelte.ts';
import { ConversationState, placeKey } from '#web/state/conversation.svelte.ts';
import { HistoryState } from '#web/state/history.svelte.ts';
import type { SheetState } from '#web/state/sheet.svelte.ts';

export type AsidePart = 'comments' | 'history' | 'versions';

/** A column '' is the line itself. */
export interface CellPlace {
  row: string;
  column: string;
}

export class AsideState {
  readonly sheet: SheetState;
  readonly conversation: ConversationState;
  readonly history: HistoryState;
  part = $state<AsidePart | null>(null);
  /** Null: the whole sheet. */
  place = $state.raw<CellPlace | null>(null);
  /** The history goes with the cell that one stands on in the sheet. Never in the clean room: each reading there is on the record. */
  isFollowing = $state(false);
  /** The cell that one stands on. */
  stoodAt = $state.raw<CellPlace | null>(null);
  /** Bumped when the panel is asked for, so that it takes the keyboard. */
  asked = $state(0);
  readonly around: Around;

  constructor(sheet: SheetState) {
    this.sheet = sheet;
    this.conversation = new ConversationState(sheet.id);
    this.history = new HistoryState(sheet.id, () => sheet.conflicts.settle());
    this.around = {
      marks: (row, column) => this.conversation.open.get(placeKey(row, column)) ?? 0,
      onConversation: (row, column) => this.show('comments', { row, column }),
      onHistory: (row, column) => this.show('history', { row, column }),
      onStand: (row, column) => this.#stand({ row, column }),
    };
  }

  show(part: AsidePart, place: CellPlace | null = null): void {
    this.part = part;
    this.place = place;
    this.isFollowing = place !== null && this.sheet.access !== 'cleanRoom';
    this.asked++;
  }

  #stand(place: CellPlace): void {
    this.stoodAt = place;
    if (this.part === 'history' && this.isFollowing) this.place = place;
  }

  close(): void {
    this.part = null;
  }

  /** As people name it: 'Line 3, Quantity'. */
  nameOf({ row, column }: CellPlace): string {
    const at = this.sheet.order.indexOf(row);
    const line = at < 0 ? 'A line that is gone' : `Line ${at + 1}`;
    const title = this.sheet.spec.columns.find(({ id }) => id === column)?.title;
    return title === undefined ? line : `${line}, ${title}`;
  }
}
