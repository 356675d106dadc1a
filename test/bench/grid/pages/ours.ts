/** Our grid on a sheet of a room inside the page. What the room would do on a server is done before anything is measured, or not at all. */

import { generateNKeysBetween } from 'fractional-indexing';
import { mount, tick } from 'svelte';
import { DEMAND_SHEET } from '#domain/demand-sheet.ts';
import { insertRow, rowsOf } from '#protocol/sheet-doc.ts';
import Grid from '#web/grid/Grid.svelte';
import { SheetState } from '#web/state/sheet.svelte.ts';
import { SheetRoom } from '../../../web/support/sheet-room.ts';
import { smallCatalogue } from '../../../web/support/small-catalogue.ts';
import '#web/app.css';
import { idAt, LINES, lineAt } from './data.ts';
import { Bench, type Stage, until } from './stage.ts';

const POOL = { minerals: ['gallium'], deliveryFrom: 2027, deliveryTo: 2028 };
const COLUMNS = ['note', 'destination'];

/** Keeps frames back instead of sending them, and can stop listening. */
class QuietRoom extends SheetRoom {
  held: Uint8Array[] | null = null;
  isDeaf = false;

  override send(frame: Uint8Array, ...rest: []): void {
    if (this.held) this.held.push(frame);
    else super.send(frame, ...rest);
  }

  override get WebSocket(): typeof globalThis.WebSocket {
    const room = this;
    const Base = super.WebSocket;
    return class extends Base {
      override send(frame: Uint8Array<ArrayBuffer>): void {
        if (!room.isDeaf) super.send(frame);
      }
    };
  }
}

// A copy in the browser is the sheet's, not the grid's; what it costs is measured with ?kept.
if (!location.search.includes('kept')) Object.defineProperty(window, 'indexedDB', { value: undefined });

const room = new QuietRoom();
const keys = generateNKeysBetween(null, null, LINES);
room.doc.transact(() => {
  for (let index = 0; index < LINES; index += 1)
    insertRow(room.doc, idAt(index), 'org-1', keys[index] ?? '', lineAt(index));
});
const sheet = new SheetState({
  sheetId: crypto.randomUUID(),
  spec: DEMAND_SHEET,
  me: { userId: 'dana', name: 'Dana Kim', organizationId: 'org-1', kind: 'manufacturer', role: 'editor' },
  access: 'edit',
  origin: 'ws://room',
  WebSocket: room.WebSocket,
});
const host = document.querySelector<HTMLElement>('#host');
if (!host) throw new Error('the page has no host');
const one = (selector: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`nothing is ${selector}`);
  return found;
};

/** Frames of the room, made now and sent later. */
function prepared(make: (step: number) => void, steps: number): (step: number) => void {
  const batches = Array.from({ length: steps }, (_, step) => {
    room.held = [];
    make(step);
    return room.held;
  });
  room.held = null;
  return (step) => {
    for (const frame of batches[step] ?? []) room.send(frame);
  };
}

const FIRST = '[data-row="row-0"][data-column="form"]';

const stage: Stage = {
  async load() {
    mount(Grid, { target: host, props: { sheet, catalogue: smallCatalogue(), pool: POOL } });
    await tick();
    await until(() => document.querySelector('[data-row="row-0"][data-column="note"]') !== null);
  },
  firstCell: () => one(FIRST),
  remote: (batches) =>
    // What came within a tick leaves the server as one frame.
    prepared((step) => {
      room.batch(() => {
        for (const [n, { index, text }] of (batches[step] ?? []).entries())
          rowsOf(room.doc)
            .get(idAt(index))
            ?.set(COLUMNS[n % COLUMNS.length] ?? 'note', text);
      });
    }, batches.length),
  peers: (count, steps, moves) =>
    prepared((step) => {
      for (let move = 0; move < moves; move += 1) {
        const at = step * moves + move;
        const peer = at % count;
        room.awareness(1000 + peer, at + 1, {
          user: { id: `peer-${peer}`, name: `Peer ${peer}` },
          cell: { row: idAt((at * 7) % 15), column: DEMAND_SHEET.columns[(at * 5) % 9]?.id ?? 'note' },
          typing: at % 2 === 0,
        });
      }
    }, steps),
  async paste(text, height) {
    room.isDeaf = true;
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
    const last = String(text.split('\n')[height - 1]?.split('\t')[2]);
    await until(() => String(sheet.rows.get(idAt(height - 1))?.quantity) === last);
  },
};

window.bench = new Bench(stage);
/** Reading the document is the sheet's, not the grid's: reported on its own. */
Object.assign(window, { documentReady: () => until(() => sheet.isLoaded) });
