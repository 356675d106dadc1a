/** What the rooms of one sheet on several nodes tell each other, as bytes. Used by the link. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { ORGANIZATION_KINDS, type OrganizationKind } from '#domain/actors.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { Author } from './client-ids.ts';

/** An update as it went into the log. */
export interface GrownEntry extends Author {
  at: Date;
  bytes: Uint8Array;
}

/** Somebody in a sheet, by Yjs client id. */
export interface Shown extends Author {
  /** Of the organization: it decides who may know of this person. */
  kind: OrganizationKind;
  id: number;
  clock: number;
  /** State as JSON; null: the person left. */
  json: string | null;
}

export type SheetLetter =
  /** The sheet is open here, and its log reaches `seq`; `asks`: tell me the same. */
  | { is: 'here'; seq: bigint; asks: boolean }
  /** These went into the log after `before`, and its hash is `head` now. */
  | { is: 'grown'; before: bigint; entries: readonly GrownEntry[]; head: Uint8Array }
  /** The log reaches this number; read it. */
  | { is: 'reaches'; seq: bigint }
  | { is: 'people'; people: readonly Shown[] }
  /** The database takes no more of this sheet. */
  | { is: 'froze' }
  /** The sheet is not open here any more. */
  | { is: 'left' };

const KINDS = ['here', 'grown', 'reaches', 'people', 'froze', 'left'] as const;

/** Bytes of one person beside the state: id, clock, author, kind, marks. */
export const PERSON_BYTES = 57;

export function writeLetter(letter: SheetLetter): Uint8Array {
  const out = encoding.createEncoder();
  encoding.writeVarUint(out, KINDS.indexOf(letter.is));
  switch (letter.is) {
    case 'here':
      encoding.writeVarUint(out, Number(letter.seq));
      encoding.writeUint8(out, letter.asks ? 1 : 0);
      break;
    case 'grown':
      encoding.writeVarUint(out, Number(letter.before));
      encoding.writeVarUint8Array(out, letter.head);
      encoding.writeVarUint(out, letter.entries.length);
      for (const { at, bytes, ...author } of letter.entries) {
        writeAuthor(out, author);
        encoding.writeVarUint(out, at.getTime());
        encoding.writeVarUint8Array(out, bytes);
      }
      break;
    case 'reaches':
      encoding.writeVarUint(out, Number(letter.seq));
      break;
    case 'people':
      encoding.writeVarUint(out, letter.people.length);
      for (const { id, clock, json, kind, ...author } of letter.people) {
        writeAuthor(out, author);
        encoding.writeUint8(out, ORGANIZATION_KINDS.indexOf(kind));
        encoding.writeVarUint(out, id);
        encoding.writeVarUint(out, clock);
        encoding.writeVarString(out, json ?? '');
      }
  }
  return encoding.toUint8Array(out);
}

/** Throws on bytes that are no letter, such as those of a later version. */
export function readLetter(bytes: Uint8Array): SheetLetter {
  const from = decoding.createDecoder(bytes);
  const is = KINDS[decoding.readVarUint(from)];
  switch (is) {
    case 'here':
      return { is, seq: BigInt(decoding.readVarUint(from)), asks: decoding.readUint8(from) === 1 };
    case 'grown': {
      const before = BigInt(decoding.readVarUint(from));
      const head = decoding.readVarUint8Array(from);
      const entries = many(from, () => ({
        ...readAuthor(from),
        at: new Date(decoding.readVarUint(from)),
        bytes: decoding.readVarUint8Array(from),
      }));
      return { is, before, entries, head };
    }
    case 'reaches':
      return { is, seq: BigInt(decoding.readVarUint(from)) };
    case 'people': {
      const people = many(from, () => ({
        ...readAuthor(from),
        kind: readKind(from),
        id: decoding.readVarUint(from),
        clock: decoding.readVarUint(from),
        json: decoding.readVarString(from) || null,
      }));
      return { is, people };
    }
    case 'froze':
    case 'left':
      return { is };
    default:
      throw new Error('a node sent a letter of an unknown kind');
  }
}

function many<T>(from: decoding.Decoder, read: () => T): T[] {
  const out: T[] = [];
  for (let left = decoding.readVarUint(from); left > 0; left--) out.push(read());
  return out;
}

function writeAuthor(out: encoding.Encoder, { userId, organizationId }: Author): void {
  encoding.writeUint8Array(out, uuidBytes(userId));
  encoding.writeUint8Array(out, uuidBytes(organizationId));
}

function readKind(from: decoding.Decoder): OrganizationKind {
  const kind = ORGANIZATION_KINDS[decoding.readUint8(from)];
  if (!kind) throw new Error('a node sent a person of an unknown kind');
  return kind;
}

const readAuthor = (from: decoding.Decoder): Author => ({
  userId: uuidText(decoding.readUint8Array(from, 16)),
  organizationId: uuidText(decoding.readUint8Array(from, 16)),
});
