/** Who may open the offers sheet itself: whoever tends it. A document goes out whole, sizes included. */
import { expect, test } from 'vitest';
import { type Actor, accessToSheet, ROLES, type Role } from '#domain/actors.ts';
import { PHASES } from '#domain/rounds.ts';

const actor = (role: Role): Actor => ({
  userId: 'u',
  name: 'U',
  organizationId: 'o',
  organization: 'O',
  parentId: 'o',
  kind: 'manufacturer',
  role,
});
const access = (role: Role, frozen: boolean, phase: (typeof PHASES)[number]) =>
  accessToSheet(actor(role), {
    kind: 'offers',
    organizationId: null,
    hasSeat: true,
    hasAcknowledged: true,
    phase,
    frozen,
  });

test('[HT14] in no phase does the offers sheet open to a member or an observer, frozen or not', () => {
  const open = ROLES.filter((role) =>
    PHASES.some((phase) => [true, false].some((frozen) => access(role, frozen, phase) !== 'none')),
  );
  expect(open.sort()).toEqual(['administrator', 'approver', 'liaison', 'official']);
});
