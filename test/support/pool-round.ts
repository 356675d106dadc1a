/** A pool in a test database with its members' demand sheets, rows that tests write by hand, and everything that its desk pushes. */
import { randomUUID } from 'node:crypto';
import type { Row } from '#domain/sheets.ts';
import type { ReleaseView } from '#protocol/api.ts';
import type { Database } from '#server/database.ts';
import { createPoolDesk, type PoolDesk } from '#server/pool/desk.ts';
import type { SheetCommit } from '#server/pool/ledger.ts';
import type { DemandRows } from '#server/pool/publisher.ts';
import { PUSH_LAG_MS } from '#server/pool/slots.ts';
import type { Push } from '#server/push.ts';
import type { HandClock } from './hand-clock.ts';
import { CATALOGUE } from './small-pool.ts';

/** Durable rows of sheets. The version of a sheet is kept in the database, as the real ones keep it; edits are told to listeners. */
export class HandRows implements DemandRows {
  private readonly database: Database;
  private readonly sheets = new Map<string, Map<string, Row>>();
  private readonly listeners = new Set<(commit: SheetCommit) => void>();

  constructor(database: Database) {
    this.database = database;
  }

  async rowsOf(sheetId: string) {
    const { seq } = await this.database.prisma.sheet.findUniqueOrThrow({ where: { id: sheetId } });
    return { seq, rows: new Map(this.sheets.get(sheetId)) };
  }

  onCommit(listener: (commit: SheetCommit) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** `isHeard` false: another node took the edit. */
  async write(sheetId: string, row: string, cells: Row | null, isHeard = true): Promise<void> {
    const rows = this.sheets.get(sheetId) ?? new Map<string, Row>();
    this.sheets.set(sheetId, rows);
    if (cells) rows.set(row, cells);
    else rows.delete(row);
    const { seq } = await this.database.prisma.sheet.update({
      where: { id: sheetId },
      data: { seq: { increment: 1 } },
    });
    if (isHeard) for (const listener of this.listeners) listener({ sheetId, seq, rows: [{ row, after: cells }] });
  }
}

export const demandRow = (kg: number, more: Row = {}): Row => ({
  mineral: 'yttrium',
  form: 'metal-3n',
  quantity: `${kg}`,
  unit: 'kg',
  period: '2027',
  ...more,
});

export interface PoolRound {
  database: Database;
  rows: HandRows;
  poolId: string;
  roundId: string;
  /** Demand sheet of a member, who joins when first named. */
  sheetOf(member: string, owner?: string): Promise<string>;
  organizationOf(member: string): string;
  /** One row of the member, in kilograms of metal. */
  asks(member: string, kg: number): Promise<void>;
}

export async function makePoolRound(
  database: Database,
  terms: { unit?: string; rules?: object } = {},
): Promise<PoolRound> {
  const { prisma } = database;
  const programme = await prisma.programme.create({ data: { slug: randomUUID(), name: 'Reserve' } });
  const pool = await prisma.pool.create({
    data: {
      programmeId: programme.id,
      name: 'Yttrium',
      minerals: ['yttrium'],
      deliveryFrom: 2027,
      deliveryTo: 2027,
      basis: 'Y',
      unit: terms.unit ?? 'kg',
      rules: terms.rules ?? {},
    },
  });
  const round = await prisma.round.create({
    data: { poolId: pool.id, number: 1, opensAt: new Date(0), closesAt: new Date('2100-01-01') },
  });
  const members = new Map<string, { organizationId: string; sheetId: string }>();
  const rows = new HandRows(database);

  async function join(member: string, owner?: string): Promise<string> {
    const known = members.get(member);
    if (known) return known.sheetId;
    const parentId = owner === undefined ? null : (members.get(owner)?.organizationId ?? null);
    const { id } = await prisma.organization.create({
      data: { name: member, slug: randomUUID(), kind: 'manufacturer', parentId, createdAt: new Date(0) },
    });
    await prisma.poolMember.create({ data: { poolId: pool.id, organizationId: id, role: 'buyer' } });
    const sheet = await prisma.sheet.create({
      data: { kind: 'demand', poolId: pool.id, roundId: round.id, organizationId: id },
    });
    members.set(member, { organizationId: id, sheetId: sheet.id });
    return sheet.id;
  }

  return {
    database,
    rows,
    poolId: pool.id,
    roundId: round.id,
    sheetOf: join,
    organizationOf: (member) => members.get(member)?.organizationId ?? '',
    async asks(member, kg) {
      await rows.write(await join(member), 'line', demandRow(kg));
    },
  };
}

/** Everything pushed, with the moment of it. Each viewer would receive what `messageFor` makes; here it is made for two of them. */
export class HeardPush implements Push {
  readonly heard: { at: string; bytes: string; release: ReleaseView }[] = [];
  private readonly clock: HandClock;
  private waiting: (() => void)[] = [];

  constructor(clock: HandClock) {
    this.clock = clock;
  }

  toPool: Push['toPool'] = (_poolId, event, messageFor) => {
    if (event !== 'release') return;
    const [member, official] = [messageFor({} as never), messageFor({} as never)].map((message) =>
      JSON.stringify(message),
    );
    if (member !== official || member === undefined) throw new Error('viewers of one pool got different releases');
    this.heard.push({ at: this.clock.now().toISOString(), bytes: member, release: JSON.parse(member).release });
    for (const tell of this.waiting.splice(0)) tell();
  };

  /** Resolves once so many releases have been pushed in all. */
  async count(wanted: number): Promise<void> {
    while (this.heard.length < wanted) await new Promise<void>((tell) => this.waiting.push(tell));
  }
}

export interface Node {
  desk: PoolDesk;
  push: HeardPush;
  faults: string[];
  /** Turns the clock to the next minute and waits for what it shows. */
  nextSlot(): Promise<void>;
}

export const SLOT_SECONDS = 60;

/** A server's desk over the round's database; several of them are several nodes, or a server after its restart. */
export async function startDesk(round: PoolRound, clock: HandClock, rows: DemandRows = round.rows): Promise<Node> {
  const push = new HeardPush(clock);
  const faults: string[] = [];
  const desk = createPoolDesk({
    database: round.database,
    sheets: rows,
    catalogue: CATALOGUE,
    push,
    clock,
    telemetry: { event: () => {}, fault: (name) => void faults.push(name) },
    slotSecondsDefault: SLOT_SECONDS,
  });
  await desk.start();
  async function nextSlot(): Promise<void> {
    const slot = Math.floor(clock.now().getTime() / (SLOT_SECONDS * 1000) + 1) * SLOT_SECONDS * 1000;
    const heard = push.heard.length;
    clock.turnTo(new Date(slot + PUSH_LAG_MS));
    await push.count(heard + 1);
  }
  return { desk, push, faults, nextSlot };
}

/** What the cell of all lines shows. */
export const totalOf = (release: ReleaseView | undefined): string | null | undefined => release?.cells[0]?.value;
