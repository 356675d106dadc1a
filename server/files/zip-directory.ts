/** What a ZIP archive says that its entries unpack to, read from its directory alone, before anything is unpacked. */

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const COMMENT_BYTES_MAX = 65_535;
/** A size that stands elsewhere: archives of 4 GB and more. */
const ZIP64 = 0xffff_ffff;

/** Sum of the sizes of all entries in bytes; null where there is no whole directory, Infinity where a size is unsaid or does not fit 32 bits. */
export function unpackedBytes(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === null) return null;
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  let sum = 0;
  for (let entry = 0; entry < count; entry += 1) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY_SIGNATURE) return null;
    const size = view.getUint32(at + 24, true);
    const isUnsaid = size === 0 && view.getUint32(at + 20, true) > 0;
    if (size === ZIP64 || isUnsaid) return Number.POSITIVE_INFINITY;
    sum += size;
    at += ENTRY_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return sum;
}

/** The end record stands last, before a comment of any text. */
function findEnd(view: DataView): number | null {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - COMMENT_BYTES_MAX); at -= 1)
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  return null;
}
