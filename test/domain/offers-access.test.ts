/** Who may open the offers sheet itself: whoever tends it. A document goes out whole, sizes included. */
import { expect, test } from 'vitest';
import { type Actor, accessToSheet, ROLES, type Role } from '#domain/actors.ts';
import { offersIn } from '#domain/offers-of-round.ts';
import { PHASES, takesEdits } from '#domain/rounds.ts';
import { catalogue, offerRow } from '../support/catalogue.ts';

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

test('[AD21] a supplier opens its own offers sheet, in no phase another supplier’s or the one that officials fill', () => {
  const supplier: Actor = { ...actor('liaison'), kind: 'supplier' };
  const at = (organizationId: string | null, phase: (typeof PHASES)[number], frozen: boolean) =>
    accessToSheet(supplier, { kind: 'offers', organizationId, hasSeat: true, hasAcknowledged: true, phase, frozen });
  for (const phase of PHASES)
    for (const frozen of [true, false]) {
      expect([at('another', phase, frozen), at(null, phase, frozen)]).toEqual(['none', 'none']);
      expect(at('o', phase, frozen)).toBe(!frozen && takesEdits('offers', phase) ? 'edit' : 'read');
    }
});

test('[AD22] an offer of a supplier’s sheet is named by its sheet too, so that none takes the name of another’s', () => {
  const rows = new Map([['of-1', offerRow()]]);
  const terms = { minerals: ['gallium'], deliveryFrom: 2027, deliveryTo: 2027 };
  const names = [
    { id: 's0', organizationId: null, rows },
    { id: 's1', organizationId: 'a', rows },
    { id: 's2', organizationId: 'b', rows },
  ].flatMap((sheet) => offersIn(sheet, catalogue, terms).map(({ row }) => row));
  expect(names).toEqual(['of-1', 's1/of-1', 's2/of-1']);
});
