/** What a view of a sheet may hold: read by the contract on the server and, without its schemas, by the browser. */

/** 'wrong': a cell that keeps its line out. With the column '' it is any cell of the line. */
export const FILTER_TESTS = ['has', 'is', 'isNot', 'above', 'below', 'empty', 'filled', 'wrong'] as const;
export type FilterTest = (typeof FILTER_TESTS)[number];

export const SORTS_MAX = 3;
export const FILTERS_MAX = 10;
/** Characters. */
export const FILTER_TEXT_MAX = 100;
/** More columns than any sheet has. */
export const HIDDEN_MAX = 40;
export const COLUMN_ID = /^=?[A-Za-z][A-Za-z0-9]{0,39}$/;
