/** Who may sit in a pool together, when a member may leave, and what a seat that is lost leaves behind. Used by the members' endpoints. */
import { type OrganizationKind, type PoolRole, SEAT_OF_KIND } from './actors.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import { PHASE_TITLE, type Phase } from './rounds.ts';

export interface Organization {
  id: string;
  name: string;
  kind: OrganizationKind;
  /** Ultimate owner; the organization itself where it has none. */
  parentId: string;
}

export interface SeatedOrganization extends Organization {
  role: PoolRole;
}

/** On what ground companies share one sheet: one owner of them all, or counsel's clearance. Null for a sealed pool. */
export type OpenGround = 'group' | 'counsel';

/** Organizations in one pool: the publisher reads every one of them at each slot. */
export const MEMBERS_MAX = 500;

/**
 * May this organization join those that sit in the pool? One owner sits on one side of the table: whoever sells, reviews or administers must
 * not belong to whoever buys, or it would read what its own buyer's competitors may not know.
 */
export function seatFor(
  candidate: Organization,
  seated: readonly SeatedOrganization[],
  ground: OpenGround | null,
): Outcome<PoolRole> {
  const role = SEAT_OF_KIND[candidate.kind];
  if (seated.some(({ id }) => id === candidate.id))
    return refuse('member-already', candidate.name, 'it has a seat in this pool', 'choose another organization');
  if (seated.length >= MEMBERS_MAX)
    return refuse('pool-full', 'members', `a pool has at most ${MEMBERS_MAX}`, 'open another pool for the others');
  const across = seated.find(
    (other) => other.parentId === candidate.parentId && (other.role === 'buyer') !== (role === 'buyer'),
  );
  if (across)
    return refuse(
      'both-sides',
      candidate.name,
      role === 'buyer'
        ? `${across.name}, which has the same ultimate owner, sits in this pool as ${SEAT_TITLE[across.role].toLowerCase()}`
        : `${across.name}, which has the same ultimate owner, buys in this pool`,
      'one owner can sit on one side only: choose another organization, or remove the other one first',
    );
  const stranger =
    ground === 'group' && role === 'buyer'
      ? seated.find((other) => other.role === 'buyer' && other.parentId !== candidate.parentId)
      : undefined;
  if (stranger)
    return refuse(
      'not-one-group',
      candidate.name,
      'it does not have the ultimate owner that the other buyers of this open pool have',
      'invite companies of the group only, or open a sealed pool',
    );
  return accept(role);
}

export const SEAT_TITLE: Record<PoolRole, string> = {
  buyer: 'Buyer',
  government: 'Government',
  administrator: 'Administrator',
  liaison: 'Supplier liaison',
  observer: 'Observer',
};

/** A pool is run by somebody. */
export function mayRemove(member: SeatedOrganization, seated: readonly SeatedOrganization[]): Outcome<null> {
  const isLast = member.role === 'administrator' && seated.filter(({ role }) => role === 'administrator').length === 1;
  return isLast
    ? refuse('last-administrator', member.name, 'nobody else administers this pool', 'add another administrator first')
    : accept(null);
}

/** Phases in which a member walks out by itself: before its demand is committed, and once everything is awarded. */
const LEAVES_IN: readonly Phase[] = ['collect', 'review', 'contract', 'closed'];

export const mayLeave = (phase: Phase): Outcome<null> =>
  LEAVES_IN.includes(phase)
    ? accept(null)
    : refuse(
        'demand-committed',
        'round',
        `its demand is committed in the phase ${PHASE_TITLE[phase].toLowerCase()}`,
        'wait until the orders are awarded, or ask the administrator to remove you',
      );
