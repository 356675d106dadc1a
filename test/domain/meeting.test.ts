import { expect, test } from 'vitest';
import type { Actor } from '../../domain/actors.ts';
import {
  conduct,
  hasDropped,
  keptUntil,
  knowsAttendance,
  type MeetingState,
  open,
  outcomeOf,
  readsCounts,
  replaceChair,
  schedule,
  takePart,
  write,
} from '../../domain/meeting.ts';
import { recordSentence } from '../../domain/record-words.ts';
import { publicBody } from '../../domain/redaction.ts';

const person = (userId: string, role: Actor['role'], kind: Actor['kind'], organizationId = userId): Actor => ({
  userId,
  name: userId,
  organizationId,
  organization: organizationId,
  parentId: organizationId,
  kind,
  role,
});
const chair = person('chair', 'approver', 'agency');
const official = person('official', 'official', 'agency');
const admin = person('admin', 'administrator', 'administrator');
const buyer = person('buyer', 'editor', 'manufacturer');
const rival = person('rival', 'editor', 'manufacturer');
const observer = person('counsel', 'observer', 'administrator');

const DAY = 86_400_000;
const code = (outcome: { ok: boolean; refusal?: { code: string } }) => (outcome.ok ? 'yes' : outcome.refusal?.code);
const session = (more: Partial<MeetingState> = {}): MeetingState => ({
  phase: 'open',
  startsAt: 10 * DAY,
  chairId: 'chair',
  isChairHere: true,
  isHere: true,
  ...more,
});

test('[SN1] a session has seven days of notice, or a reason; it lies ahead, and a federal official chairs it', () => {
  const wanted = { startsAt: 7 * DAY, now: 0, shortNotice: '', chair };
  expect(schedule(official, wanted)).toEqual({ ok: true, value: { days: 7, isShort: false } });
  expect(code(schedule(official, { ...wanted, now: 1 }))).toBe('short-notice');
  expect(code(schedule(admin, { ...wanted, now: 1, shortNotice: 'A port closed' }))).toBe('yes');
  expect(code(schedule(official, { ...wanted, now: 8 * DAY }))).toBe('past');
  for (const other of [admin, buyer, null])
    expect(code(schedule(official, { ...wanted, chair: other }))).toBe('no-chair');
  for (const other of [buyer, observer]) expect(code(schedule(other, wanted))).toBe('not-allowed');
});

test('[SN2] only the named chair opens a session, from a quarter of an hour before its time on, and once', () => {
  const scheduled = session({ phase: 'scheduled' });
  expect(code(open(chair, scheduled, 10 * DAY))).toBe('yes');
  for (const other of [official, admin, buyer]) expect(code(open(other, scheduled, 10 * DAY))).toBe('not-chair');
  expect(code(open(chair, scheduled, 10 * DAY - 15 * 60_000 - 1))).toBe('early');
  for (const phase of ['open', 'closed', 'cancelled'] as const)
    expect(code(open(chair, session({ phase }), 10 * DAY))).toBe('phase');
});

test('[SN3] while the chair is away nothing is led, asked for or voted; another official may be named then', () => {
  const away = session({ isChairHere: false });
  expect([code(conduct(chair, session())), code(conduct(official, session()))]).toEqual(['yes', 'not-chair']);
  expect([code(conduct(chair, away)), code(takePart(away))]).toEqual(['chair-away', 'chair-away']);
  expect([code(takePart(session())), code(takePart(session({ isHere: false })))]).toEqual(['yes', 'not-here']);
  expect(code(replaceChair(official, session(), official))).toBe('chair-here');
  expect(code(replaceChair(official, away, official))).toBe('yes');
  expect(code(replaceChair(chair, session(), official))).toBe('yes');
  expect(code(replaceChair(official, away, admin))).toBe('no-chair');
  expect(code(replaceChair(buyer, away, official))).toBe('not-allowed');
});

test('[SN4] the agenda is written from the notice on, minutes and motions in the open session, by officials and the administrator', () => {
  const scheduled = session({ phase: 'scheduled', isHere: false });
  expect([code(write(official, 'agenda', scheduled)), code(write(official, 'minutes', scheduled))]).toEqual([
    'yes',
    'not-open',
  ]);
  expect([code(write(admin, 'minutes', session())), code(write(official, 'motion', session()))]).toEqual([
    'yes',
    'yes',
  ]);
  for (const other of [buyer, observer]) expect(code(write(other, 'minutes', session()))).toBe('not-allowed');
  expect(code(write(admin, 'minutes', session({ phase: 'closed' })))).toBe('over');
});

test('[SN5] a motion is carried by more organizations for it than against; who was not heard of for 90 seconds has dropped out', () => {
  expect([outcomeOf(['yes', 'abstain']), outcomeOf(['yes', 'no']), outcomeOf([])]).toEqual([
    'carried',
    'notCarried',
    'notCarried',
  ]);
  expect([hasDropped(0, 90_000), hasDropped(0, 90_001)]).toEqual([false, true]);
});

test('[SN6] in a sealed pool no manufacturer is named to another or to officials, and nobody but the administrator reads how many voted', () => {
  const of = (viewer: Actor, pool: 'sealed' | 'open') => knowsAttendance(viewer, pool, rival);
  expect([of(buyer, 'sealed'), of(official, 'sealed'), of(admin, 'sealed'), of(rival, 'sealed')]).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect([of(buyer, 'open'), knowsAttendance(buyer, 'sealed', official)]).toEqual([true, true]);
  expect(knowsAttendance(buyer, 'open', person('s', 'liaison', 'supplier'))).toBe(false);
  expect([readsCounts(buyer, 'sealed'), readsCounts(official, 'sealed'), readsCounts(admin, 'sealed')]).toEqual([
    false,
    false,
    true,
  ]);
});

test('[SN7] the record of a session is kept for five years from its end', () => {
  expect(keptUntil(new Date('2027-03-01T10:00:00Z')).toISOString()).toBe('2032-03-01T10:00:00.000Z');
  expect(recordSentence('meeting.closed', { meeting: 3, keptUntil: '2032-03-01' })).toBe(
    'Closed session 3; its record is kept until 2032-03-01',
  );
});

test('[SN8] the public reads that a session was called, opened, closed and what it resolved, and not who was there, what they wrote or how they voted', () => {
  expect(publicBody('meeting.resolved', { meeting: 1, item: 'x', outcome: 'carried' })).toEqual({
    meeting: 1,
    outcome: 'carried',
  });
  for (const kind of ['meeting.memberJoined', 'meeting.voted', 'meeting.edited', 'meeting.held', 'meeting.joined'])
    expect(publicBody(kind, { meeting: 1 })).toBeNull();
});
