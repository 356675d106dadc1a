/**
 * `npm run bench:pool`: what a release and an edit cost in the largest pool that is promised, and how much is published in random sessions under
 * four policies. `--json` prints {"rows":[{"name","value"}]}. No test depends on it.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Row } from '#domain/sheets.ts';
import { sealRelease } from '#server/pool/certificates.ts';
import type { Ledger } from '#server/pool/ledger.ts';
import type { Draft, RoundBook } from '#server/pool/round-book.ts';
import { decide, enter } from '#server/pool/round-book.ts';
import { booksOf, POLICIES, publish } from '../attacks/support/policies.ts';
import { unknownsOf } from '../attacks/support/rounds.ts';
import { randomSession, type Session, SLOTS } from '../attacks/support/sessions.ts';
import { SmallRound } from '../support/small-pool.ts';
import {
  demandRow,
  emptyLedger,
  largeBook,
  memberName,
  realLedger,
  rowName,
  SIZE,
  typedRow,
} from './support/large-pool.ts';

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const rows: { name: string; value: number }[] = [];
const put = (name: string, value: number, digits = 1): void => {
  rows.push({ name, value: Number(value.toFixed(digits)) });
};

function cpuMs<T>(run: () => T): { result: T; ms: number } {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: (user + system) / 1000 };
}
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Everything that a slot does but for the database: decide, seal, write down, remember. */
function publishOnce(book: RoundBook, number: number) {
  const decided = cpuMs(() => decide(book, false));
  const draft: Draft | null = decided.result;
  const release = draft && { number, slotAt: new Date(0), final: false, cells: draft.cells, basis: draft.basis };
  const sealed = cpuMs(() => release && sealRelease(book, release, null));
  const written = cpuMs(() => JSON.stringify(release));
  const entered = cpuMs(() => draft && release && enter(book, release, draft.plans));
  book.open.clear();
  return { isReleased: draft !== null, decide: decided.ms, seal: sealed.ms, write: written.ms, enter: entered.ms };
}
type Cost = ReturnType<typeof publishOnce>;
const total = ({ decide: a, seal, write, enter: d }: Cost): number => a + seal + write + d;

/** Reading half a million rows leaves garbage that is no part of the release after it. */
function sweep(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** The first release of a process pays for the compiler: a smaller pool goes before. */
async function measureReleases(): Promise<void> {
  publishOnce(await largeBook(4), 1);
  const book = await largeBook(SIZE.minerals);
  sweep();
  const full = publishOnce(book, 1);
  put('release-full-cpu-ms', total(full));
  put('release-full-decide-cpu-ms', full.decide);
  put('release-full-certificate-cpu-ms', full.seal);
  put('release-full-write-cpu-ms', full.write);
  put('release-full-remember-cpu-ms', full.enter);
  let seq = 0n;
  const edit = (members: number, turn: number): void => {
    for (let member = 0; member < members; member += 1) {
      seq += 1n;
      const after = demandRow(1, 2, 3, 500_000 + turn * 1000 * (member + 1) + member, true);
      book.ledger.apply({ sheetId: memberName(member), seq, rows: [{ row: rowName(1, 2, 3), after }] });
    }
  };
  const costs = Array.from({ length: 9 }, (_, turn) => {
    edit(6, turn);
    return publishOnce(book, 2 + turn);
  });
  put('release-one-cell-cpu-ms', median(costs.filter(({ isReleased }) => isReleased).map(total)));
  const held = Array.from({ length: 9 }, (_, turn) => {
    edit(1, 20 + turn);
    return publishOnce(book, 20 + turn);
  });
  put('release-held-edit-cpu-ms', median(held.filter(({ isReleased }) => !isReleased).map(total)));
}

type Rows = { ledger: Ledger; row: (n: number) => Row };
/** Rows that are read at no cost: what is left is the ledger's own work, and the memory that it touches. */
const bare = (): Rows => ({
  ledger: emptyLedger(),
  row: (n) => demandRow(n % SIZE.minerals, n % 4, n % SIZE.years, 1000 + n, n % 2 === 0),
});
/** Rows as people type them, read as the server reads them. */
const typed = (): Rows => ({ ledger: realLedger(), row: typedRow });

/** Median of one edit in a pool of so many rows, in microseconds. */
async function editCost(count: number, { ledger, row }: Rows): Promise<number> {
  const sheets = 200;
  const each = count / sheets;
  for (let sheet = 0; sheet < sheets; sheet += 1) {
    const all = new Map(Array.from({ length: each }, (_, n) => [`r${n}`, row(n)]));
    await ledger.load({ id: memberName(sheet), organizationId: memberName(sheet) }, async () => ({
      seq: 0n,
      rows: all,
    }));
  }
  const times: number[] = [];
  for (let n = 0; n < 30_000; n += 1) {
    const commit = {
      sheetId: memberName(n % sheets),
      seq: BigInt(n + 1),
      rows: [{ row: `r${(n * 7919) % each}`, after: row(n) }],
    };
    const before = process.hrtime.bigint();
    ledger.apply(commit);
    ledger.takeTouched();
    if (n >= 10_000) times.push(Number(process.hrtime.bigint() - before) / 1000);
  }
  return median(times);
}

async function measureLedger(): Promise<void> {
  for (const [name, rows] of [
    ['ledger', typed],
    ['ledger-bare', bare],
  ] as const) {
    await editCost(1000, rows());
    const small = await editCost(1000, rows());
    const large = await editCost(1_000_000, rows());
    put(`${name}-edit-1k-us`, small, 2);
    put(`${name}-edit-1m-us`, large, 2);
    put(`${name}-ratio-1k-1m`, large / small, 2);
  }
}

const SESSIONS = 12;
const SIZES = [5, 8, 12, 20];

function sessionsOf(members: number): Session[] {
  const found: Session[] = [];
  for (let seed = 1; found.length < SESSIONS; seed += 1) {
    const session = randomSession(seed);
    if (session.members === members) found.push(session);
  }
  return found;
}

/** Of the cells that hold anything at the end, the share that shows a value. */
function shareShown(session: Session): number {
  const round = new SmallRound();
  const books = booksOf(session);
  for (const book of books) round.slot(book);
  const last = books.at(-1) ?? {};
  const ids = round.hierarchy.cells.map(({ id }) => id.replace('yttrium|', ''));
  const filled = ids.filter((id) => unknownsOf(id, last).length > 0);
  return filled.filter((id) => round.shown(id) !== null).length / Math.max(1, filled.length);
}

function measurePublished(): void {
  for (const members of SIZES) {
    const sessions = sessionsOf(members);
    const mean = (of: (session: Session) => number): number =>
      sessions.reduce((sum, one) => sum + of(one), 0) / SESSIONS;
    put(`published-cells-pct-n${members}`, 100 * mean(shareShown));
    for (const policy of POLICIES)
      put(
        `new-totals-per-40-${policy.replaceAll(/ \+ | /g, '-')}-n${members}`,
        mean((one) => publish(one, policy).newTotals),
      );
  }
}

await measureReleases();
await measureLedger();
measurePublished();
if (options.json) console.log(JSON.stringify({ rows }));
else {
  console.log(
    `${SIZE.minerals} minerals, 4 grade classes, ${SIZE.years} years, ${SIZE.members} members; sessions of ${SLOTS} slots\n`,
  );
  console.log('| figure | value |\n|---|---:|');
  for (const { name, value } of rows) console.log(`| ${name} | ${value} |`);
}
