/**
 * Random updates struct by struct, as no Yjs client would write them, against a small document: whatever the reader lets pass must do what it said
 * and no more. And random people with stock documents, of whom nothing may be refused. FORGED_SEED and FORGED_CASES choose the run.
 */
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Touch } from '../../domain/admission.ts';
import { insertRow, readRows, rowsOf } from '../../protocol/sheet-doc.ts';
import { readUpdate } from '../../server/sync/touched.ts';
import { type Block, type Forged, forgedUpdate, type Id, lengthOf } from '../support/forged-update.ts';
import { seeded } from '../support/seeded.ts';

const SEED = Number(process.env.FORGED_SEED ?? Date.now() % 1_000_000);
const CASES = Number(process.env.FORGED_CASES ?? 6_000);
/** What the promise is about: thousands. Less is for looking at one seed, and no proof. */
const CASES_MIN = 5_000;
if (!(CASES >= CASES_MIN) && process.env.CI)
  throw new Error(`FORGED_CASES is ${process.env.FORGED_CASES}: in CI give ${CASES_MIN} or more, or leave it out`);
if (!(CASES >= 1)) throw new Error(`FORGED_CASES is ${process.env.FORGED_CASES}: give a number of updates`);
if (CASES < CASES_MIN) console.warn(`forged structs: only ${CASES} updates, less than the ${CASES_MIN} of the promise`);

type Random = ReturnType<typeof seeded>;
const upTo = (random: Random, count: number) => Math.floor(random() * count);
const pick = <T>(random: Random, from: readonly T[]): T => from[upTo(random, from.length)] as T;
const KEYS = ['a', 'b', 'c', 'd', 'note', 'grade', 'org', 'pos'];
const VALUES = ['v', 'o1', 'o2', 5, null, true];

/** Rows that were edited by two clients, replaced, removed; cells that were erased. */
const BASE = (() => {
  const one = new Y.Doc();
  one.clientID = 1;
  one.transact(() => {
    insertRow(one, 'a', 'o1', 'a0', { note: 'x', grade: '4N' });
    insertRow(one, 'b', 'o2', 'a1', { note: 'y' });
  });
  rowsOf(one).get('a')?.set('note', 'z');
  rowsOf(one).get('b')?.delete('note');
  insertRow(one, 'c', 'o1', 'a2', { note: 'q' });
  rowsOf(one).delete('c');
  const two = new Y.Doc();
  two.clientID = 2;
  Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
  rowsOf(two).get('a')?.set('grade', '5N');
  rowsOf(two).get('b')?.set('note', 'w');
  insertRow(two, 'c', 'o1', 'a5', { note: 'n' });
  return Y.encodeStateAsUpdate(two);
})();

function base(): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, BASE);
  rowsOf(doc);
  return doc;
}

function forged(random: Random, doc: Y.Doc): Uint8Array {
  const stored: Id[] = [...doc.store.clients].flatMap(([client, list]) => list.map(({ id }): Id => [client, id.clock]));
  const made: Id[] = [];
  const someId = (): Id => {
    if (random() < 0.5 && made.length > 0) return pick(random, made);
    return random() < 0.97 ? pick(random, stored) : [pick(random, [1, 2, 3, 9]), upTo(random, 30)];
  };
  const blocks = pick(random, [[3], [3, 4], [2, 3], [1], [5, 3, 1], [2]]).map((client): Block => {
    const state = Y.getState(doc.store, client);
    const begin = random() < 0.3 ? Math.max(0, state - upTo(random, 9)) : state;
    const structs: Forged[] = [];
    let clock = begin;
    for (let left = 1 + upTo(random, 5); left > 0; left--) {
      // A cover over what is known and a little more hides it from whoever looks only at the update.
      const cover = clock < state && random() < 0.5 ? state - clock + upTo(random, 2) : 0;
      const struct = cover > 0 ? { gc: cover } : someStruct(random, someId);
      structs.push(struct);
      made.push([client, clock]);
      clock += lengthOf(struct);
    }
    return { client, clock: begin, structs };
  });
  return forgedUpdate(blocks, someDeletions(random));
}

function someStruct(random: Random, someId: () => Id): Forged {
  const kind = random();
  if (kind < 0.06) return { gc: 1 + upTo(random, 2) };
  if (kind < 0.07) return { skip: 1 };
  const origin = random() < 0.45 ? someId() : undefined;
  const right = random() < 0.05 ? someId() : undefined;
  const isNamed = random() < 0.4;
  const parent = isNamed ? pick(random, ['rows', 'rows', 'rows', 'rows', 'rows', 'x']) : someId();
  const key = random() < 0.97 ? pick(random, KEYS) : undefined;
  const place = { origin, right, parent, key };
  const held = random();
  if (held < 0.12) return { ...place, deleted: 1 + upTo(random, 2) };
  if (held < 0.3) return { ...place, map: true };
  if (held < 0.33) return { ...place, list: true };
  if (held < 0.36) return { ...place, text: pick(random, ['t', 'tt']) };
  if (held < 0.38) return { ...place, bytes: Uint8Array.of(1) };
  return { ...place, values: Array.from({ length: pick(random, [1, 1, 1, 2]) }, () => pick(random, VALUES)) };
}

function someDeletions(random: Random): number[][] {
  if (random() < 0.5) return [];
  const clients = new Set(Array.from({ length: 1 + upTo(random, 2) }, () => pick(random, [1, 2, 3, 4])));
  return [...clients].map((client) => {
    const from = upTo(random, 12);
    const length = 1 + upTo(random, 3);
    const range = [client, from, length];
    return random() < 0.3 ? [...range, from + length + upTo(random, 3), 1 + upTo(random, 2)] : range;
  });
}

const isScalar = (value: unknown) => value === null || typeof value !== 'object';

/** Admission refuses these whoever sends them. */
const isOutlaw = (touch: Touch): boolean =>
  touch.act === 'stray' ||
  (touch.act === 'write' && !isScalar(touch.value)) ||
  (touch.act === 'create' && !touch.cells.every(({ value }) => isScalar(value)));

/** Cells that differ and that no touch names. */
function unseen(before: Map<string, object>, after: Map<string, object>, touches: readonly Touch[]): string[] {
  const was = before as Map<string, Record<string, unknown>>;
  const is = after as Map<string, Record<string, unknown>>;
  const isNamed = (row: string, column: string) =>
    touches.some(
      (touch) =>
        touch.row === row && ('column' in touch ? touch.column === column : ['create', 'remove'].includes(touch.act)),
    );
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((row) => {
    const [old, now] = [was.get(row) ?? {}, is.get(row) ?? {}];
    return [...new Set([...Object.keys(old), ...Object.keys(now)])]
      .filter((column) => old[column] !== now[column] && !isNamed(row, column))
      .map((column) => `${row}.${column}: ${old[column]} -> ${now[column]}`);
  });
}

test('[SY70] whatever forged structs the reader lets pass do what it says and no more; Yjs neither throws nor keeps any aside', () => {
  console.info(`forged structs: FORGED_SEED=${SEED} FORGED_CASES=${CASES}`);
  const met: Record<string, number> = {};
  for (let index = 0; index < CASES; index++) {
    const random = seeded(SEED + index);
    const doc = base();
    const said: unknown[] = [];
    const wrong: string[] = [];
    try {
      // One to three come in a tick, which is one transaction.
      doc.transact(() => {
        for (let left = 1 + upTo(random, 3); left > 0; left--) {
          const bytes = forged(random, doc);
          const reading = readUpdate(doc, bytes);
          const isLawful = reading.is === 'change' && !reading.touches.some(isOutlaw) && reading.weight.is === 'ok';
          const kind = reading.is === 'change' && !isLawful ? 'outlaw' : reading.is;
          met[kind] = (met[kind] ?? 0) + 1;
          if (reading.is !== 'change' || !isLawful) continue;
          if (reading.bytes !== bytes) met.partlyKnown = (met.partlyKnown ?? 0) + 1;
          if (reading.hasVoid) met.void = (met.void ?? 0) + 1;
          said.push(reading.touches);
          const before = readRows(doc);
          Y.applyUpdate(doc, reading.bytes);
          wrong.push(...unseen(before, readRows(doc), reading.touches));
        }
      });
    } catch (error) {
      wrong.push(String(error));
    }
    const { pendingStructs, pendingDs } = doc.store;
    if (pendingStructs || pendingDs) wrong.push('something is kept aside');
    if ([...doc.share.keys()].join() !== 'rows') wrong.push('another root is open');
    const copy = new Y.Doc();
    if (wrong.length === 0) Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
    if (wrong.length === 0) expect(readRows(copy)).toEqual(readRows(doc));
    expect({ seed: SEED + index, wrong, said: wrong.length > 0 ? said : [] }).toEqual({
      seed: SEED + index,
      wrong: [],
      said: [],
    });
  }
  // Each kind is met often enough to mean something.
  for (const kind of ['change', 'known', 'gap', 'malformed', 'outlaw', 'partlyKnown', 'void'])
    expect({ kind, often: (met[kind] ?? 0) > CASES / 200 }).toEqual({ kind, often: true });
});

interface Stock {
  doc: Y.Doc;
  undo: Y.UndoManager;
  waiting: Uint8Array[];
}

const HONEST: ((random: Random, stock: Stock, row: string) => void)[] = [
  (random, { doc }, row) =>
    rowsOf(doc)
      .get(row)
      ?.set(pick(random, ['note', 'grade']), pick(random, VALUES) as string),
  (random, { doc }, row) => rowsOf(doc).get(row)?.set('note', `${random()}`),
  // A macro that writes one cell again and again.
  (_, { doc }, row) =>
    doc.transact(() => {
      for (let times = 0; times < 20; times++) rowsOf(doc).get(row)?.set('note', `${times}`);
    }),
  (random, { doc }, row) =>
    rowsOf(doc)
      .get(row)
      ?.delete(pick(random, ['note', 'grade'])),
  (random, { doc }) => doc.transact(() => insertRow(doc, pick(random, KEYS), 'o1', 'a9', { note: 'new' })),
  (_, { doc }, row) => rowsOf(doc).delete(row),
  (_, { undo }) => void undo.undo(),
  (_, { undo }) => void undo.undo(),
  (_, { undo }) => void undo.redo(),
];

test('[AD43] nothing that stock documents write is taken for forged: many values in one go, undo, stretches without a line', () => {
  console.info(`stock documents: FORGED_SEED=${SEED}`);
  let begunAnew = 0;
  for (let round = 0; round < 60; round++) {
    const random = seeded(SEED + round);
    const server = base();
    const sit = (): Stock => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(server));
      doc.clientID = 10 + upTo(random, 1_000_000);
      const undo = new Y.UndoManager(rowsOf(doc), { captureTimeout: random() < 0.5 ? 0 : 1_000 });
      const waiting: Uint8Array[] = [];
      doc.on('update', (bytes: Uint8Array, origin: unknown) => origin !== server && waiting.push(bytes));
      return { doc, undo, waiting };
    };
    const people = Array.from({ length: 4 }, sit);
    const arrives = (bytes: Uint8Array) => {
      const reading = readUpdate(server, bytes);
      const isTaken =
        reading.is === 'known' ||
        (reading.is === 'change' && reading.weight.is === 'ok' && !reading.touches.some(({ act }) => act === 'stray'));
      expect({ seed: SEED + round, is: reading.is, isTaken }).toEqual({
        seed: SEED + round,
        is: reading.is,
        isTaken: true,
      });
      if (reading.is === 'change') Y.applyUpdate(server, reading.bytes);
    };
    const meet = ({ doc, waiting }: Stock) => {
      // On the line each update by itself; after a stretch without it, the difference.
      if (random() < 0.5) for (const bytes of waiting) arrives(bytes);
      else arrives(Y.encodeStateAsUpdate(doc, random() < 0.7 ? Y.encodeStateVector(server) : undefined));
      waiting.length = 0;
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(server, Y.encodeStateVector(doc)), server);
    };
    for (let step = 0; step < 200; step++) {
      const index = upTo(random, people.length);
      const person = people[index] as Stock;
      const row = pick(random, [...rowsOf(person.doc).keys(), 'a']);
      try {
        pick(random, HONEST)(random, person, row);
      } catch {
        // Yjs loses its way in some undos of rows that others replaced: that page begins anew.
        people[index] = sit();
        begunAnew++;
      }
      if (random() < 0.15) meet(pick(random, people));
    }
    for (const person of [...people, ...people]) meet(person);
    for (const { doc } of people) expect(readRows(doc)).toEqual(readRows(server));
  }
  expect(begunAnew).toBeLessThan(60);
});
