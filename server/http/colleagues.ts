/** The people of one's own organization: inviting, giving another role, removing. Each change is on the record, in the same transaction. */
import { type Actor, may, ROLES_OF_KIND, type Role } from '#domain/actors.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import type { Prisma } from '../database.ts';
import { appendWithin } from '../record.ts';
import { NOTHING_HERE, os, refused, withRight } from './context.ts';

type Tx = Prisma.TransactionClient;

export const INVITATION_DAYS = 7;
/** Open invitations of one organization. */
const OPEN_MAX = 200;

const fits = (actor: Actor, role: Role): Outcome<null> =>
  (ROLES_OF_KIND[actor.kind] as readonly Role[]).includes(role)
    ? accept(null)
    : refuse(
        'no-such-role',
        'role',
        `${role} does not exist in this kind of organization`,
        `choose ${ROLES_OF_KIND[actor.kind].join(' or ')}`,
      );

const inviters = (role: string): boolean => may({ role: role as Role }, 'people.invite');

/** A colleague of the actor, under a lock; null where there is none. The last person who can invite keeps the role, or nobody could mend it. */
async function colleague(tx: Tx, actor: Actor, memberId: string) {
  await tx.$queryRaw`SELECT id FROM organization WHERE id = ${actor.organizationId}::uuid FOR UPDATE`;
  const members = await tx.member.findMany({ where: { organizationId: actor.organizationId } });
  const member = members.find(({ id }) => id === memberId);
  if (!member) return null;
  return {
    ...member,
    isLastInviter: inviters(member.role) && members.filter((one) => inviters(one.role)).length === 1,
  };
}

const LAST = refuse(
  'last-inviter',
  'role',
  'nobody else here can invite people',
  'give another colleague such a role first',
);
const NOT_ONESELF = refuse('not-oneself', 'role', 'it is your own', 'ask a colleague to change it');

const invite = os.colleagues.invite.use(withRight('people.invite')).handler(async ({ input, context, errors }) => {
  const { database, clock } = context.desk;
  const { actor } = context;
  const email = input.email.toLowerCase();
  const outcome = await database.prisma.$transaction(async (tx): Promise<Outcome<string>> => {
    const fit = fits(actor, input.role);
    if (!fit.ok) return fit;
    await tx.$queryRaw`SELECT id FROM organization WHERE id = ${actor.organizationId}::uuid FOR UPDATE`;
    const at = clock.now();
    const open = { organizationId: actor.organizationId, status: 'pending', expiresAt: { gt: at } };
    if ((await tx.invitation.count({ where: { ...open, email } })) > 0)
      return refuse(
        'invited-already',
        'address',
        'it has an open invitation already',
        'copy the link of that invitation, or withdraw it first',
      );
    if ((await tx.invitation.count({ where: open })) >= OPEN_MAX)
      return refuse('too-many', 'invitations', `${OPEN_MAX} are open`, 'withdraw those that are not needed');
    if ((await tx.member.count({ where: { organizationId: actor.organizationId, user: { email } } })) > 0)
      return refuse(
        'member-already',
        'address',
        'this person is a colleague already',
        'change the role in the list instead',
      );
    const { id } = await tx.invitation.create({
      data: {
        organizationId: actor.organizationId,
        email,
        role: input.role,
        expiresAt: new Date(at.getTime() + INVITATION_DAYS * 86_400_000),
        createdAt: at,
        inviterId: actor.userId,
      },
    });
    const entry = { actor, subjectId: actor.organizationId, body: { role: input.role } };
    await appendWithin(tx, [{ kind: 'person.invited', ...entry }], at);
    return accept(id);
  });
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return { id: outcome.value, path: `/join/${outcome.value}` };
});

const withdraw = os.colleagues.withdraw.use(withRight('people.invite')).handler(async ({ input, context, errors }) => {
  const { database, clock } = context.desk;
  const { actor } = context;
  const isDone = await database.prisma.$transaction(async (tx) => {
    const where = { id: input.invitationId, organizationId: actor.organizationId, status: 'pending' };
    const found = await tx.invitation.findFirst({ where });
    const { count } = await tx.invitation.updateMany({ where, data: { status: 'canceled' } });
    if (!found || count === 0) return false;
    const entry = { actor, subjectId: actor.organizationId, body: { role: found.role ?? '' } };
    await appendWithin(tx, [{ kind: 'invitation.withdrawn', ...entry }], clock.now());
    return true;
  });
  if (!isDone) throw errors.NOT_FOUND(NOTHING_HERE);
  return { withdrawn: true as const };
});

const changeRole = os.colleagues.changeRole
  .use(withRight('people.invite'))
  .handler(async ({ input, context, errors }) => {
    const { database, clock } = context.desk;
    const { actor } = context;
    const outcome = await database.prisma.$transaction(async (tx): Promise<Outcome<null> | null> => {
      const found = await colleague(tx, actor, input.memberId);
      if (!found) return null;
      const fit = fits(actor, input.role);
      if (!fit.ok) return fit;
      if (found.userId === actor.userId) return NOT_ONESELF;
      if (found.isLastInviter && !inviters(input.role)) return LAST;
      if (found.role === input.role) return accept(null);
      await tx.member.update({ where: { id: found.id }, data: { role: input.role } });
      const body = { person: found.userId, from: found.role, to: input.role };
      await appendWithin(
        tx,
        [{ kind: 'person.roleChanged', actor, subjectId: actor.organizationId, body }],
        clock.now(),
      );
      return accept(null);
    });
    if (!outcome) throw errors.NOT_FOUND(NOTHING_HERE);
    if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
    return { role: input.role };
  });

const remove = os.colleagues.remove.use(withRight('people.invite')).handler(async ({ input, context, errors }) => {
  const { database, clock } = context.desk;
  const { actor } = context;
  const outcome = await database.prisma.$transaction(async (tx): Promise<Outcome<null> | null> => {
    const found = await colleague(tx, actor, input.memberId);
    if (!found) return null;
    if (found.userId === actor.userId) return NOT_ONESELF;
    if (found.isLastInviter) return LAST;
    await tx.member.delete({ where: { id: found.id } });
    const body = { person: found.userId, role: found.role };
    await appendWithin(tx, [{ kind: 'person.removed', actor, subjectId: actor.organizationId, body }], clock.now());
    return accept(null);
  });
  if (!outcome) throw errors.NOT_FOUND(NOTHING_HERE);
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return { removed: true as const };
});

export const colleagues = { invite, withdraw, changeRole, remove };
