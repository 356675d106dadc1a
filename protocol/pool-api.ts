/** The HTTP contract of what a pool publishes beside its releases. Part of protocol/api. */
import { z } from 'zod';
import { get, Id, Instant } from './api-route.ts';

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

export const poolApi = {
  certificate: get(
    '/pools/{poolId}/release/certificate',
    'pool',
    'What the published table can be checked by, against my own sheet',
  )
    .input(z.object({ poolId: Id, round: z.coerce.number().int().min(1).optional() }))
    .output(OwnCertificateView.nullable().describe('null while nothing is published')),
};
