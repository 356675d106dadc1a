/** The HTTP contract of who sits in a pool, its rules, its rounds, and the people of an organization. Mounted by api. */

import { z } from 'zod';
import { ORGANIZATION_KINDS, ROLES } from '#domain/actors.ts';
import { get, Id, Instant, post } from './api-route.ts';

const OfPool = z.object({ poolId: Id });
const SEATS = ['buyer', 'government', 'administrator', 'liaison', 'observer'] as const;

/** Name of a group or of a clearance, as somebody would look it up. */
export const Reference = z.string().trim().min(3).max(300);

export const MemberView = z
  .object({
    organizationId: Id,
    name: z.string(),
    kind: z.enum(ORGANIZATION_KINDS),
    seat: z.enum(SEATS),
    owner: z.string().nullable().describe('ultimate owner; null where the organization is its own'),
    /** Of an open pool's buyer: it has read that all members see its lines. */
    acknowledged: z.boolean().nullable(),
  })
  .meta({ id: 'MemberView' });
export type MemberView = z.infer<typeof MemberView>;

export const Candidate = z
  .object({
    organizationId: Id,
    name: z.string(),
    kind: z.enum(ORGANIZATION_KINDS),
    seat: z.enum(SEATS),
    owner: z.string().nullable(),
    refusal: z.string().nullable().describe('why it cannot sit in this pool'),
  })
  .meta({ id: 'Candidate' });

export const RulesView = z
  .object({
    contributorsMin: z.int(),
    dominancePct: z.int(),
    coalition: z.int(),
    changersMin: z.int(),
    strict: z.boolean(),
    slotSeconds: z.int().nullable().describe("null: the server's own"),
    countryCapPct: z.int().nullable().describe('null: no cap of the pool'),
    supplierCapPct: z.int().nullable().describe('null: no cap of the pool'),
    proportionalFirm: z.boolean().describe('firm claims share what is scarce in proportion'),
  })
  .meta({ id: 'RulesView' });
export type RulesView = z.infer<typeof RulesView>;

export const RuleSettings = z
  .object({
    /** From the next round on; the present round where it has not published yet. */
    rules: RulesView.nullable().describe('null: what is stored cannot be read, and nothing is published'),
    inRound: RulesView.nullable().describe('what the present round goes by'),
    loosest: RulesView,
  })
  .meta({ id: 'RuleSettings' });

export const PastPool = z
  .object({
    poolId: Id,
    name: z.string(),
    minerals: z.array(z.string()),
    deliveryFrom: z.int(),
    deliveryTo: z.int(),
    leftAt: Instant,
  })
  .meta({ id: 'PastPool' });

export const PastLines = z
  .object({
    pool: PastPool,
    rounds: z.array(
      z.object({
        number: z.int(),
        lines: z.array(z.object({ id: z.string(), cells: z.record(z.string(), z.any()) })),
      }),
    ),
  })
  .meta({ id: 'PastLines' });

const members = {
  list: get('/pools/{poolId}/members', 'members', 'Who sits in a pool, as far as I may know it')
    .input(OfPool)
    .output(z.array(MemberView)),
  candidates: get(
    '/pools/{poolId}/candidates',
    'members',
    'Organizations without a seat in the pool; administrators only',
  )
    .input(OfPool)
    .output(z.array(Candidate)),
  add: post('/pools/{poolId}/members', 'members', 'Give an organization a seat; administrators only')
    .input(
      OfPool.extend({
        organizationId: Id,
        clearance: Reference.optional().describe('needed for a buyer of an open pool that counsel cleared'),
      }),
    )
    .output(z.array(MemberView)),
  remove: post('/pools/{poolId}/members/remove', 'members', 'Take a seat away; administrators only')
    .input(OfPool.extend({ organizationId: Id }))
    .output(z.array(MemberView)),
  leave: post('/pools/{poolId}/leave', 'members', "Give up my organization's seat; its lines count no more")
    .input(OfPool)
    .output(PastPool),
  acknowledge: post(
    '/pools/{poolId}/acknowledge',
    'members',
    'Acknowledge that all members of an open pool see every line',
  )
    .input(OfPool)
    .output(z.object({ acknowledged: z.literal(true) })),
};

const rules = {
  get: get('/pools/{poolId}/rules', 'pools', 'Rules of a pool; administrators only').input(OfPool).output(RuleSettings),
  tighten: post(
    '/pools/{poolId}/rules',
    'pools',
    'Tighten the rules of a pool from its next round on; administrators only',
  )
    .input(OfPool.extend({ rules: z.record(z.string(), z.any()) }))
    .output(RuleSettings),
};

const past = {
  list: get('/past-pools', 'pools', 'Pools in which my organization had a seat').output(z.array(PastPool)),
  lines: get('/past-pools/{poolId}', 'pools', "My organization's own lines in a pool that it left")
    .input(OfPool)
    .output(PastLines),
};

/** Colleagues are invited, changed and removed here, so that each change stands in the record with itself. */
const colleagues = {
  invite: post('/colleagues/invitations', 'people', 'Invite a person into my organization')
    .input(z.object({ email: z.email().max(200), role: z.enum(ROLES) }))
    .output(z.object({ id: Id, path: z.string() })),
  withdraw: post('/colleagues/invitations/{invitationId}/withdraw', 'people', 'Withdraw an invitation')
    .input(z.object({ invitationId: Id }))
    .output(z.object({ withdrawn: z.literal(true) })),
  changeRole: post('/colleagues/{memberId}/role', 'people', 'Give a colleague another role')
    .input(z.object({ memberId: Id, role: z.enum(ROLES) }))
    .output(z.object({ role: z.enum(ROLES) })),
  remove: post('/colleagues/{memberId}/remove', 'people', 'Remove a person from my organization')
    .input(z.object({ memberId: Id }))
    .output(z.object({ removed: z.literal(true) })),
};

export const membersApi = { members, rules, past, colleagues };
