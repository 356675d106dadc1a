/**
 * How rings travel: several of them in one envelope, sealed with a key made from AUTH_SECRET, so that neither the Redis nor whoever may LISTEN in
 * the database reads an edit or rings in a node's name. Used by the bells of PostgreSQL and Redis.
 *
 * Envelope: version, node (16 bytes), counter (8 bytes), AES-256-GCM of the letters, tag (16 bytes).
 * Letters: varString topic, varUint8Array body, one after the other.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomUUID } from 'node:crypto';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { uuidBytes, uuidText } from './uuid.ts';

export interface Letter {
  topic: string;
  body: Uint8Array;
}

const VERSION = 1;
const HEAD_BYTES = 25;
const TAG_BYTES = 16;
export const ENVELOPE_BYTES = HEAD_BYTES + TAG_BYTES;
/** Length marks of a letter with a topic of up to 64 characters. */
const LETTER_BYTES = 4;
/** Keys of other nodes that are kept; every start of a node makes a new one. */
const KEYS_MAX = 256;

export const letterBytes = ({ topic, body }: Letter): number => topic.length + body.length + LETTER_BYTES;

export class Envelopes {
  readonly node = randomUUID();
  readonly #secret: string;
  /** Each start has a key of its own, so that counters never meet again under the same one. */
  readonly #keys = new Map<string, Buffer>();
  readonly #channels: Buffer;
  #counter = 0n;

  constructor(secret: string) {
    this.#secret = secret;
    this.#channels = this.#derive(Buffer.alloc(0), 'channels');
  }

  /** A name for a topic that tells nothing about it, and is another one in every installation. */
  channelOf(topic: string): string {
    return createHmac('sha256', this.#channels).update(topic).digest('base64url').slice(0, 22);
  }

  seal(letters: readonly Letter[]): Buffer {
    const encoder = encoding.createEncoder();
    for (const { topic, body } of letters) {
      encoding.writeVarString(encoder, topic);
      encoding.writeVarUint8Array(encoder, body);
    }
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(VERSION);
    uuidBytes(this.node).copy(head, 1);
    head.writeBigUInt64BE(this.#counter++, 17);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(this.node), nonceOf(head)).setAAD(head);
    return Buffer.concat([head, cipher.update(encoding.toUint8Array(encoder)), cipher.final(), cipher.getAuthTag()]);
  }

  /** Null: this node's own, or sealed by somebody without our key. */
  open(envelope: Uint8Array): { node: string; letters: Letter[] } | null {
    if (envelope.length < ENVELOPE_BYTES || envelope[0] !== VERSION) return null;
    const head = envelope.subarray(0, HEAD_BYTES);
    const node = uuidText(head.subarray(1, 17));
    if (node === this.node) return null;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(node), nonceOf(head)).setAAD(head);
      decipher.setAuthTag(envelope.subarray(-TAG_BYTES));
      const plain = Buffer.concat([decipher.update(envelope.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()]);
      return { node, letters: lettersIn(plain) };
    } catch {
      return null;
    }
  }

  #keyOf(node: string): Buffer {
    const known = this.#keys.get(node);
    if (known) return known;
    const key = this.#derive(uuidBytes(node), 'letters');
    this.#keys.set(node, key);
    for (const oldest of this.#keys.keys())
      if (this.#keys.size > KEYS_MAX && oldest !== this.node) this.#keys.delete(oldest);
    return key;
  }

  #derive(salt: Buffer, use: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, salt, `bell/1 ${use}`, 32));
  }
}

/** Twelve bytes; a node's key is used once with each counter. */
const nonceOf = (head: Uint8Array): Buffer => Buffer.concat([Buffer.alloc(4), head.subarray(17, HEAD_BYTES)]);

function lettersIn(plain: Uint8Array): Letter[] {
  const decoder = decoding.createDecoder(plain);
  const letters: Letter[] = [];
  while (decoding.hasContent(decoder))
    letters.push({ topic: decoding.readVarString(decoder), body: decoding.readVarUint8Array(decoder) });
  return letters;
}

/** Letters in as few envelopes of this size as keep their order. One that fits none is left out. */
export function pack(letters: readonly Letter[], bytesMax: number): Letter[][] {
  const packs: Letter[][] = [];
  let room = 0;
  for (const letter of letters) {
    const bytes = letterBytes(letter);
    if (bytes > bytesMax) continue;
    if (bytes > room) {
      packs.push([]);
      room = bytesMax;
    }
    packs.at(-1)?.push(letter);
    room -= bytes;
  }
  return packs;
}
