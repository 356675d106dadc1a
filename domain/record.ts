/** The record: what an entry is, the exact text that its hash covers, and who reads what of it. Its sentences are in record-words. */
import { type Actor, may } from './actors.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Everything that may enter the record. Bodies never hold a row's values; awards and quantities stay with their runs. */
export type RecordKind =
  | 'workspace.seeded'
  | 'workspace.claimed'
  | 'organization.created'
  | 'person.invited'
  | 'person.joined'
  | 'person.roleChanged'
  | 'person.removed'
  | 'invitation.withdrawn'
  | 'pool.opened'
  | 'member.joined'
  | 'member.left'
  | 'member.removed'
  | 'openPool.acknowledged'
  | 'rules.tightened'
  | 'weights.changed'
  | 'round.opened'
  | 'phase.changed'
  | 'sheet.viewed'
  | 'sharedSheet.viewed'
  | 'totals.viewed'
  | 'ownTotals.viewed'
  | 'sheet.frozen'
  | 'offers.opened'
  | 'release.published'
  | 'lottery.committed'
  | 'lottery.revealed'
  | 'run.started'
  | 'run.solved'
  | 'run.cancelled'
  | 'run.failed'
  | 'order.proposed'
  | 'order.decided'
  | 'session.briefed'
  | 'meeting.scheduled'
  | 'meeting.cancelled'
  | 'meeting.opened'
  | 'meeting.closed'
  | 'meeting.chairNamed'
  | 'meeting.joined'
  | 'meeting.left'
  | 'meeting.memberJoined'
  | 'meeting.memberLeft'
  | 'meeting.handRaised'
  | 'meeting.floorGiven'
  | 'meeting.presenterNamed'
  | 'meeting.edited'
  | 'meeting.held'
  | 'meeting.decided'
  | 'meeting.voteOpened'
  | 'meeting.voted'
  | 'meeting.resolved'
  | 'talk.said'
  | 'talk.decided'
  | 'comment.said'
  | 'comment.changed'
  | 'comment.deleted'
  | 'comment.decided'
  | 'inputShare.entered'
  | 'inputShare.viewed'
  | 'desk.viewed'
  | 'reserve.joined'
  | 'reserve.moved'
  | 'reserve.told'
  | 'reserve.drawdown'
  | 'reserve.scenario'
  | 'reserve.terms'
  | 'order.step'
  | 'report.viewed'
  | 'order.viewed'
  | 'record.exported';

export interface RecordDraft {
  kind: RecordKind;
  poolId?: string;
  actor?: Actor;
  /** The organization whose numbers the entry concerns. It may always read the entry. */
  subjectId?: string;
  body: JsonObject;
}

/** Who joined, left or spoke in a pool, and when, is its administrator's and that member's own: to others it would name the members, or time them. */
export const MEMBER_KINDS: readonly RecordKind[] = [
  'member.joined',
  'member.left',
  'member.removed',
  'openPool.acknowledged',
  'session.briefed',
  'meeting.memberJoined',
  'meeting.memberLeft',
  'meeting.handRaised',
  'meeting.held',
  'meeting.decided',
  'meeting.voted',
  'talk.said',
  'talk.decided',
  'comment.said',
  'comment.changed',
  'comment.deleted',
  'comment.decided',
  'inputShare.entered',
  'inputShare.viewed',
  'ownTotals.viewed',
];

/** Somebody looked at exact numbers. */
export const SIGHT_KINDS: readonly RecordKind[] = [
  'sheet.viewed',
  'sharedSheet.viewed',
  'totals.viewed',
  'ownTotals.viewed',
  'inputShare.viewed',
  'desk.viewed',
  'report.viewed',
  'order.viewed',
];

/** Runs, their number and times, and orders are told to those who read orders. */
export const RUN_KINDS: readonly RecordKind[] = [
  'run.started',
  'run.solved',
  'run.cancelled',
  'run.failed',
  'order.proposed',
  'order.decided',
  'order.step',
  'report.viewed',
  'order.viewed',
  'record.exported',
];

/** What the reserve holds and who draws on it is told to those who read its ledger, and to the company whose account it is. */
export const RESERVE_KINDS: readonly RecordKind[] = [
  'reserve.joined',
  'reserve.moved',
  'reserve.told',
  'reserve.drawdown',
  'reserve.scenario',
  'reserve.terms',
];

/** What of the record a viewer that reads it as a whole does not get, apart from what concerns its own organization. */
export const kindsHiddenFrom = (viewer: Pick<Actor, 'role'>): RecordKind[] => [
  ...(may(viewer, 'members.manage') ? [] : MEMBER_KINDS),
  ...(may(viewer, 'orders.read') ? [] : RUN_KINDS),
  ...(may(viewer, 'reserve.read') ? [] : RESERVE_KINDS),
];

/** What was read of demand lines in the clean room. */
export type Viewed = 'lines' | 'history' | 'comments' | 'totals';

/**
 * The entry of a clean-room view. It is shown to the owner of the lines; those of an open pool's shared sheet have many, so its views are of a
 * kind of their own, which each buyer reads that has acknowledged.
 */
export const cleanRoomView = (
  actor: Actor,
  sheet: { poolId: string | null; organizationId: string | null },
  what: Viewed,
): RecordDraft => ({
  kind: sheet.organizationId === null ? 'sharedSheet.viewed' : 'sheet.viewed',
  actor,
  body: what === 'lines' ? {} : { what },
  ...(sheet.poolId !== null && { poolId: sheet.poolId }),
  ...(sheet.organizationId !== null && { subjectId: sheet.organizationId }),
});

/** A demand sheet and the number of its last change that was read of it. */
export interface ReadSheet {
  organizationId: string | null;
  version: string;
}

/**
 * The entries of a view of a pool's exact totals: one of the pool, and one for each owner of a sheet, whose body changes with that sheet alone.
 * An entry that came again because anybody had edited would tell an owner that somebody else did; one that officials read would count the members.
 */
export function exactView(
  actor: Actor,
  { poolId, round, sheets }: { poolId: string; round: number; sheets: readonly ReadSheet[] },
): RecordDraft[] {
  const ofOwners = sheets.map(
    ({ organizationId, version }): RecordDraft =>
      organizationId === null
        ? cleanRoomView(actor, { poolId, organizationId }, 'totals')
        : { kind: 'ownTotals.viewed', actor, poolId, subjectId: organizationId, body: { round, version } },
  );
  return [{ kind: 'totals.viewed', actor, poolId, body: { round } }, ...ofOwners];
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

/**
 * What a viewer may read of an entry: officials' comments on an order, how many orders there are and how often offers were edited go with the
 * right to read orders; how many sheets were frozen, which counts the members, with the right to know them; the rules of a pool with the
 * right to set them.
 */
export function readableBody(
  { comment, orders, sheets, seq, rules, ...body }: JsonObject,
  viewer: Pick<Actor, 'role'>,
): JsonObject {
  const readsOrders = may(viewer, 'orders.read');
  return {
    ...body,
    ...(readsOrders && { ...(comment !== undefined && { comment }), ...(orders !== undefined && { orders }) }),
    ...(readsOrders && seq !== undefined && { seq }),
    ...(sheets !== undefined && may(viewer, 'members.manage') && { sheets }),
    ...(rules !== undefined && may(viewer, 'pool.setRules') && { rules }),
  };
}
