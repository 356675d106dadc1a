/** The sentence that people read of an entry of the record. Used by the record's pages and its bundle. */
import { type PoolRole, ROLE_TITLE, type Role } from './actors.ts';
import { STEP_WORDS, type StepKind } from './fulfilment.ts';
import { SEAT_TITLE } from './membership.ts';
import { RULE_NAMES, RULE_TITLE, ruleValue } from './pool-rules.ts';
import type { Json, JsonObject, RecordKind } from './record.ts';
import { DRAWDOWN_TITLE, type DrawdownState } from './reserve-drawdown.ts';
import { MOVEMENT_TITLE, type MovementKind } from './reserve-ledger.ts';
import { PHASE_TITLE, type Phase } from './rounds.ts';
import { TERM_TITLE, type TermChange, type TermName, termText } from './vault-terms.ts';

/** A kind that this version does not know stays its own name. */
export const recordSentence = (kind: string, body: JsonObject): string => SENTENCE[kind as RecordKind]?.(body) ?? kind;

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
  recuse: 'left to others, for a conflict of interest',
};

const moved = (what: Json | undefined): string =>
  (MOVEMENT_TITLE[word(what) as MovementKind] ?? word(what)).toLowerCase();

const role = (value: Json | undefined): string => ROLE_TITLE[word(value) as Role]?.toLowerCase() ?? word(value);
const seat = (value: Json | undefined): string => SEAT_TITLE[word(value) as PoolRole]?.toLowerCase() ?? word(value);

/** What became tighter, for those who may read it. */
function rulesOf(value: Json | undefined): string {
  const changes = (value ?? {}) as Partial<Record<string, readonly [Json, Json]>>;
  const told = RULE_NAMES.flatMap((name) => {
    const change = changes[name];
    const [from, to] = (change ?? []).map((side) => ruleValue(side as number | boolean | null));
    return change ? [`${RULE_TITLE[name].toLowerCase()} from ${from} to ${to}`] : [];
  });
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

function viewSentence(what: Json | undefined, lines: string): string {
  if (what === 'history') return `Read the history of ${lines} in the clean room`;
  if (what === 'comments') return `Read the comments at ${lines} in the clean room`;
  if (what === 'totals') return `Read the exact totals of ${lines} in the clean room`;
  return `Opened ${lines} in the clean room`;
}

const TALK: Record<string, string> = {
  held: 'held for the administrator',
  shown: 'shown to the pool',
  withheld: 'kept back',
};

const MEETING_ITEM: Record<string, string> = {
  agenda: 'a line of the agenda',
  minutes: 'a line of the minutes',
  motion: 'a motion',
};
const leaving = (b: JsonObject): string =>
  `${word(b.person) ? `${word(b.person)} dropped out of` : 'Left'} session ${word(b.meeting)}`;

const COMMENT: Record<string, string> = { ...TALK, shown: 'shown in the sheet' };

/** 'Upfront fee from 2 % to 3 %'. */
const termChanges = (changes: Json | undefined): string =>
  (Array.isArray(changes) ? (changes as unknown as TermChange[]) : [])
    .map(({ term, from, to }) => {
      const said = (value: TermChange['to']) => termText(term, value) ?? 'undecided';
      return `${(TERM_TITLE[term as TermName] ?? term).toLowerCase()} from ${said(from)} to ${said(to)}`;
    })
    .join('; ');

const SENTENCE: Record<RecordKind, (body: JsonObject) => string> = {
  'workspace.seeded': () => 'The fictional demo workspace was set up',
  'workspace.claimed': () => 'The workspace was set up',
  'organization.created': (b) => `Registered the organization ${word(b.name)}`,
  'person.invited': (b) => `Invited a person as ${role(b.role)}`,
  'person.joined': (b) => `${b.person ? `${word(b.person)} joined` : 'Joined'} as ${role(b.role)}`,
  'person.roleChanged': (b) => `${word(b.person) || 'A colleague'} is now ${role(b.to)}, and was ${role(b.from)}`,
  'person.removed': (b) => `Removed ${word(b.person) || 'a colleague'}, who was ${role(b.role)}`,
  'invitation.withdrawn': (b) => `Withdrew an invitation as ${role(b.role)}`,
  'pool.opened': (b) =>
    b.kind === 'open'
      ? `Opened the pool ${word(b.name)}, whose members see each other’s lines (${b.ground === 'group' ? 'one group' : 'cleared by counsel'}: ${word(b.reference)})`
      : `Opened the pool ${word(b.name)}`,
  'member.joined': (b) =>
    `${word(b.member) || 'An organization'} received a seat as ${seat(b.seat)}${b.clearance ? ` (clearance: ${word(b.clearance)})` : ''}`,
  'member.left': (b) => `${word(b.member) || 'An organization'} gave up its seat as ${seat(b.seat)}`,
  'member.removed': (b) => `${word(b.member) || 'An organization'} lost its seat as ${seat(b.seat)}`,
  'openPool.acknowledged': (b) => `${word(b.member) || 'A member'} acknowledged that all members see every line`,
  'rules.tightened': (b) => `Tightened the rules of the pool from its next round on${rulesOf(b.rules)}`,
  'weights.changed': (b) => `Weighed the criteria anew, version ${word(b.version)}`,
  'round.opened': (b) =>
    `Opened round ${word(b.round)}${b.carryOver ? ', which begins with each member’s own lines of the round before as indicative ones' : ''}`,
  'phase.changed': (b) => `Moved round ${word(b.round)} from ${phase(b.from)} to ${phase(b.to)}`,
  'sheet.viewed': (b) => viewSentence(b.what, 'a company’s demand lines'),
  'sharedSheet.viewed': (b) => viewSentence(b.what, 'the demand lines that members share'),
  'totals.viewed': (b) => `Read the exact totals of round ${word(b.round)} in the clean room`,
  'ownTotals.viewed': (b) =>
    `Read the exact totals of round ${word(b.round)}, with a company’s lines in them, in the clean room`,
  'sheet.frozen': (b) => (b.sheets === undefined ? 'Froze the sheets' : `Froze ${count(b.sheets, 'sheet', 'sheets')}`),
  'offers.opened': (b) => `Opened the sealed offers${b.seq === undefined ? '' : ` at version ${word(b.seq)}`}`,
  'release.published': (b) => `Published ${b.final ? 'the last release of the round' : `release ${word(b.number)}`}`,
  'lottery.committed': (b) =>
    `Drew the seed of the lottery of round ${word(b.round)}; its commitment is ${word(b.commitment)}`,
  'lottery.revealed': (b) =>
    `Revealed the seed of the lottery of round ${word(b.round)}: ${word(b.seed)}; with the round’s id and a colon before it, its SHA-256 is the commitment`,
  'run.started': (b) => `Started match run ${word(b.run)}`,
  'run.solved': (b) => `Match run ${word(b.run)} was solved`,
  'run.cancelled': (b) => `Cancelled match run ${word(b.run)}`,
  'run.failed': (b) => `Match run ${word(b.run)} failed: ${word(b.reason)}`,
  'order.proposed': (b) =>
    `Proposed ${b.orders === undefined ? 'orders' : count(b.orders, 'order', 'orders')} from match run ${word(b.run)}`,
  'session.briefed': () => 'Read the purpose and the rules of talk at the start of a session',
  'meeting.scheduled': (b) =>
    `Gave notice of session ${word(b.meeting)}, ${count(b.days, 'day', 'days')} before it begins${b.short ? ', on short notice' : ''}`,
  'meeting.cancelled': (b) => `Cancelled session ${word(b.meeting)}`,
  'meeting.opened': (b) => `Opened session ${word(b.meeting)} as its chair`,
  'meeting.closed': (b) => `Closed session ${word(b.meeting)}; its record is kept until ${word(b.keptUntil)}`,
  'meeting.chairNamed': (b) => `${word(b.person) || 'An official'} is now the chair of session ${word(b.meeting)}`,
  'meeting.joined': (b) => `Came to session ${word(b.meeting)}`,
  'meeting.left': (b) => leaving(b),
  'meeting.memberJoined': (b) => `Came to session ${word(b.meeting)}`,
  'meeting.memberLeft': (b) => leaving(b),
  'meeting.handRaised': (b) => `Raised a hand in session ${word(b.meeting)}`,
  'meeting.floorGiven': (b) =>
    b.given === false
      ? `Took back the floor in session ${word(b.meeting)}`
      : `Gave the floor in session ${word(b.meeting)}`,
  'meeting.presenterNamed': (b) =>
    b.named === false
      ? `Nobody presents in session ${word(b.meeting)}`
      : `Named who presents in session ${word(b.meeting)}`,
  'meeting.edited': (b) => `Wrote ${MEETING_ITEM[word(b.what)] ?? word(b.what)} of session ${word(b.meeting)}`,
  'meeting.held': (b) =>
    `Wrote ${MEETING_ITEM[word(b.what)] ?? word(b.what)} of session ${word(b.meeting)}, held for the administrator`,
  'meeting.decided': (b) =>
    `A line of session ${word(b.meeting)} was ${b.state === 'shown' ? 'shown to the session' : 'kept back'}`,
  'meeting.voteOpened': (b) => `Put a motion of session ${word(b.meeting)} to the vote`,
  'meeting.voted': (b) => `Voted in session ${word(b.meeting)}`,
  'meeting.resolved': (b) =>
    `A motion of session ${word(b.meeting)} was ${b.outcome === 'carried' ? 'carried' : 'not carried'}`,
  'talk.said': (b) => `Wrote a ${word(b.kind)}, ${TALK[word(b.state)] ?? word(b.state)}`,
  'talk.decided': (b) => `A held message was ${TALK[word(b.state)] ?? word(b.state)}`,
  'comment.said': (b) => `Commented in a sheet, ${COMMENT[word(b.state)] ?? word(b.state)}`,
  'comment.changed': (b) => `Changed a comment in a sheet, ${COMMENT[word(b.state)] ?? word(b.state)}`,
  'comment.deleted': () => 'Deleted a comment in a sheet',
  'comment.decided': (b) => `A held comment was ${COMMENT[word(b.state)] ?? word(b.state)}`,
  'inputShare.entered': () => 'Entered a share of input cost for counsel',
  'report.viewed': (b) => `Read the report of match run ${word(b.run)}`,
  'order.viewed': (b) => `Read order ${word(b.order)}`,
  'record.exported': (b) =>
    `Exported the record ${b.cut === 'public' ? 'for the public ' : ''}as bundle ${word(b.bundle)}, signed with the key ${word(b.key).slice(0, 16)}…`,
  'inputShare.viewed': () => 'Saw on which side of the limit a company’s input cost is',
  'desk.viewed': () => 'Looked at what companies entered for counsel',
  'reserve.joined': () => 'Opened an account with the reserve',
  'reserve.moved': (b) =>
    `Movement ${word(b.movement)} of the reserve${b.lot === undefined ? '' : `, lot ${word(b.lot)}`}: ${moved(b.what)}`,
  'reserve.told': (b) => `The account with the reserve changed: ${moved(b.what)}`,
  'reserve.drawdown': (b) =>
    `Drawdown ${word(b.drawdown)} from the reserve: ${(DRAWDOWN_TITLE[word(b.state) as DrawdownState] ?? word(b.state)).toLowerCase()}`,
  'reserve.scenario': (b) => `Ran the scenario “${word(b.scenario)}” for ${count(b.minerals, 'mineral', 'minerals')}`,
  'reserve.terms': (b) => `Changed the terms of the reserve, version ${word(b.version)}: ${termChanges(b.changes)}`,
  'order.step': (b) =>
    b.struck
      ? `Struck out, as entered in error, that order ${word(b.order)} ${STEP_WORDS[word(b.step) as StepKind] ?? word(b.step)}`
      : `Order ${word(b.order)} ${STEP_WORDS[word(b.step) as StepKind] ?? word(b.step)}`,
  'order.decided': (b) =>
    `Order ${word(b.order)} was ${VERDICT[word(b.verdict)] ?? word(b.verdict)}${b.comment ? ` (“${word(b.comment)}”)` : ''}`,
};
