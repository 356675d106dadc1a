/** People: who I am, the demo's people, setting up an empty workspace, organizations and invitations. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { may, RIGHTS, ROLES_OF_KIND, type Role } from '#domain/actors.ts';
import { PRODUCT } from '#domain/product.ts';
import type { Database } from '../database.ts';
import { appendWithin } from '../record.ts';
import { accountOf } from '../session.ts';
import { INVITATION_DAYS } from './colleagues.ts';
import { os, problem, withRight } from './context.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

const slug = () => `org-${crypto.randomUUID()}`;

async function openInvitation(database: Database, id: string) {
  const found = await database.prisma.invitation.findUnique({ where: { id }, include: { organization: true } });
  return found && found.status === 'pending' && found.expiresAt > new Date() ? found : null;
}

const me = os.me.handler(({ context }) => {
  const found = context.signedIn;
  if (!found) return { person: null, email: null, rights: [], demo: context.desk.demo !== null, product: PRODUCT };
  const { userId, name, organizationId, organization, kind, role } = found.actor;
  return {
    person: { userId, name, organizationId, organization, kind, role },
    email: found.email,
    rights: RIGHTS.filter((right) => may(found.actor, right)),
    demo: context.desk.demo !== null,
    product: PRODUCT,
  };
});

const demoPeople = os.demoPeople.handler(({ context }) => ({
  password: context.desk.demo?.password ?? null,
  people: [...(context.desk.demo?.people ?? [])],
}));

const setup = {
  state: os.setup.state.handler(async ({ context }) => ({
    open: (await context.desk.database.prisma.organization.count()) === 0,
  })),
  claim: os.setup.claim.handler(async ({ input, context, errors }) => {
    const { database, sessions, setupToken } = context.desk;
    if (!timingSafeEqual(digest(input.token), digest(setupToken)))
      throw errors.NOT_FOUND(
        problem('setup token', 'the token is not the one printed at start', 'copy the address that the server printed'),
      );
    const password = await sessions.hashPassword(input.password);
    const claimed = await database.prisma.$transaction(
      async (tx) => {
        if ((await tx.organization.count()) > 0) return false;
        const user = await tx.user.create({ data: accountOf(input.name, input.email, password) });
        await tx.organization.create({
          data: {
            name: input.organization,
            slug: slug(),
            kind: 'administrator',
            createdAt: new Date(),
            members: { create: { userId: user.id, role: 'administrator', createdAt: new Date() } },
          },
        });
        await appendWithin(tx, [{ kind: 'workspace.claimed', body: {} }], new Date());
        return true;
      },
      // Two claims at once: one of them must see the other.
      { isolationLevel: 'Serializable' },
    );
    if (!claimed)
      throw errors.CONFLICT(
        problem('workspace', 'it was set up already', 'sign in, or ask its administrator for an invitation'),
      );
    return { email: input.email.toLowerCase() };
  }),
};

const organizations = {
  list: os.organizations.list.use(withRight('pool.create')).handler(async ({ context }) => {
    const rows = await context.desk.database.prisma.organization.findMany({
      orderBy: { name: 'asc' },
      include: { _count: { select: { members: true } } },
    });
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      kind: row.kind,
      parentId: row.parentId,
      people: row._count.members,
    }));
  }),
  create: os.organizations.create.use(withRight('pool.create')).handler(async ({ input, context, errors }) => {
    const { prisma } = context.desk.database;
    if (!(ROLES_OF_KIND[input.kind] as readonly Role[]).includes(input.role))
      throw errors.CONFLICT(
        problem(
          'role',
          `${input.role} does not exist in this kind of organization`,
          `choose ${ROLES_OF_KIND[input.kind].join(' or ')}`,
        ),
      );
    if (input.parentId) {
      const parent = await prisma.organization.findUnique({ where: { id: input.parentId } });
      if (!parent || parent.parentId)
        throw errors.CONFLICT(
          problem('ultimate owner', 'it is not an ultimate owner itself', 'name the company at the top of the chain'),
        );
    }
    const { organization, invitation } = await prisma.$transaction(async (tx) => {
      const at = new Date();
      const organization = await tx.organization.create({
        data: { name: input.name, slug: slug(), kind: input.kind, parentId: input.parentId, createdAt: at },
      });
      const invitation = await tx.invitation.create({
        data: {
          organizationId: organization.id,
          email: input.email.toLowerCase(),
          role: input.role,
          expiresAt: new Date(at.getTime() + INVITATION_DAYS * 86_400_000),
          inviterId: context.actor.userId,
        },
      });
      const about = { actor: context.actor, subjectId: organization.id };
      await appendWithin(
        tx,
        [
          { kind: 'organization.created', ...about, body: { name: input.name } },
          { kind: 'person.invited', ...about, body: { role: input.role } },
        ],
        at,
      );
      return { organization, invitation };
    });
    return { id: organization.id, invitation: { id: invitation.id, path: `/join/${invitation.id}` } };
  }),
};

const invitations = {
  get: os.invitations.get.handler(async ({ input, context, errors }) => {
    const found = await openInvitation(context.desk.database, input.invitationId);
    if (!found)
      throw errors.NOT_FOUND(problem('invitation', 'it was used, withdrawn or has run out', 'ask for a new one'));
    const known = (await context.desk.database.prisma.user.count({ where: { email: found.email } })) > 0;
    return { email: found.email, organization: found.organization.name, role: (found.role ?? 'viewer') as Role, known };
  }),
  accept: os.invitations.accept.handler(async ({ input, context, errors }) => {
    const { database, sessions } = context.desk;
    const found = await openInvitation(database, input.invitationId);
    if (!found)
      throw errors.NOT_FOUND(problem('invitation', 'it was used, withdrawn or has run out', 'ask for a new one'));
    const user = await database.prisma.user.findUnique({ where: { email: found.email } });
    if (user) {
      const account = await sessions.account(context.headers);
      if (account?.userId !== user.id)
        throw errors.UNAUTHORIZED(
          problem('invitation', 'this address has an account', 'sign in with it, then open the invitation again'),
        );
    } else if (!input.name || !input.password)
      throw errors.CONFLICT(problem('account', 'a name and a password are needed', 'fill both in'));
    const password = user ? null : await sessions.hashPassword(input.password ?? '');
    const member = await database.prisma.$transaction(async (tx) => {
      const taken = await tx.invitation.updateMany({
        where: { id: found.id, status: 'pending' },
        data: { status: 'accepted' },
      });
      if (taken.count !== 1) return null;
      const userId =
        user?.id ?? (await tx.user.create({ data: accountOf(input.name ?? '', found.email, password ?? '') })).id;
      const at = new Date();
      const { organizationId, role } = await tx.member.create({
        data: { organizationId: found.organizationId, userId, role: found.role ?? 'viewer', createdAt: at },
      });
      await appendWithin(
        tx,
        [{ kind: 'person.joined', subjectId: organizationId, body: { person: userId, role } }],
        at,
      );
      return organizationId;
    });
    if (!member) throw errors.CONFLICT(problem('invitation', 'it was just used', 'sign in'));
    return { email: found.email };
  }),
};

export const people = { me, demoPeople, setup, organizations, invitations };
