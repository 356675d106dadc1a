/** Checks a release in the browser: that the table shown is the one certified, and that it was made from the reader's own sheet as it stood. */
import type { Catalogue } from '#domain/catalogue.ts';
import { certificateHash, isItsTable, isOwnReading } from '#domain/certificate.ts';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { type LotKey, partsOf } from '#domain/pooling.ts';
import type { PoolTerms } from '#domain/row-reading.ts';
import type { Row } from '#domain/sheets.ts';
import type { ReleaseView } from '#protocol/api.ts';
import type { OwnCertificateView } from '#protocol/pool-api.ts';
import { sha256 } from './sha256.ts';

export interface Check {
  /** The certificate's own parts give its hash. */
  isWhole: boolean;
  /** The table on the page is the one it speaks of. */
  isItsTable: boolean;
  /** The reader's sheet is in it as it stood; null for readers without a sheet in the round. */
  isOwn: boolean | null;
}

/** Grams by lot of one company's lines, as the server pools them. */
export function ownLots(rows: Iterable<[string, Row]>, catalogue: Catalogue, terms: PoolTerms): Map<LotKey, bigint> {
  const lots = new Map<LotKey, bigint>();
  for (const [id, row] of rows) {
    const reading = readDemandLine(id, row, catalogue, terms);
    if (reading.state !== 'valid') continue;
    for (const [key, grams] of partsOf(reading.value, { parentId: '', government: false }))
      lots.set(key, (lots.get(key) ?? 0n) + BigInt(grams));
  }
  return lots;
}

export function checkCertificate(
  { certificate, own }: OwnCertificateView,
  cells: ReleaseView['cells'],
  lots: ReadonlyMap<LotKey, bigint>,
): Check {
  return {
    isWhole: certificateHash(sha256, certificate) === certificate.hash,
    isItsTable: isItsTable(sha256, certificate, cells),
    isOwn: own && isOwnReading(sha256, certificate, own, lots),
  };
}
