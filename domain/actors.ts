/** Who may do what: the one permission table, and the rule of who may open and edit which sheet. */
import { type Phase, type SheetKind, takesEdits } from './rounds.ts';

export const ORGANIZATION_KINDS = ['manufacturer', 'agency', 'administrator', 'supplier'] as const;
export type OrganizationKind = (typeof ORGANIZATION_KINDS)[number];
export const ROLES = ['editor', 'viewer', 'official', 'approver', 'administrator', 'liaison', 'observer'] as const;
export type Role = (typeof ROLES)[number];

/** The seat of an organization in a pool. */
export type PoolRole = 'buyer' | 'government' | 'administrator' | 'liaison' | 'observer';

/** What an organization sits in a pool as. It follows from its kind: nobody chooses a side. */
export const SEAT_OF_KIND: Record<OrganizationKind, PoolRole> = {
  manufacturer: 'buyer',
  agency: 'government',
  administrator: 'administrator',
  supplier: 'liaison',
};

/** A user acting for an organization in a role. */
export interface Actor {
  userId: string;
  name: string;
  organizationId: string;
  organization: string;
  /** Ultimate owner; the organization itself where it has none. */
  parentId: string;
  kind: OrganizationKind;
  role: Role;
}

export const ROLE_TITLE: Record<Role, string> = {
  editor: 'Editor',
  viewer: 'Viewer',
  official: 'Official',
  approver: 'Approving official',
  administrator: 'Pool administrator',
  liaison: 'Supplier liaison',
  observer: 'Observer',
};

/** Roles that an organization of a kind can give its members. */
export const ROLES_OF_KIND: Record<OrganizationKind, readonly Role[]> = {
  manufacturer: ['editor', 'viewer'],
  agency: ['official', 'approver', 'observer'],
  administrator: ['administrator', 'liaison', 'observer'],
  supplier: ['liaison'],
};

/** Each right with the roles that hold it. A right here is necessary; a seat in the pool is needed as well. */
const HOLDERS = {
  'demand.edit': ['editor'],
  'demand.read': ['editor', 'viewer'],
  'demand.cleanRoom': ['administrator'],
  'offers.edit': ['administrator', 'liaison', 'official', 'approver'],
  'offers.readSealed': ['administrator', 'liaison', 'official', 'approver'],
  'offers.readOpened': ['editor', 'viewer', 'observer'],
  'priorities.edit': ['official', 'approver'],
  'priorities.propose': ['editor'],
  'priorities.read': ['editor', 'viewer', 'official', 'approver', 'administrator', 'observer'],
  'targets.read': ['official', 'approver'],
  'targets.edit': ['official', 'approver'],
  'notes.edit': ['editor', 'official', 'approver', 'administrator', 'liaison'],
  'notes.read': ROLES,
  'talk.read': ROLES,
  'talk.write': ['editor', 'official', 'approver', 'administrator', 'liaison'],
  'talk.note': ['official', 'approver', 'administrator'],
  'talk.decide': ['administrator'],
  'meeting.read': ROLES,
  'meeting.schedule': ['official', 'approver', 'administrator'],
  'meeting.chair': ['official', 'approver'],
  'meeting.write': ['official', 'approver', 'administrator'],
  'meeting.takePart': ['editor', 'official', 'approver', 'administrator', 'liaison'],
  'meeting.vote': ['editor', 'official', 'approver'],
  'inputShare.enter': ['editor'],
  'inputShare.readOwn': ['editor', 'viewer'],
  'inputShare.read': ['administrator'],
  'inputShare.readWhole': ['administrator', 'observer'],
  'pool.create': ['administrator'],
  'pool.setRules': ['administrator'],
  'members.manage': ['administrator'],
  'member.leave': ['editor'],
  'openPool.acknowledge': ['editor'],
  'phase.advance': ['administrator'],
  'match.run': ['administrator'],
  'match.readAggregated': ['administrator', 'official', 'approver'],
  'award.readOwn': ['editor', 'viewer'],
  'orders.read': ['administrator', 'official', 'approver'],
  'orders.return': ['official', 'approver'],
  'orders.approve': ['approver'],
  'fulfilment.enter': ['official', 'approver', 'administrator'],
  'fulfilment.readSupplied': ['liaison'],
  'reserve.read': ['official', 'approver'],
  'reserve.move': ['official', 'approver'],
  'reserve.release': ['approver'],
  // What companies pay and are owed: those who release material set it.
  'reserve.setTerms': ['approver'],
  'reserve.readOwn': ['editor', 'viewer'],
  'reserve.request': ['editor'],
  'record.read': ['administrator', 'official', 'approver', 'observer'],
  'record.export': ['administrator', 'official', 'approver'],
  // With the hashes of the chain, which let guesses about what they cover be tried: only for who reads all of it.
  'record.exportChain': ['administrator'],
  'record.readOwn': ['editor', 'viewer', 'liaison'],
  'people.invite': ['editor', 'approver', 'administrator'],
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof HOLDERS;
export const RIGHTS = Object.keys(HOLDERS) as Right[];

export const may = (actor: Pick<Actor, 'role'>, right: Right): boolean =>
  (HOLDERS[right] as readonly Role[]).includes(actor.role);

/** What the gate knows of a sheet before anybody may open it. */
export interface SheetSeat {
  kind: SheetKind;
  /** Owner of a sealed demand sheet, or supplier whose sheet of offers it is; null for a shared sheet and for the offers that officials enter. */
  organizationId: string | null;
  /** The actor's organization sits in the sheet's pool. True for a programme's sheet. */
  hasSeat: boolean;
  /** The actor's organization has acknowledged, before the sheet's round was over, that an open pool's lines are seen by all its members. */
  hasAcknowledged: boolean;
  /** Phase of the sheet's round; null for a programme's sheet. */
  phase: Phase | null;
  frozen: boolean;
}

/** 'cleanRoom' is read access to another company's lines: every use is recorded and shown to the owner. */
export type Access = 'none' | 'read' | 'cleanRoom' | 'edit';

/**
 * May somebody of the pool know that an organization sits there in this role? Government and administrator are no secret. Who else buys in a
 * sealed pool, and who offers, is known to the administrator alone; in an open pool the buyers read each other's lines anyway.
 */
export function mayReadSeat(actor: Pick<Actor, 'role'>, kind: 'sealed' | 'open', seat: PoolRole): boolean {
  if (seat === 'government' || seat === 'administrator' || may(actor, 'members.manage')) return true;
  return seat === 'buyer' && kind === 'open' && may(actor, 'demand.read');
}

export const mayReadBuyers = (actor: Pick<Actor, 'role'>, kind: 'sealed' | 'open'): boolean =>
  mayReadSeat(actor, kind, 'buyer');

export function accessToSheet(actor: Actor, sheet: SheetSeat): Access {
  if (!sheet.hasSeat) return 'none';
  const live = !sheet.frozen && (sheet.phase === null || takesEdits(sheet.kind, sheet.phase));
  const editIf = (right: Right): Access => (live && may(actor, right) ? 'edit' : 'read');
  switch (sheet.kind) {
    case 'demand': {
      const isShared = sheet.organizationId === null;
      const own = isShared ? sheet.hasAcknowledged : sheet.organizationId === actor.organizationId;
      if (own && may(actor, 'demand.read')) return editIf('demand.edit');
      return may(actor, 'demand.cleanRoom') ? 'cleanRoom' : 'none';
    }
    case 'offers':
      // Only whoever tends it: a document goes out whole, and its quantities with a member's own award tell what others got. Members
      // and observers read opened offers as a table without quantities ('offers.readOpened', server/http/offers). Suppliers compete: each has
      // a sheet of its own, and neither another's nor the one that officials fill opens to it.
      if (actor.kind === 'supplier' && sheet.organizationId !== actor.organizationId) return 'none';
      return may(actor, 'offers.readSealed') ? editIf('offers.edit') : 'none';
    case 'priorities':
      if (!may(actor, 'priorities.read')) return 'none';
      return may(actor, 'priorities.edit') || may(actor, 'priorities.propose') ? (live ? 'edit' : 'read') : 'read';
    case 'targets':
      // The internal face of the priorities. Whoever knows target and stock knows how badly the reserve has to buy.
      return may(actor, 'targets.read') ? editIf('targets.edit') : 'none';
    case 'notes':
      return may(actor, 'notes.read') ? editIf('notes.edit') : 'none';
  }
}

/**
 * May the browser keep the sheet for work without a network? Only what its own people tend; never a clean-room view, sealed offers, or the
 * reserve's targets.
 */
export const mayKeepCopy = (kind: SheetKind, access: Access): boolean =>
  (access === 'edit' || access === 'read') && kind !== 'offers' && kind !== 'targets';

/** A group of people: those of one organization, and those of organizations of these kinds. */
export interface People {
  organizationId: string;
  kinds: readonly OrganizationKind[];
}

export const isAmong = (people: People, person: { organizationId: string; kind: OrganizationKind }): boolean =>
  person.organizationId === people.organizationId || people.kinds.includes(person.kind);

const OFFICES: readonly OrganizationKind[] = ['agency', 'administrator'];

/** Whose names stand in the history of a sheet. Companies that share a sheet know each other's lines, not each other's people. */
export const peopleNamedTo = ({ organizationId, kind }: Pick<Actor, 'organizationId' | 'kind'>): People => ({
  organizationId,
  kinds: OFFICES.includes(kind) ? ORGANIZATION_KINDS : OFFICES,
});

/** Whose work is counted. How busy a company is with its lines is that company's own, for officials and the administrator too. */
export const peopleCountedFor = ({ organizationId }: Pick<Actor, 'organizationId'>): People => ({
  organizationId,
  kinds: OFFICES,
});

const VERSIONS_RIGHT: Record<SheetKind, Right> = {
  demand: 'demand.edit',
  offers: 'offers.edit',
  priorities: 'priorities.edit',
  notes: 'notes.edit',
  targets: 'targets.edit',
};

/** A version's name is text that every reader of the sheet sees, so it takes the right to edit all of the sheet; also after it closed. */
export const mayNameVersions = (actor: Actor, sheet: SheetSeat): boolean =>
  ['read', 'edit'].includes(accessToSheet(actor, sheet)) && may(actor, VERSIONS_RIGHT[sheet.kind]);

/** A shared view's name and filter texts are seen by every reader of the sheet: they take the same right as the name of a version. */
export const mayShareViews = mayNameVersions;

/** As mayShareViews, for a page where the sheet is open already: people who may only propose rows save no views for everyone. */
export const sharesViewsOf = (actor: Pick<Actor, 'role'>, kind: SheetKind): boolean => may(actor, VERSIONS_RIGHT[kind]);

const isCompanySheet = ({ kind, organizationId }: Pick<SheetSeat, 'kind' | 'organizationId'>): boolean =>
  kind === 'demand' && organizationId !== null;

/** Its comments are read by one company, or by officials, alone; in every other sheet, parties read along that may not see each other's numbers. */
export const isOnePartySheet = (sheet: Pick<SheetSeat, 'kind' | 'organizationId'>): boolean =>
  isCompanySheet(sheet) || sheet.kind === 'targets';

/** Who may comment in a sheet: whoever reads it as its own and may speak. A clean-room view only reads along. */
export function mayComment(actor: Actor, sheet: SheetSeat): boolean {
  const access = accessToSheet(actor, sheet);
  if (access !== 'read' && access !== 'edit') return false;
  return may(actor, isCompanySheet(sheet) ? 'demand.read' : 'talk.write');
}

/** Held comments of a sheet that several parties read are decided like held talk, by whoever decides there and may open the sheet. */
export const mayDecideComments = (actor: Actor, sheet: SheetSeat): boolean =>
  !isOnePartySheet(sheet) && accessToSheet(actor, sheet) !== 'none' && may(actor, 'talk.decide');
