/** Checks a bundle of the record in this browser: every hash, and the signature where the browser can. Nothing leaves the browser. */
import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { type CheckedBundle, checkBundle, type Sha256 } from '#domain/bundle.ts';
import type { Outcome } from '#domain/refusals.ts';
import { refuse } from '#domain/refusals.ts';

const sha256: Sha256 = (text, before = '') => bytesToHex(digest(concatBytes(hexToBytes(before), utf8ToBytes(text))));

/** 'unchecked': this browser has no Ed25519, or the page came without TLS. */
export type Signature = 'ours' | 'foreign' | 'unchecked';

export async function checkFile(
  text: string,
  ownKey: string,
): Promise<Outcome<{ bundle: CheckedBundle; signature: Signature }>> {
  const checked = checkBundle(text, sha256);
  if (!checked.ok) return checked;
  const { signed } = checked.value;
  const bad = refuse(
    'broken',
    'signature',
    'the manifest was not signed with the key in this bundle',
    'ask for the bundle again where it was made; do not rely on this file',
  );
  let isSigned: boolean | null = null;
  try {
    const key = await crypto.subtle.importKey('raw', new Uint8Array(hexToBytes(signed.key)), 'Ed25519', false, [
      'verify',
    ]);
    isSigned = await crypto.subtle.verify(
      'Ed25519',
      key,
      new Uint8Array(hexToBytes(signed.signature)),
      new Uint8Array(utf8ToBytes(signed.text)),
    );
  } catch {
    if (!/^[0-9a-f]{64}$/.test(signed.key) || !/^[0-9a-f]{128}$/.test(signed.signature)) return bad;
  }
  if (isSigned === false) return bad;
  const signature = isSigned === null ? 'unchecked' : signed.key === ownKey ? 'ours' : 'foreign';
  return { ok: true, value: { bundle: checked.value, signature } };
}
