/** Documents and edits made before anything is measured: one demand sheet and people typing in it. Used by the scenarios. */
import * as Y from 'yjs';
import { insertRow, rowsOf } from '../../../protocol/sheet-doc.ts';
import { seeded } from '../../support/seeded.ts';
import { awarenessMessage, updateMessage } from './dialects.ts';

/** A demand line: twelve cells, of which the pool's ledger reads every one. Lines differ as those of one company do: a dozen plants, round figures. */
function lineOf(random: () => number) {
  const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const [form, grade] = oneOf(PRODUCTS);
  return {
    mineral: 'gallium',
    form,
    grade,
    quantity: String(10 * Math.ceil(random() * 200)),
    unit: 'kg',
    period: `${oneOf(['2027', '2028', '2029'])}-Q${oneOf(['1', '2', '3', '4'])}`,
    destination: oneOf(PLANTS),
    commitment: oneOf(['indicative', 'firm']),
    qualification: oneOf(['open', 'producing', 'qualified']),
    ceiling: String(600 + 10 * Math.ceil(random() * 60)),
    priceUnit: 'USD/kg',
    note: `${oneOf(USES)}, ${oneOf(USES)}`,
  };
}

const PRODUCTS = [
  ['ga-metal-4n', '99.99'],
  ['ga-metal-6n', '99.9999'],
  ['ga-metal-7n', '99.99999'],
] as const;
const PLANTS =
  'Elms Fab, AZ;Cove Works, NY;Fork Mill, TX;Hill Laboratory, MA;Gap Works, PA;Final Assembly, WA;Elms Annex, AZ;Cove Fab, NY;Fork Fab, TX;Hill Works, MA;Gap Fab, PA;Harbor Store, WA'.split(
    ';',
  );
const USES = 'detectors;epitaxy;magnet additive;radar modules;imaging;spare wafers;lasers;power electronics'.split(';');
const SEED = 7;

/** Marks the last thing that was written before measuring. */
export const BASE_MARK = '~BASE~';
/** Marks the last edit of a writer. */
export const endMark = (writer: number): string => `~F${String(writer).padStart(4, '0')}~`;
export const END_MARK = /~F\d{4}~/g;
export const END_MARK_BYTES = 7;
/** Marks the number of an edit where progress has to be followed. */
const STEP_DIGITS = 7;
const stepMark = (n: number): string => `#${String(n).padStart(STEP_DIGITS, '0')};`;

const FILLER = 'delivered to the west gate before noon, call first ';

export interface Base {
  /** The sheet for an owner, as one update. The edits below fit whoever the owner is. */
  update(owner: string): Uint8Array;
  rows: string[];
}

export const BASE_CLIENT = 77;

export function makeBase(rows: number): Base {
  const ids = Array.from({ length: rows }, (_, index) => `r${index}`);
  return {
    rows: ids,
    update(owner) {
      const doc = new Y.Doc();
      doc.clientID = BASE_CLIENT;
      const random = seeded(SEED);
      doc.transact(() => {
        for (const [index, id] of ids.entries())
          insertRow(doc, id, owner, `a${String(index).padStart(5, '0')}`, {
            ...lineOf(random),
            ...(index === rows - 1 && { note: BASE_MARK }),
          });
      });
      return Y.encodeStateAsUpdate(doc);
    },
  };
}

export interface Script {
  /** Yjs client id. */
  client: number;
  updates: Uint8Array[];
}

export interface ScriptOptions {
  writer: number;
  edits: number;
  /** Rows that nobody else writes to. */
  rows: readonly string[];
  /** Cells that one edit writes, and bytes of text in each. */
  cells?: number;
  textBytes?: number;
}

/** Ids as browsers draw them: most take five bytes. */
const clientOf = (writer: number): number => 2_000_000_000 + writer * 7_919;

/** Edits of one person, each an update of about 100 bytes unless more is asked for. The last one carries the end mark. */
export function makeScript(base: Base, { writer, edits, rows, cells = 1, textBytes = 68 }: ScriptOptions): Script {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, base.update('-'.repeat(36)));
  doc.clientID = clientOf(writer);
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const text = FILLER.repeat(Math.ceil(textBytes / FILLER.length)).slice(0, textBytes);
  let at = 0;
  for (let n = 0; n < edits; n++)
    doc.transact(() => {
      const mark = n === edits - 1 ? endMark(writer) : stepMark(n);
      for (let cell = 0; cell < cells; cell++)
        rowsOf(doc)
          .get(rows[at++ % rows.length] ?? '')
          ?.set('note', mark + text);
    });
  return { client: doc.clientID, updates };
}

/** Messages in which a person's cursor follows the edits. */
export const makeCursors = ({ client, updates }: Script, rows: readonly string[]): Uint8Array[] =>
  updates.map((_, n) =>
    awarenessMessage(client, n + 2, {
      user: { id: `person-${client}`, name: 'Imani Okafor' },
      cell: { row: rows[n % rows.length], column: 'note' },
      typing: true,
    }),
  );

export const makeMessages = ({ updates }: Script): Uint8Array[] => updates.map(updateMessage);

/** The number of the last edit in these bytes; -1 where none is whole. */
export function lastStep(bytes: Buffer): number {
  for (let at = bytes.lastIndexOf('#'); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf('#', at - 1)) {
    const found = /^#(\d{7});/.exec(bytes.toString('latin1', at, at + STEP_DIGITS + 2))?.[1];
    if (found !== undefined) return Number(found);
  }
  return -1;
}
