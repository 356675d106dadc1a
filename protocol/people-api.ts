/** The HTTP contract of who is here: the session, the first set-up, organizations and invitations. Part of protocol/api. */
import { z } from 'zod';
import { ORGANIZATION_KINDS, ROLES } from '#domain/actors.ts';
import { get, Id, post } from './api-route.ts';

export const Person = z
  .object({
    userId: Id,
    name: z.string(),
    organizationId: Id,
    organization: z.string(),
    kind: z.enum(ORGANIZATION_KINDS),
    role: z.enum(ROLES),
  })
  .meta({ id: 'Person' });

export const Me = z
  .object({
    person: Person.nullable(),
    email: z.string().nullable(),
    rights: z.array(z.string()),
    demo: z.boolean(),
    product: z.string(),
  })
  .meta({ id: 'Me' });

export const DemoPerson = z
  .object({
    name: z.string(),
    email: z.string(),
    organization: z.string(),
    kind: z.string(),
    role: z.string(),
    does: z.string(),
  })
  .meta({ id: 'DemoPerson' });

export const peopleApi = {
  me: get('/me', 'people', 'Who I am and what I may do').output(Me),
  demoPeople: get('/demo/people', 'people', 'People of the demo workspace; empty when the demo is off').output(
    z.object({ password: z.string().nullable(), people: z.array(DemoPerson) }),
  ),
  setup: {
    state: get('/setup', 'people', 'Whether this workspace still waits for its first organization').output(
      z.object({ open: z.boolean() }),
    ),
    claim: post('/setup', 'people', 'Create the administrator of a new workspace with the token printed at start')
      .input(
        z.object({
          token: z.string().min(1).max(200),
          organization: z.string().trim().min(2).max(120),
          name: z.string().trim().min(1).max(120),
          email: z.email().max(200),
          password: z.string().min(12).max(128),
        }),
      )
      .output(z.object({ email: z.string() })),
  },
  organizations: {
    list: get('/organizations', 'people', 'All organizations of the workspace; administrators only').output(
      z.array(
        z.object({
          id: Id,
          name: z.string(),
          kind: z.enum(ORGANIZATION_KINDS),
          parentId: Id.nullable(),
          people: z.int(),
        }),
      ),
    ),
    create: post(
      '/organizations',
      'people',
      'Register an organization and invite its first person; administrators only',
    )
      .input(
        z.object({
          name: z.string().trim().min(2).max(120),
          kind: z.enum(ORGANIZATION_KINDS),
          parentId: Id.nullable().describe('ultimate owner; null when the organization is its own'),
          email: z.email().max(200),
          role: z.enum(ROLES),
        }),
      )
      .output(z.object({ id: Id, invitation: z.object({ id: Id, path: z.string() }) })),
  },
  invitations: {
    get: get('/invitations/{invitationId}', 'people', 'What an invitation is for')
      .input(z.object({ invitationId: Id }))
      .output(
        z.object({
          email: z.string(),
          organization: z.string(),
          role: z.enum(ROLES),
          known: z.boolean().describe('the address has an account: sign in to accept'),
        }),
      ),
    accept: post(
      '/invitations/{invitationId}/accept',
      'people',
      'Create the invited account, or join with the one signed in',
    )
      .input(
        z.object({
          invitationId: Id,
          name: z.string().trim().min(1).max(120).optional(),
          password: z.string().min(12).max(128).optional(),
        }),
      )
      .output(z.object({ email: z.string() })),
  },
};
