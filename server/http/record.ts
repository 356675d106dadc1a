/** The record as the viewer may read it, page by page or searched, and whether its chain holds. */
import { isFound } from '#domain/record-search.ts';
import { verifyRecord } from '../record.ts';
import { os, signedIn, withRight } from './context.ts';
import { unlessBusy } from './history.ts';
import { sheetsOpenTo } from './open-sheets.ts';
import { bundle, bundleKey } from './record-bundle.ts';
import { countOf, entryViews, pageOf, readsChain } from './record-entries.ts';

const PER_PAGE = 100;
/** Entries that one search looks through, and how many it reads at a time; the reader may go on from there. */
const SEARCHED_MAX = 5000;
const SEARCHED_AT_ONCE = 500;

const list = os.record.list.use(signedIn).handler(async ({ input, context }) => {
  const { prisma } = context.desk.database;
  const page = { poolId: input.poolId, before: input.before, take: PER_PAGE };
  return entryViews(prisma, context.actor, await pageOf(prisma, context.actor, page));
});

/** Looks at what the viewer reads of each entry, never at what is stored: what is not shown cannot be guessed by searching for it. */
const search = os.record.search.use(signedIn).handler(async ({ input, context }) => {
  const { prisma } = context.desk.database;
  const { poolId, ...filter } = input;
  const entries: Awaited<ReturnType<typeof entryViews>> = [];
  let before = input.before;
  for (let looked = 0; looked < SEARCHED_MAX; looked += SEARCHED_AT_ONCE) {
    const page = await pageOf(prisma, context.actor, { poolId, before, take: SEARCHED_AT_ONCE });
    for (const view of await entryViews(prisma, context.actor, page)) {
      before = view.seq;
      if (isFound(view, filter)) entries.push(view);
      if (entries.length === PER_PAGE) return { entries, next: before };
    }
    if (page.rows.length < SEARCHED_AT_ONCE) return { entries, next: null };
  }
  return { entries, next: before ?? null };
});

const verify = os.record.verify.use(withRight('record.read')).handler(async ({ context, errors }) => {
  const { actor, desk } = context;
  const chain = await verifyRecord(desk.database.pool);
  // A company's sheet is that company's to check: how long its log is says how busy it was.
  const own = (await sheetsOpenTo(desk, actor)).filter(({ access }) => access === 'read' || access === 'edit');
  const broken: { sheetId: string; seq: number }[] = [];
  for (const { id } of own) {
    const found = await unlessBusy(errors, desk.history.verify(id));
    if (found.broken !== null) broken.push({ sheetId: id, seq: Number(found.broken) });
  }
  // All of it is checked; who reads a part is told of that part, in the numbers that it knows the entries by.
  const entries = readsChain(actor) ? chain.entries : await countOf(desk.database.prisma, actor, chain.entries);
  return { entries, broken: chain.broken === null ? null : entries + 1, sheets: { checked: own.length, broken } };
});

export const record = { list, search, verify, bundle, key: bundleKey };
