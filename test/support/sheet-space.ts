/** A small workspace in a test database: two makers, an agency, an administrator, one pool in collection with its sheets. */
import { randomUUID } from 'node:crypto';
import type { Actor, OrganizationKind, Role } from '../../domain/actors.ts';
import type { Phase } from '../../domain/rounds.ts';
import type { Database } from '../../server/database.ts';

export interface SheetSpace {
  database: Database;
  programmeId: string;
  poolId: string;
  roundId: string;
  /** Sealed demand sheets of the two makers, an open one of all, offers, and both faces of the priorities. */
  sheets: { maker: string; rival: string; shared: string; offers: string; priorities: string; targets: string };
  /** Two colleagues and a viewer of one maker, an editor of the rival, one of no seat, government, administrator. */
  people: Record<'ana' | 'ben' | 'vera' | 'rita' | 'zoe' | 'otto' | 'approver' | 'admin' | 'liaison', Actor>;
  setPhase(phase: Phase): Promise<void>;
}

export async function makeSpace(database: Database): Promise<SheetSpace> {
  const { prisma } = database;
  const organization = async (name: string, kind: OrganizationKind) => {
    const id = randomUUID();
    await prisma.organization.create({ data: { id, name, slug: id, kind, createdAt: new Date(0) } });
    return { id, name, kind };
  };
  const person = (name: string, of: { id: string; name: string; kind: OrganizationKind }, role: Role): Actor => ({
    userId: randomUUID(),
    name,
    organizationId: of.id,
    organization: of.name,
    parentId: of.id,
    kind: of.kind,
    role,
  });
  const maker = await organization('Maker', 'manufacturer');
  const rival = await organization('Rival', 'manufacturer');
  const stranger = await organization('Stranger', 'manufacturer');
  const agency = await organization('Agency', 'agency');
  const operator = await organization('Operator', 'administrator');
  const programme = await prisma.programme.create({ data: { slug: randomUUID(), name: 'Reserve' } });
  const pool = await prisma.pool.create({
    data: {
      programmeId: programme.id,
      name: 'Gallium',
      minerals: ['gallium'],
      deliveryFrom: 2027,
      deliveryTo: 2029,
      basis: 'Ga',
      unit: 'kg',
      members: {
        create: [
          { organizationId: maker.id, role: 'buyer' },
          { organizationId: rival.id, role: 'buyer' },
          { organizationId: agency.id, role: 'government' },
          { organizationId: operator.id, role: 'administrator' },
        ],
      },
    },
  });
  const round = await prisma.round.create({
    data: { poolId: pool.id, number: 1, opensAt: new Date(0), closesAt: new Date('2100-01-01') },
  });
  const sheet = async (kind: 'demand' | 'offers', organizationId: string | null) =>
    (await prisma.sheet.create({ data: { kind, poolId: pool.id, roundId: round.id, organizationId } })).id;
  // The makers know that everybody in the pool sees the shared sheet.
  await prisma.acknowledgement.createMany({
    data: [maker, rival].map(({ id }) => ({ poolId: pool.id, organizationId: id, userId: id, at: new Date(0) })),
  });
  return {
    database,
    programmeId: programme.id,
    poolId: pool.id,
    roundId: round.id,
    sheets: {
      maker: await sheet('demand', maker.id),
      rival: await sheet('demand', rival.id),
      shared: await sheet('demand', null),
      offers: await sheet('offers', null),
      priorities: (await prisma.sheet.create({ data: { kind: 'priorities', programmeId: programme.id } })).id,
      targets: (await prisma.sheet.create({ data: { kind: 'targets', programmeId: programme.id } })).id,
    },
    people: {
      ana: person('Ana', maker, 'editor'),
      ben: person('Ben', maker, 'editor'),
      vera: person('Vera', maker, 'viewer'),
      rita: person('Rita', rival, 'editor'),
      zoe: person('Zoe', stranger, 'editor'),
      otto: person('Otto', agency, 'official'),
      approver: person('Ada', agency, 'approver'),
      admin: person('Adam', operator, 'administrator'),
      liaison: person('Lia', operator, 'liaison'),
    },
    async setPhase(phase) {
      await prisma.round.update({ where: { id: round.id }, data: { phase } });
    },
  };
}
