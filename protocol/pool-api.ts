/** The HTTP contract of what a pool publishes beside its releases. Part of protocol/api. */
import { z } from 'zod';
import { RULES_OF_CELLS } from '#domain/release-reasons.ts';
import { get, Id, Instant, OfRound } from './api-route.ts';

const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Shapes and checks: domain/certificate. */
export const CertificateView = z
  .object({
    roundId: Id,
    slotAt: Instant.describe('slot of the release that last changed what is shown'),
    final: z.boolean(),
    edition: z.int().describe('edition of the rules of disclosure'),
    rules: Digest.describe("commitment to the pool's own rules; the same all through a round"),
    inputs: Digest.describe("root of the tree of what was read from the members' sheets"),
    result: Digest.describe('digest of the table that is shown'),
    previous: z.union([Digest, z.literal('')]).describe('hash of the certificate before it in the round'),
    hash: Digest,
  })
  .meta({ id: 'CertificateView' });

export const OwnProofView = z
  .object({
    version: z.string().describe('number of the last change of your sheet that was read'),
    salt: Digest,
    position: z.int(),
    path: z.array(Digest),
  })
  .meta({ id: 'OwnProofView' });

export const OwnCertificateView = z
  .object({ certificate: CertificateView, own: OwnProofView.nullable().describe('null without a sheet in the round') })
  .meta({ id: 'OwnCertificateView' });
export type OwnCertificateView = z.infer<typeof OwnCertificateView>;

const Place = {
  form: z.string().nullable().describe('form family; null on the row of all forms'),
  grade: z.string().nullable(),
  year: z.int().nullable(),
  level: z.enum(['all', 'firm']),
};

export const ExactCell = z
  .object({
    mineral: z.string(),
    ...Place,
    kg: z.string().describe('kilograms of contained element, to the gram'),
    rounded: z.string().nullable().describe('in the pool unit, as it would be published; null where there is nothing'),
    owners: z.int().describe('ultimate owners with something in it'),
    largestPct: z.number().nullable().describe("the largest owner's percentage of it"),
    released: z.string().nullable().describe('what everybody of the pool sees, in the pool unit'),
    rule: z.enum(RULES_OF_CELLS).describe('why it shows what it shows'),
    has: z.number().optional().describe('owners, or percent, that the rule looked at'),
    needs: z.number().optional().describe('what the rule asks for at least; of a quarter at most'),
    beside: z.object(Place).nullable().describe('the whole, or the number shown before, for which it is held'),
  })
  .meta({ id: 'ExactCell' });
export type ExactCell = z.infer<typeof ExactCell>;

export const ExactView = z
  .object({
    readAt: Instant,
    slotAt: Instant.describe('slot of what is published'),
    final: z.boolean(),
    unit: z.string(),
    basis: z.string(),
    cells: z.array(ExactCell),
  })
  .meta({ id: 'ExactView' });
export type ExactView = z.infer<typeof ExactView>;

export const poolApi = {
  exact: get(
    '/pools/{poolId}/exact',
    'pool',
    'Exact totals and why each is held; for administrators, each look on the record and shown to the owners of the lines',
  )
    .input(OfRound)
    .output(ExactView),
  certificate: get(
    '/pools/{poolId}/release/certificate',
    'pool',
    'What the published table can be checked by, against my own sheet',
  )
    .input(z.object({ poolId: Id, round: z.coerce.number().int().min(1).optional() }))
    .output(OwnCertificateView.nullable().describe('null while nothing is published')),
};
