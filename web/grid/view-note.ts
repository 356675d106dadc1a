/** A view as this browser wrote it down: the same rules as the contract has for shared views, without its schemas. */
import {
  COLUMN_ID,
  FILTER_TESTS,
  FILTER_TEXT_MAX,
  FILTERS_MAX,
  type FilterTest,
  HIDDEN_MAX,
  SORTS_MAX,
} from '#protocol/views.ts';
import type { ViewBody } from '#protocol/views-api.ts';

/** Null where it is none, in whole or in part. */
export function readBody(note: unknown): ViewBody | null {
  if (typeof note !== 'object' || note === null) return null;
  const { sort, filter, group, hidden } = note as Record<string, unknown>;
  const isRight =
    isListOf(sort, SORTS_MAX, isSort) &&
    isListOf(filter, FILTERS_MAX, isFilter) &&
    (group === null || isColumn(group)) &&
    isListOf(hidden, HIDDEN_MAX, isColumn);
  return isRight ? ({ sort, filter, group, hidden } as ViewBody) : null;
}

const isListOf = (list: unknown, max: number, is: (item: unknown) => boolean): boolean =>
  Array.isArray(list) && list.length <= max && list.every(is);

const isColumn = (id: unknown): boolean => typeof id === 'string' && COLUMN_ID.test(id);

const isSort = (item: unknown): boolean => {
  const { column, down } = (item ?? {}) as Record<string, unknown>;
  return isColumn(column) && typeof down === 'boolean';
};

const isFilter = (item: unknown): boolean => {
  const { column, test, text } = (item ?? {}) as Record<string, unknown>;
  return (
    (column === '' || isColumn(column)) &&
    FILTER_TESTS.includes(test as FilterTest) &&
    typeof text === 'string' &&
    text.length <= FILTER_TEXT_MAX
  );
};
