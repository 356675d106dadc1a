/** The record: what an entry is, the exact text that its hash covers, and the sentence that people read. */
import { type Actor, may } from './actors.ts';
import { PHASE_TITLE, type Phase } from './rounds.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Everything that may enter the record. Bodies never hold a row's values; awards and quantities stay with their runs. */
export type RecordKind =
  | 'workspace.seeded'
  | 'workspace.claimed'
  | 'organization.created'
  | 'person.invited'
  | 'person.joined'
  | 'pool.opened'
  | 'phase.changed'
  | 'sheet.viewed'
  | 'sheet.frozen'
  | 'offers.opened'
  | 'release.published'
  | 'run.started'
  | 'run.solved'
  | 'run.cancelled'
  | 'run.failed'
  | 'order.proposed'
  | 'order.decided';

export interface RecordDraft {
  kind: RecordKind;
  poolId?: string;
  actor?: Actor;
  /** The organization whose numbers the entry concerns. It may always read the entry. */
  subjectId?: string;
  body: JsonObject;
}

/** JSON with sorted keys: the same value always gives the same text, however a database stored it. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry as Json)}`)
      .join(',')}}`;
  return JSON.stringify(value);
}

const word = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const count = (value: Json | undefined, one: string, many: string): string =>
  `${word(value)} ${value === 1 ? one : many}`;
const phase = (value: Json | undefined): string => `“${PHASE_TITLE[word(value) as Phase] ?? word(value)}”`;
const VERDICT: Record<string, string> = {
  open: 'taken into review',
  approve: 'approved',
  return: 'returned',
  reject: 'rejected',
  comment: 'commented on',
};

const SENTENCE: Record<RecordKind, (body: JsonObject) => string> = {
  'workspace.seeded': () => 'The fictional demo workspace was set up',
  'workspace.claimed': () => 'The workspace was set up',
  'organization.created': (b) => `Registered the organization ${word(b.name)}`,
  'person.invited': (b) => `Invited a person as ${word(b.role)}`,
  'person.joined': (b) => `Joined as ${word(b.role)}`,
  'pool.opened': (b) => `Opened the pool ${word(b.name)}`,
  'phase.changed': (b) => `Moved round ${word(b.round)} from ${phase(b.from)} to ${phase(b.to)}`,
  'sheet.viewed': () => 'Opened a company’s demand lines in the clean room',
  'sheet.frozen': (b) => `Froze ${count(b.sheets, 'sheet', 'sheets')}`,
  'offers.opened': (b) => `Opened the sealed offers at version ${word(b.seq)}`,
  'release.published': (b) => `Published ${b.final ? 'the last release of the round' : `release ${word(b.number)}`}`,
  'run.started': (b) => `Started match run ${word(b.run)}`,
  'run.solved': (b) => `Match run ${word(b.run)} was solved`,
  'run.cancelled': (b) => `Cancelled match run ${word(b.run)}`,
  'run.failed': (b) => `Match run ${word(b.run)} failed: ${word(b.reason)}`,
  'order.proposed': (b) => `Proposed ${count(b.orders, 'order', 'orders')} from match run ${word(b.run)}`,
  'order.decided': (b) =>
    `Order ${word(b.order)} was ${VERDICT[word(b.verdict)] ?? word(b.verdict)}${b.comment ? ` (“${word(b.comment)}”)` : ''}`,
};

export const recordSentence = (kind: string, body: JsonObject): string => SENTENCE[kind as RecordKind]?.(body) ?? kind;

/** What a viewer may read of an entry: officials' comments on an order go with the right to read orders. */
export const readableBody = ({ comment, ...body }: JsonObject, viewer: Pick<Actor, 'role'>): JsonObject =>
  comment === undefined || !may(viewer, 'orders.read') ? body : { ...body, comment };
