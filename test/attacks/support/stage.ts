/**
 * The real server with the hand clock, a sealed pool of companies with numbers of their own, and a recorder at each person. Test files that use
 * it put `vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'))` before everything else.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import type { OrganizationKind, PoolRole, Role } from '#domain/actors.ts';
import { PRODUCT } from '#domain/product.ts';
import type { Row } from '#domain/sheets.ts';
import { systemClock } from '#server/clock.ts';
import { type Running, start } from '#server/compose.ts';
import { readConfig } from '#server/config.ts';
import { type Database, openDatabase } from '#server/database.ts';
import { telemetryTo } from '#server/telemetry.ts';
import { testDatabaseUrl } from '../../support/database.ts';
import { HandClock } from '../../support/hand-clock.ts';
import type { SheetLine } from './sheet-line.ts';
import { Tap } from './tap.ts';

export const SLOT_SECONDS = 10;
const PUSH_LAG_MS = 2000;
const SECRET = 'x'.repeat(40);

export interface Member {
  organizationId: string;
  organization: string;
  userId: string;
  email: string;
  sheetId: string;
  tap: Tap;
  /** Its own demand sheet, open. */
  line: SheetLine;
  /** One row, in kilograms of metal; 0 removes it. */
  asks(kg: number, row?: string, more?: Row): Promise<void>;
}

export interface Stage {
  origin: string;
  clock: HandClock;
  database: Database;
  poolId: string;
  roundId: string;
  offersId: string;
  /** What members ask for, without the quantity. */
  row: Row;
  members: Member[];
  admin(): Promise<Tap>;
  official(): Promise<Tap>;
  /** The second person, without whom no order is decided. */
  reviewer(): Promise<Tap>;
  /** Everything that the server printed. */
  printed(): string;
  /** To the next slot, until every member has what is pushed then. */
  slot(): Promise<void>;
  /** One more person of a member's company. */
  colleague(of: Member, role: Role): Promise<Tap>;
  signIn(email: string): Promise<Tap>;
  close(): Promise<void>;
}

/** Words that occur nowhere else, so that a search finds them only where a name leaks. */
const WORDS = [
  'Quillfeather',
  'Zephyrine',
  'Obsidianax',
  'Marrowgate',
  'Thistledon',
  'Vantabrook',
  'Ferrymoss',
  'Ulverstane',
];

export async function openStage(options: { members?: number; rules?: object } = {}): Promise<Stage> {
  if (!(systemClock instanceof HandClock)) throw new Error('the test file has to mock #server/clock.ts');
  const clock = systemClock;
  const url = await testDatabaseUrl();
  const database = await openDatabase(url, { connectionsMax: 3, telemetry: telemetryTo(() => {}) });
  const { prisma } = database;

  const organization = async (name: string, kind: OrganizationKind) =>
    prisma.organization.create({ data: { name, slug: randomUUID(), kind, createdAt: new Date(0) } });
  const person = async (name: string, organizationId: string, role: Role) => {
    const [id, email] = [randomUUID(), `${randomUUID()}@sample.test`];
    await prisma.user.create({
      data: {
        id,
        name,
        email,
        emailVerified: true,
        members: { create: { organizationId, role, createdAt: new Date(0) } },
      },
    });
    return { id, email };
  };

  const operator = await organization('Operator', 'administrator');
  const agency = await organization('Agency', 'agency');
  const [adam, otto, opal] = [
    await person('Adam', operator.id, 'administrator'),
    await person('Otto', agency.id, 'approver'),
    await person('Opal', agency.id, 'official'),
  ];
  const programme = await prisma.programme.create({
    data: { slug: 'reserve', name: 'Reserve', sheets: { create: { kind: 'priorities' } } },
  });
  const pool = await prisma.pool.create({
    data: {
      programmeId: programme.id,
      name: 'Gallium',
      minerals: ['gallium'],
      deliveryFrom: 2027,
      deliveryTo: 2027,
      basis: 'Ga',
      unit: 'kg',
      rules: options.rules ?? {},
    },
  });
  const seat = (organizationId: string, role: PoolRole) =>
    prisma.poolMember.create({ data: { poolId: pool.id, organizationId, role } });
  const round = await prisma.round.create({
    data: { poolId: pool.id, number: 1, opensAt: new Date(0), closesAt: new Date('2026-12-18') },
  });
  const offers = await prisma.sheet.create({ data: { kind: 'offers', poolId: pool.id, roundId: round.id } });
  await seat(operator.id, 'administrator');
  await seat(agency.id, 'government');
  const companies = [];
  for (let number = 0; number < (options.members ?? 6); number += 1) {
    const name = `${WORDS[number % WORDS.length]} ${'I'.repeat(1 + Math.floor(number / WORDS.length))}`;
    const { id: organizationId } = await organization(name, 'manufacturer');
    await seat(organizationId, 'buyer');
    const sheet = await prisma.sheet.create({
      data: { kind: 'demand', poolId: pool.id, roundId: round.id, organizationId },
    });
    const { id: userId, email } = await person(`${name} Editor`, organizationId, 'editor');
    companies.push({ organizationId, organization: name, userId, email, sheetId: sheet.id });
  }

  const write = vi.spyOn(process.stdout, 'write');
  const server: Running = await start(
    readConfig({ PORT: '0', AUTH_SECRET: SECRET, DATABASE_URL: url, SLOT_SECONDS: String(SLOT_SECONDS) }),
    'build',
  );
  const taps: Tap[] = [];
  // As the server itself would after a password; it takes only so many sign-ins a minute.
  const signIn = async (email: string): Promise<Tap> => {
    const { id: userId } = await prisma.user.findUniqueOrThrow({ where: { email } });
    const token = randomUUID();
    const soon = new Date(Date.now() + 3_600_000);
    const now = new Date();
    await prisma.session.create({ data: { token, userId, expiresAt: soon, createdAt: now, updatedAt: now } });
    const signature = createHmac('sha256', SECRET).update(token).digest('base64');
    const cookie = `${PRODUCT.toLowerCase()}.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
    const tap = new Tap(server.origin, clock, cookie);
    taps.push(tap);
    return tap;
  };
  const members = await Promise.all(
    companies.map(async (company): Promise<Member> => {
      const tap = await signIn(company.email);
      await tap.watch(pool.id);
      const line = await tap.sheet(company.sheetId);
      return {
        ...company,
        tap,
        line,
        async asks(kg, row = 'line', more = {}) {
          if (kg === 0) return line.remove(row);
          await line.write(row, { ...ROW, quantity: String(kg), ...more }, company.organizationId);
        },
      };
    }),
  );
  let admin: Promise<Tap> | null = null;
  let official: Promise<Tap> | null = null;
  let reviewer: Promise<Tap> | null = null;

  return {
    origin: server.origin,
    clock,
    database,
    poolId: pool.id,
    roundId: round.id,
    offersId: offers.id,
    row: ROW,
    members,
    admin: () => (admin ??= signIn(adam.email)),
    official: () => (official ??= signIn(otto.email)),
    reviewer: () => (reviewer ??= signIn(opal.email)),
    printed: () => write.mock.calls.map(([text]) => String(text)).join(''),
    async slot() {
      const slotMs = SLOT_SECONDS * 1000;
      const next = (Math.floor((clock.now().getTime() - PUSH_LAG_MS) / slotMs) + 1) * slotMs;
      const wanted = members.map(({ tap }) => tap.releases.length + 1);
      clock.turnTo(new Date(next + PUSH_LAG_MS));
      await Promise.all(members.map(({ tap }, i) => tap.releasesSeen(wanted[i] ?? 0)));
    },
    async colleague(of, role) {
      const { email } = await person(`${of.organization} ${role}`, of.organizationId, role);
      return signIn(email);
    },
    signIn,
    async close() {
      for (const tap of taps) tap.leave();
      await server.close();
      await database.close();
      write.mockRestore();
    },
  };
}

const ROW: Row = {
  mineral: 'gallium',
  form: 'ga-metal-6n',
  grade: 99.9999,
  unit: 'kg',
  period: '2027',
  commitment: 'firm',
};
