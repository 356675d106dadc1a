/**
 * The workspace's key for signing bundles of the record: Ed25519, drawn from the secret that signs sessions, so that every node has the same one and
 * none has to be stored. A new secret makes a new key; bundles of before carry the old one, and the record names the key of each export.
 */
import { createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';

export interface BundleKey {
  /** Raw public key, 32 bytes in hexadecimal digits. */
  publicKey: string;
  /** Signature of a text in UTF-8, hexadecimal digits. */
  sign(text: string): string;
}

/** What stands before the 32 bytes of a key in DER (RFC 8410). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;

export function bundleKey(secret: string): BundleKey {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'bundle of the record', SEED_BYTES));
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: spki.subarray(spki.length - SEED_BYTES).toString('hex'),
    sign: (text) => sign(null, Buffer.from(text), key).toString('hex'),
  };
}
