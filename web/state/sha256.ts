/** SHA-256 of a text, as hexadecimal digits. A library, because browsers offer their own only on pages with TLS. Used to check certificates. */
import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export const sha256 = (text: string): string => bytesToHex(digest(utf8ToBytes(text)));
