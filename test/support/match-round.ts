/** The small workspace with real sheets, a match desk over them, and everything that the desk pushes and records. Used by tests of server/match. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '#domain/actors.ts';
import type { RecordDraft } from '#domain/record.ts';
import type { Row } from '#domain/sheets.ts';
import type { RunView } from '#protocol/match-api.ts';
import { readConfig } from '#server/config.ts';
import type { Database } from '#server/database.ts';
import { createMatchDesk, type MatchDesk, type MatchDeskParts } from '#server/match/desk.ts';
import type { Push } from '#server/push.ts';
import { appendRecord } from '#server/record.ts';
import { createSheets, type Sheets } from '#server/sync/sheets.ts';
import { appendSeed } from '#server/sync/update-log.ts';
import { catalogue } from './catalogue.ts';
import { testDatabase } from './database.ts';
import { HandClock } from './hand-clock.ts';
import { makeSpace, type SheetSpace } from './sheet-space.ts';

const SHEET_LIMITS = readConfig({}).limits;

export interface Heard {
  event: string;
  /** What each of these people would receive; null is nothing. */
  to: Record<string, unknown>;
}

export class MatchPush implements Push {
  readonly heard: Heard[] = [];
  private readonly viewers: Record<string, Actor>;
  private waiting: { until: (run: RunView) => boolean; tell: (run: RunView) => void }[] = [];

  constructor(viewers: Record<string, Actor>) {
    this.viewers = viewers;
  }

  toPool: Push['toPool'] = (_poolId, event, messageFor) => {
    const to = Object.fromEntries(Object.entries(this.viewers).map(([name, actor]) => [name, messageFor(actor)]));
    this.heard.push({ event, to });
    if (event !== 'run') return;
    const { run } = to.admin as unknown as { run: RunView };
    for (const entry of [...this.waiting]) {
      if (!entry.until(run)) continue;
      this.waiting = this.waiting.filter((other) => other !== entry);
      entry.tell(run);
    }
  };

  /** The first run view from now on that fits. */
  run(until: (run: RunView) => boolean): Promise<RunView> {
    return new Promise((tell) => this.waiting.push({ until, tell }));
  }

  of(event: string): Heard[] {
    return this.heard.filter((entry) => entry.event === event);
  }
}

export interface MatchNode {
  desk: MatchDesk;
  push: MatchPush;
  faults: string[];
  drafts: RecordDraft[];
}

export interface MatchRound extends SheetSpace {
  sheetsDesk: Sheets;
  clock: HandClock;
  fill(sheet: keyof SheetSpace['sheets'], rows: Record<string, Row>): Promise<void>;
  node(more?: Partial<MatchDeskParts>): MatchNode;
  /** Starts a run and waits for its end. */
  solve(node: MatchNode): Promise<RunView>;
  close(): Promise<void>;
}

export async function makeMatchRound(database?: Database): Promise<MatchRound> {
  const space = await makeSpace(database ?? (await testDatabase()));
  const { prisma } = space.database;
  const clock = new HandClock('2026-12-01T09:00:00Z');
  await prisma.round.update({
    where: { id: space.roundId },
    data: { closesAt: new Date('2026-12-18'), phase: 'match' },
  });
  await prisma.user.create({
    data: {
      id: space.people.approver.userId,
      name: space.people.approver.name,
      email: `${randomUUID()}@sample.test`,
      emailVerified: true,
      members: {
        create: { organizationId: space.people.approver.organizationId, role: 'approver', createdAt: clock.now() },
      },
    },
  });
  const telemetry = { event: () => {}, fault: () => {} };
  const sheetsDesk = createSheets({
    database: space.database,
    actorOf: async () => null,
    limits: SHEET_LIMITS,
    clock,
    telemetry,
    onCleanRoomView: async () => {},
  });
  const nodes: MatchNode[] = [];
  return {
    ...space,
    sheetsDesk,
    clock,
    async fill(sheet, rows) {
      const owner = sheet === 'rival' ? space.people.rita : sheet === 'maker' ? space.people.ana : space.people.otto;
      await appendSeed(space.database.pool, {
        sheetId: space.sheets[sheet],
        userId: owner.userId,
        organizationId: owner.organizationId,
        at: clock.now(),
        rows: Object.entries(rows).map(([id, cells]) => ({ id, cells })),
      });
    },
    node(more = {}) {
      const push = more.push instanceof MatchPush ? more.push : new MatchPush(space.people);
      const faults: string[] = [];
      const drafts: RecordDraft[] = [];
      const desk = createMatchDesk({
        database: space.database,
        sheets: sheetsDesk,
        catalogue,
        push,
        clock,
        telemetry: { event: () => {}, fault: (name) => void faults.push(name) },
        record: async (list) => {
          drafts.push(...list);
          await appendRecord(space.database, list, clock.now());
        },
        workers: 1,
        timeLimitSeconds: 30,
        reviewDays: 10,
        ...more,
      });
      const node = { desk, push, faults, drafts };
      nodes.push(node);
      return node;
    },
    async solve({ desk, push }) {
      const ended = push.run((run) => run.endedAt !== null);
      const begun = await desk.start(space.roundId, space.people.admin);
      if (!begun.ok) throw new Error(begun.refusal.message);
      return ended;
    },
    async close() {
      for (const { desk } of nodes) await desk.stop();
      await sheetsDesk.close();
    },
  };
}
