/** Certificates of releases: made with the release, read back for one member at a time. Used by the publisher and the desk. */
import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import {
  type Certificate,
  certificateHash,
  growTree,
  leafOf,
  type OwnProof,
  pathOf,
  RULES_EDITION,
  resultDigest,
  rootOf,
  TREE_LEAVES,
} from '#domain/certificate.ts';
import { canonical } from '#domain/record.ts';
import type { Database } from '../database.ts';
import { sha256 } from './ledger.ts';
import { readShown, type ShownRelease, visible } from './releases-store.ts';
import type { RoundBook } from './round-book.ts';

/** What opens the commitments of a certificate. Never leaves the server, but for each member's own entry. */
const SealSecrets = z.object({
  /** The same all through a round: the commitment to the rules stays the same as long as they do. */
  rulesSalt: z.string(),
  /** What the leaves without a member are made from. */
  fillerSalt: z.string(),
  members: z.array(
    z.object({
      organizationId: z.string(),
      version: z.string(),
      salt: z.string(),
      position: z.int(),
      digest: z.string(),
    }),
  ),
});
export type SealSecrets = z.infer<typeof SealSecrets>;

export interface Seal {
  certificate: Certificate;
  hash: string;
  secrets: SealSecrets;
}

const newSalt = (): string => randomBytes(32).toString('hex');

/** The certificate that a release follows; null for the first of a round. */
export async function readLastSeal(
  database: Database,
  roundId: string,
): Promise<Pick<Seal, 'hash' | 'secrets'> | null> {
  const row = await database.prisma.releaseSeal.findFirst({ where: { roundId }, orderBy: { number: 'desc' } });
  return row && { hash: row.hash, secrets: SealSecrets.parse(row.secrets) };
}

/** Seals what the book's ledger holds now. */
export function sealRelease(book: RoundBook, shown: ShownRelease, before: Pick<Seal, 'hash' | 'secrets'> | null): Seal {
  const { facts, ledger } = book;
  const places = shuffledPlaces();
  const members = ledger.versions().flatMap(([sheetId, seq]) =>
    [...ledger.digestsOf(sheetId)].map(([organizationId, digest]) => ({
      organizationId,
      version: `${seq}`,
      salt: newSalt(),
      position: placeIn(places),
      digest,
    })),
  );
  const secrets = { rulesSalt: before?.secrets.rulesSalt ?? newSalt(), fillerSalt: newSalt(), members };
  const certificate: Certificate = {
    roundId: facts.roundId,
    slotAt: shown.slotAt.toISOString(),
    final: shown.final,
    edition: RULES_EDITION,
    rules: sha256(`rules ${secrets.rulesSalt} ${canonical({ ...facts.rules })}`),
    inputs: rootOf(treeOf(secrets)),
    result: resultDigest(sha256, shown.cells),
    previous: before?.hash ?? '',
  };
  return { certificate, hash: certificateHash(sha256, certificate), secrets };
}

/** A member's place tells neither how many there are nor who joined before it. */
function shuffledPlaces(): number[] {
  const places = Array.from({ length: TREE_LEAVES }, (_, place) => place);
  for (let i = places.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [places[i], places[j]] = [places[j] ?? 0, places[i] ?? 0];
  }
  return places;
}

/** A pool has at most 500 members, so there is a place for each; a tree that left one out would accuse the server of it. */
function placeIn(places: number[]): number {
  const place = places.pop();
  if (place === undefined) throw new RangeError(`a certificate has places for ${TREE_LEAVES} sheets`);
  return place;
}

function treeOf({ fillerSalt, members }: SealSecrets): string[][] {
  const leaves = Array.from({ length: TREE_LEAVES }, (_, place) => leafOf(sha256, fillerSalt, `nobody ${place}`));
  for (const { position, salt, digest } of members) leaves[position] = leafOf(sha256, salt, digest);
  return growTree(sha256, leaves);
}

export interface OwnCertificate {
  certificate: Certificate & { hash: string };
  /** Null for those who have no sheet in the round. */
  own: OwnProof | null;
}

/**
 * The certificate of what viewers see. It belongs to the release that last changed what is seen: one that rounds to the same values has
 * none, so a certificate tells nothing that the values do not. Null while nothing is shown, and for what earlier versions published.
 */
export async function readCertificate(
  database: Database,
  roundId: string,
  until: Date,
  organizationId: string,
): Promise<OwnCertificate | null> {
  const row = await database.prisma.releaseSeal.findFirst({
    where: { roundId, release: visible(roundId, until) },
    orderBy: { number: 'desc' },
  });
  const shown = row && (await readShown(database, roundId, until));
  if (!row || !shown) return null;
  const certificate = row.certificate as unknown as Certificate;
  if (certificate.result !== resultDigest(sha256, shown.cells)) return null;
  const secrets = SealSecrets.parse(row.secrets);
  const mine = secrets.members.find((member) => member.organizationId === organizationId);
  const own = mine && {
    version: mine.version,
    salt: mine.salt,
    position: mine.position,
    path: pathOf(treeOf(secrets), mine.position),
  };
  return { certificate: { ...certificate, hash: row.hash }, own: own ?? null };
}
