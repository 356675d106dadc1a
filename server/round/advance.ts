/**
 * CONDUCTOR of a round: leaving a phase, and everything that has to be true once it was left.
 * `settle` is idempotent and runs again at start and where another node died, so a crash between the phase change and its consequences heals;
 * what may then be missing is the record's entry of such a consequence, as only the phase change itself is recorded with it.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Actor } from '#domain/actors.ts';
import type { RecordDraft } from '#domain/record.ts';
import { type Outcome, refuse } from '#domain/refusals.ts';
import { nextPhase, PHASES, type Phase } from '#domain/rounds.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { MatchDesk } from '../match/desk.ts';
import type { PoolDesk } from '../pool/desk.ts';
import { type Push, teller } from '../push.ts';
import { appendWithin } from '../record.ts';
import type { Sheets } from '../sync/sheets.ts';
import type { Telemetry } from '../telemetry.ts';
import { carryLines, mayFollow, type NextRound, openNext, unfinishedRounds } from './open-next.ts';
import { alone } from './round-lock.ts';

export interface RoundDesk {
  /** Leaves `from` if the round still is in it; answers with the phase it is in now. */
  advance(roundId: string, from: Phase, actor: Actor): Promise<Outcome<Phase>>;
  /** Why the round cannot leave its phase, or where it would go. */
  outlook(roundId: string): Promise<Outcome<Phase>>;
  /** Whether the round may be followed by the next one now. */
  mayFollow(roundId: string): Promise<Outcome<null>>;
  /** Opens the round after this one; answers its id. */
  openNext(afterId: string, wish: NextRound, actor: Actor): Promise<Outcome<string>>;
  /** Finishes what a crash interrupted, of this node or of another. */
  resume(): Promise<void>;
}

/** Rounds looked at after a start; older ones were settled long ago. */
const ROUNDS_MAX = 1000;

/** One number where one sheet is opened; of several the start of a hash that names them all, and not how many they are. */
const versionOf = (sheets: readonly { id: string; seq: bigint }[]): number | string => {
  const [first, ...others] = sheets;
  if (first && others.length === 0) return Number(first.seq);
  const named = sheets.map(({ id, seq }) => `${id}:${seq}`).join();
  return createHash('sha256').update(named).digest('hex').slice(0, 16);
};

const isPast = (phase: Phase, mark: Phase): boolean => PHASES.indexOf(phase) > PHASES.indexOf(mark);

export function createRoundDesk(parts: {
  database: Database;
  sheets: Pick<Sheets, 'freeze' | 'recheck' | 'rowsOf' | 'fill'>;
  pools: Pick<PoolDesk, 'publishFinal'>;
  match: Pick<MatchDesk, 'propose'> & Partial<Pick<MatchDesk, 'lottery'>>;
  push: Push;
  clock: Clock;
  telemetry: Telemetry;
  record: (drafts: readonly RecordDraft[]) => Promise<void>;
}): RoundDesk {
  const { prisma } = parts.database;
  const settling = new Map<string, Promise<void>>();
  /** The phase in which each round was last settled, by this node or another. */
  const settled = new Map<string, Phase>();

  const tellPhase = teller(parts.push, 'phase', ({ roundId, phase }: { roundId: string; phase: Phase }, poolId) => {
    return () => ({ poolId, roundId, phase });
  });
  parts.push.notices?.on('round.settled', z.object({ roundId: z.string(), phase: z.string() }), (round) => {
    settled.set(round.roundId, round.phase as Phase);
    return recheckSheets(round.roundId);
  });

  async function outlook(roundId: string): Promise<Outcome<Phase>> {
    const round = await prisma.round.findUniqueOrThrow({ where: { id: roundId } });
    const hasSolvedRun = (await prisma.matchRun.count({ where: { roundId, state: 'solved' } })) > 0;
    const openOrders = await prisma.order.count({
      where: { run: { roundId }, state: { in: ['proposed', 'inReview'] } },
    });
    return nextPhase({ phase: round.phase, hasSolvedRun, openOrders });
  }

  async function advance(roundId: string, from: Phase, actor: Actor): Promise<Outcome<Phase>> {
    const next = await outlook(roundId);
    if (!next.ok) return next;
    const moved = await move(roundId, from, next.value, actor);
    if (!moved)
      return refuse('moved-on', 'round', 'somebody else moved it in the meantime', 'look at the phase it is in now');
    await settle(roundId, actor);
    return next;
  }

  /** The phase changes once, whoever asks: the update is the lock. */
  async function move(roundId: string, from: Phase, to: Phase, actor: Actor): Promise<boolean> {
    return prisma.$transaction(async (tx) => {
      const { count } = await tx.round.updateMany({ where: { id: roundId, phase: from }, data: { phase: to } });
      if (count === 0) return false;
      const at = parts.clock.now();
      await tx.phaseChange.create({ data: { roundId, from, to, at, userId: actor.userId } });
      const round = await tx.round.findUniqueOrThrow({ where: { id: roundId } });
      const body = { round: round.number, from, to };
      await appendWithin(tx, [{ kind: 'phase.changed', poolId: round.poolId, actor, body }], at);
      return true;
    });
  }

  /** One after the other for a round: two people may press the button of two phases in a row. */
  function settle(roundId: string, actor: Actor | null): Promise<void> {
    const run = (settling.get(roundId) ?? Promise.resolve())
      .catch(() => {})
      .then(() => alone(parts.database, roundId, () => settleNow(roundId, actor)));
    settling.set(roundId, run);
    const done = () => settling.get(roundId) === run && settling.delete(roundId);
    run.then(done, done);
    return run;
  }

  async function settleNow(roundId: string, actor: Actor | null): Promise<void> {
    const round = await prisma.round.findUniqueOrThrow({
      where: { id: roundId },
      include: { sheets: true, openings: true, releases: { where: { final: true } } },
    });
    const freezeAll = async (kind: 'demand' | 'offers') => {
      const open = round.sheets.filter((sheet) => sheet.kind === kind && !sheet.frozen);
      for (const sheet of open) await parts.sheets.freeze(sheet.id);
      if (open.length > 0)
        await parts.record([
          { kind: 'sheet.frozen', poolId: round.poolId, ...(actor && { actor }), body: { sheets: open.length, kind } },
        ]);
    };

    if (isPast(round.phase, 'collect')) {
      await freezeAll('demand');
      // Before offers open, so that nobody draws again once they are known.
      await parts.match.lottery?.commit(roundId);
      if (round.releases.length === 0) {
        await parts.pools.publishFinal(roundId);
        // Only the last release is on the record: entries for slots would tell in which of them a total moved.
        await parts.record([
          { kind: 'release.published', poolId: round.poolId, ...(actor && { actor }), body: { final: true } },
        ]);
      }
    }
    if (isPast(round.phase, 'offers')) {
      await freezeAll('offers');
      if (round.openings.length === 0) await openOffers(round, actor);
    }
    if (isPast(round.phase, 'match') && (await prisma.order.count({ where: { run: { roundId } } })) === 0) {
      const by = actor ?? (await whoLeft(roundId, 'match'));
      if (by) await parts.match.propose(roundId, by);
    }
    if (isPast(round.phase, 'match')) await parts.match.lottery?.reveal(roundId);

    settled.set(roundId, round.phase);
    await recheckSheets(roundId);
    parts.push.notices?.tell('round.settled', { roundId, phase: round.phase });
    tellPhase(round.poolId, { roundId, phase: round.phase });
  }

  /** People in the round's sheets may have another right now. */
  async function recheckSheets(roundId: string): Promise<void> {
    const sheets = await prisma.sheet.findMany({ where: { roundId }, select: { id: true } });
    const ids = new Set(sheets.map(({ id }) => id));
    await parts.sheets.recheck((seat) => ids.has(seat.sheetId));
  }

  /** The actor that left a phase, as of now; null when that person has left the organization. */
  async function whoLeft(roundId: string, from: Phase): Promise<Actor | null> {
    const change = await prisma.phaseChange.findFirst({ where: { roundId, from } });
    const member =
      change &&
      (await prisma.member.findFirst({
        where: { userId: change.userId, organization: { kind: 'administrator' } },
        include: { organization: true, user: true },
      }));
    return (
      member && {
        userId: member.userId,
        name: member.user.name,
        organizationId: member.organizationId,
        organization: member.organization.name,
        parentId: member.organization.parentId ?? member.organizationId,
        kind: member.organization.kind,
        role: member.role as Actor['role'],
      }
    );
  }

  /** From here on members may read the offers; which versions were opened is on the record. */
  async function openOffers(
    round: { id: string; poolId: string; sheets: { id: string; kind: string }[] },
    actor: Actor | null,
  ): Promise<void> {
    const offers = await prisma.sheet.findMany({
      where: { id: { in: round.sheets.flatMap(({ id, kind }) => (kind === 'offers' ? [id] : [])) } },
      select: { id: true, seq: true },
      orderBy: { id: 'asc' },
    });
    if (offers.length === 0) return;
    const by =
      actor?.userId ??
      (await prisma.phaseChange.findFirstOrThrow({ where: { roundId: round.id, from: 'offers' } })).userId;
    const at = parts.clock.now();
    await prisma.offerOpening.createMany({
      data: offers.map(({ id, seq }) => ({ roundId: round.id, sheetId: id, seq, at, userId: by })),
    });
    await parts.record([
      { kind: 'offers.opened', poolId: round.poolId, ...(actor && { actor }), body: { seq: versionOf(offers) } },
    ]);
  }

  /** Everybody who watches the pool finds out that it has a new round. */
  async function follow(afterId: string, wish: NextRound, actor: Actor): Promise<Outcome<string>> {
    const { poolId } = await prisma.round.findUniqueOrThrow({ where: { id: afterId }, select: { poolId: true } });
    const opened = await alone(parts.database, poolId, () => openNext(parts, afterId, wish, actor));
    if (opened.ok) tellPhase(poolId, { roundId: opened.value, phase: 'collect' });
    return opened;
  }

  async function carryAlone(roundId: string): Promise<void> {
    const { poolId } = await prisma.round.findUniqueOrThrow({ where: { id: roundId }, select: { poolId: true } });
    await alone(parts.database, poolId, () => carryLines(parts, roundId));
  }

  return {
    advance,
    outlook,
    mayFollow: (roundId) => mayFollow(parts.database, roundId),
    openNext: follow,
    async resume() {
      const rounds = await prisma.round.findMany({
        where: {
          OR: [
            { phase: { not: 'collect' }, sheets: { some: { kind: { in: ['demand', 'offers'] }, frozen: false } } },
            { phase: { not: 'collect' }, releases: { none: { final: true } } },
            { phase: { in: ['match', 'award'] } },
          ],
        },
        take: ROUNDS_MAX,
        select: { id: true, phase: true },
      });
      const open = rounds.filter(({ id, phase }) => settled.get(id) !== phase);
      // One round that cannot be settled must not keep the server from starting for all others.
      for (const { id } of open)
        await settle(id, null).catch((error) => parts.telemetry.fault('round.resume', error, { round: id }));
      for (const id of await unfinishedRounds(parts.database))
        await carryAlone(id).catch((error) => parts.telemetry.fault('round.carry', error, { round: id }));
    },
  };
}
