/** Terms of an offer's row that stand in two cells each: first rights, and the feed of a refiner with its yield. Used by offer-sheet. */
import { readForm, readInteger, readPercent, readText, textOf } from './cells.ts';
import type { Ratio } from './exact.ts';
import type { Product, RowReader } from './row-reading.ts';
import type { Row } from './sheets.ts';

/** Somebody who may take a part of every delivery before others: 'reserve', a member of the pool by name, or anybody outside it. */
export interface FirstRightsTerms {
  holder: string;
  pct: number;
}

/** What a refiner or converter needs and gives: kilograms of contained element out for one in. Its lead time is how long that takes. */
export interface Refining {
  form: string;
  family: string;
  yieldPpm: number;
}

/** What a supplier calls the reserve. */
export const RESERVE_HOLDER = 'reserve';

/** Names of holders and of members are compared so. */
export const nameKey = (name: string): string => name.trim().toLowerCase();

/**
 * Offers whose first rights name neither the reserve nor a buyer of the pool, by row: they count as somebody's outside the pool, which takes
 * their part of every delivery from it. Only for readers who know the buyers: to others it would tell who is one.
 */
export function rightsOutside(
  rows: Iterable<[string, Row]>,
  buyers: Iterable<string>,
): { row: string; holder: string }[] {
  const known = new Set([RESERVE_HOLDER, ...[...buyers].map(nameKey)]);
  return [...rows].flatMap(([row, cells]) => {
    const holder = textOf(cells.rightsHolder);
    return holder === null || known.has(nameKey(holder)) ? [] : [{ row, holder }];
  });
}

/** Holder and share only make sense together. */
export function readRights(reader: RowReader): FirstRightsTerms | null {
  if (textOf(reader.row.rightsHolder) !== null && textOf(reader.row.feed) !== null)
    return reader.wrong(
      'rightsHolder',
      'a refiner that works on feed grants no first rights',
      'state them in the offer of the feed, or clear the cell',
    );
  const holder = reader.optional('rightsHolder', readText);
  const pct = reader.optional('rightsShare', (text) => readInteger(text, 'share', 100));
  if (holder !== null && pct === null)
    return reader.wrong('rightsShare', 'the share of the first rights is missing', 'enter percent of every delivery');
  if (holder === null && pct !== null)
    return reader.wrong('rightsHolder', 'the holder of the first rights is missing', "enter 'reserve' or a name");
  return holder !== null && pct !== null && pct > 0 ? { holder, pct } : null;
}

/** Feed and yield only make sense together; feed is another form of the same mineral. */
export function readRefining(reader: RowReader, product: Product): Refining | null {
  const feed = reader.optional('feed', (text) => readForm(text, reader.catalogue, product.mineral));
  const pct = reader.optional('yield', (text) => readPercent(text, 'yield'));
  if (feed && !pct) return reader.wrong('yield', 'the yield is missing', 'enter percent of the element in the feed');
  if (!feed) return pct ? reader.wrong('feed', 'the feed is missing', 'enter the form that it is made from') : null;
  if (product.form && feed.family === product.form.family)
    return reader.wrong('feed', `${feed.name} is the product itself`, 'enter the form that it is made from');
  return pct && { form: feed.id, family: feed.family, yieldPpm: millionths(pct) };
}

/** Percent as whole millionths, rounded down: a yield is never overstated. */
const millionths = (pct: Ratio): number => Math.max(1, Number((pct.n * 10_000n) / pct.d));
