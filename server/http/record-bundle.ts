/** Bundles of the record: gathers what the maker may read of a pool, or what the public may, and signs it. Each export is an entry of the record. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Actor, may } from '#domain/actors.ts';
import { BUNDLE_ENTRIES_MAX, bundleLines, type Link, type Sha256, signatureLine } from '#domain/bundle.ts';
import { PRODUCT } from '#domain/product.ts';
import type { JsonObject } from '#domain/record.ts';
import { recordSentence } from '#domain/record-words.ts';
import { PUBLIC_KINDS, publicBody, publicOrders } from '#domain/redaction.ts';
import type { Database, Prisma } from '../database.ts';
import { appendWithin } from '../record.ts';
import { type Context, type Desk, NOTHING_HERE, os, problem, seatIn, withRight } from './context.ts';
import { type EntryPage, entryViews, readableTo, type StoredEntry } from './record-entries.ts';

const PAGE = 1000;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const sha256: Sha256 = (text, before = '') =>
  createHash('sha256').update(Buffer.from(before, 'hex')).update(text).digest('hex');

type Days = { from: string | null; to: string | null };

/** From the first moment of one day to before the day after the other, UTC. */
const within = ({ from, to }: Days): Prisma.RecordEntryWhereInput => ({
  at: {
    ...(from !== null && { gte: new Date(`${from}T00:00:00Z`) }),
    ...(to !== null && { lt: new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000) }),
  },
});

async function eachPage(
  prisma: Database['prisma'],
  where: Prisma.RecordEntryWhereInput,
  take: (rows: StoredEntry[]) => Promise<void>,
): Promise<void> {
  let after = 0n;
  for (;;) {
    const rows = await prisma.recordEntry.findMany({
      where: { AND: [where, { seq: { gt: after } }] },
      orderBy: { seq: 'asc' },
      take: PAGE,
    });
    if (rows.length > 0) await take(rows);
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

/**
 * Entries with their places in the chain, for who may read all that a hash covers: a hash with parts left out would let them be guessed. For others
 * they are numbered anew, for gaps would count what is left out.
 */
async function wholeEntries(prisma: Database['prisma'], actor: Actor, where: Prisma.RecordEntryWhereInput) {
  const found: JsonObject[] = [];
  const isLinked = may(actor, 'record.exportChain');
  await eachPage(prisma, where, async (rows) => {
    const seqs = rows.map(({ seq }, index) => (isLinked ? Number(seq) : found.length + index + 1));
    const views = await entryViews(prisma, actor, { rows, seqs });
    const links = isLinked ? await linksOf(prisma, rows) : [];
    views.forEach(({ hash: _, poolId: __, ...view }, index) => {
      found.push({ ...view, ...(links[index] && { link: { ...links[index] } }) });
    });
  });
  return found;
}

async function linksOf(prisma: Database['prisma'], rows: EntryPage['rows']): Promise<Link[]> {
  const before = await prisma.recordEntry.findMany({
    where: { seq: { in: rows.map(({ seq }) => seq - 1n) } },
    select: { seq: true, hash: true },
  });
  const hashOf = new Map(before.map(({ seq, hash }) => [seq, hex(hash)]));
  return rows.map(({ hash, seq, at, body, ...rest }) => ({
    previous: hashOf.get(seq - 1n) ?? '',
    hash: hex(hash),
    covered: { ...rest, seq: Number(seq), at: at.toISOString(), body: body as JsonObject },
  }));
}

/** Numbered anew, for gaps would count what is withheld; with the day alone, for the moment of an act tells who was there. */
async function publicEntries(prisma: Database['prisma'], poolId: string, days: Days) {
  const found: JsonObject[] = [];
  await eachPage(prisma, { AND: [{ poolId, kind: { in: PUBLIC_KINDS } }, within(days)] }, async (rows) => {
    for (const row of rows) {
      const body = publicBody(row.kind, row.body as JsonObject);
      if (body === null) continue;
      const day = row.at.toISOString().slice(0, 10);
      found.push({ number: found.length + 1, day, kind: row.kind, text: recordSentence(row.kind, body) });
    }
  });
  return found;
}

/** What was said, as the maker may read it, oldest first. */
async function talkOf(desk: Desk, actor: Actor, pool: { id: string; kind: 'sealed' | 'open' }): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  let before: string | undefined;
  while (found.length < BUNDLE_ENTRIES_MAX) {
    const page = await desk.talk.read(actor, pool, before);
    found.unshift(...page.map(({ isMine: _, ...message }) => message));
    if (page.length === 0) break;
    before = page[0]?.id;
  }
  return found;
}

/** Sessions as the maker may read them. */
async function sessionsOf(
  desk: Desk,
  actor: Actor,
  pool: { id: string; kind: 'sealed' | 'open' },
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (const { id } of (await desk.meetings.list(pool)).reverse()) {
    const view = await desk.meetings.read(actor, pool, id);
    if (view) found.push(JSON.parse(JSON.stringify(view)) as JsonObject);
  }
  return found;
}

/** Releases of every round as everybody of the pool got them. */
async function releasesOf(desk: Desk, poolId: string): Promise<JsonObject[]> {
  const rounds = await desk.database.prisma.round.findMany({ where: { poolId }, orderBy: { number: 'asc' } });
  const found: JsonObject[] = [];
  for (const { number } of rounds)
    for (const release of await desk.pools.history(poolId, number))
      found.push({ round: number, release: JSON.parse(JSON.stringify(release)) as JsonObject });
  return found;
}

const bundle = os.record.bundle.use(withRight('record.export')).handler(async ({ input, context, errors }) => {
  const { actor, desk } = context as Context & { actor: Actor };
  const { prisma } = desk.database;
  const seat = await seatIn(desk.database, actor, input.poolId);
  if (!seat) throw errors.NOT_FOUND(NOTHING_HERE);
  const { pool } = seat;
  const isPublic = input.cut === 'public';
  const where = { AND: [await readableTo(prisma, actor, pool.id), within(input)] };
  const size = isPublic ? 0 : await prisma.recordEntry.count({ where });
  if (size > BUNDLE_ENTRIES_MAX)
    throw errors.CONFLICT(
      problem('dates', `${size} entries are too many for one bundle of ${BUNDLE_ENTRIES_MAX}`, 'choose a shorter time'),
    );
  const orders = (await desk.match.orders({ poolIds: [pool.id] })).map(({ order }) => order);
  const sections = {
    entry: isPublic ? await publicEntries(prisma, pool.id, input) : await wholeEntries(prisma, actor, where),
    talk: isPublic ? [] : await talkOf(desk, actor, pool),
    meeting: isPublic ? [] : await sessionsOf(desk, actor, pool),
    release: await releasesOf(desk, pool.id),
    order: isPublic ? publicOrders(orders) : (JSON.parse(JSON.stringify(orders)) as JsonObject[]),
  };
  const id = randomUUID();
  const at = desk.clock.now();
  const { from, to, cut } = input;
  // The salt keeps the hash of this entry, which is told, from confirming a guess about the entry before it.
  const body = { bundle: id, cut, key: desk.bundleKey.publicKey, salt: randomBytes(16).toString('hex') };
  const last = await prisma.$transaction(async (tx) => {
    await appendWithin(tx, [{ kind: 'record.exported', poolId: pool.id, actor, body }], at);
    return tx.recordEntry.findFirstOrThrow({ orderBy: { seq: 'desc' }, select: { seq: true, hash: true } });
  });
  const head = { bundle: id, cut, made: at.toISOString(), pool: pool.name, from, to };
  const state = isPublic ? null : { entries: Number(last.seq), hash: hex(last.hash) };
  const lines = bundleLines(head, sections, state, sha256);
  lines.push(signatureLine(desk.bundleKey.publicKey, desk.bundleKey.sign(lines.at(-1) ?? '')));
  const day = head.made.slice(0, 10);
  return { name: `${PRODUCT.toLowerCase()}-record-${day}-${cut}.jsonl`, text: `${lines.join('\n')}\n` };
});

const bundleKey = os.record.key
  .use(withRight('record.read'))
  .handler(({ context }) => ({ key: context.desk.bundleKey.publicKey }));

export { bundle, bundleKey };
