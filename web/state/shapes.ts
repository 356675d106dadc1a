/** Readers of JSON that another program's API answers: a value of the type, or a TypeError. Small, because every page carries them. */

export type Reader<T> = (value: unknown) => T;
export type Shape<R> = R extends Reader<infer T> ? T : never;

export const anything: Reader<unknown> = (value) => value;

export const text: Reader<string> = (value) => {
  if (typeof value !== 'string') throw new TypeError('not a text');
  return value;
};

/** Null where there is nothing. */
export const orNull =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value) =>
    value === null || value === undefined ? null : read(value);

export const list =
  <T>(read: Reader<T>): Reader<T[]> =>
  (value) => {
    if (!Array.isArray(value)) throw new TypeError('not a list');
    return value.map(read);
  };

/** The fields named; others are left out. */
export const object =
  <R extends Record<string, Reader<unknown>>>(fields: R): Reader<{ [K in keyof R]: Shape<R[K]> }> =>
  (value) => {
    if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
    const given = value as Record<string, unknown>;
    const read = Object.entries(fields).map(([name, reader]) => [name, reader(given[name])]);
    return Object.fromEntries(read) as { [K in keyof R]: Shape<R[K]> };
  };
