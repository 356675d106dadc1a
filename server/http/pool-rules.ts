/** The rules of a pool, for its administrator alone: reading them, and tightening them from the next round on. */
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { type Outcome, refuse } from '#domain/refusals.ts';
import { readRules, tighten } from '#domain/stored-rules.ts';
import { appendWithin } from '../record.ts';
import { type Context, NOTHING_HERE, os, refused, seatIn, withRight } from './context.ts';

async function settings({ desk }: Context, poolId: string) {
  const pool = await desk.database.prisma.pool.findUniqueOrThrow({
    where: { id: poolId },
    include: { rounds: { orderBy: { number: 'desc' }, take: 1, select: { rules: true } } },
  });
  const asStored = (json: unknown) => {
    const read = readRules(json);
    return read.ok ? read.value : null;
  };
  const inRound = pool.rounds[0]?.rules ?? null;
  return {
    rules: asStored(pool.rules),
    inRound: inRound === null ? null : asStored(inRound),
    loosest: DEFAULT_RULES,
  };
}

const get = os.rules.get.use(withRight('pool.setRules')).handler(async ({ input, context, errors }) => {
  if (!(await seatIn(context.desk.database, context.actor, input.poolId))) throw errors.NOT_FOUND(NOTHING_HERE);
  return settings(context, input.poolId);
});

const change = os.rules.tighten.use(withRight('pool.setRules')).handler(async ({ input, context, errors }) => {
  const { database, clock } = context.desk;
  const { actor } = context;
  if (!(await seatIn(database, actor, input.poolId))) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await database.prisma.$transaction(async (tx): Promise<Outcome<null>> => {
    await tx.$queryRaw`SELECT id FROM pool WHERE id = ${input.poolId}::uuid FOR UPDATE`;
    const pool = await tx.pool.findUniqueOrThrow({ where: { id: input.poolId } });
    const before = readRules(pool.rules);
    // Nothing can be said to be tighter than what nobody can read. Such a pool publishes nothing.
    if (!before.ok) return before;
    const after = tighten(before.value, input.rules);
    if (!after.ok) return after;
    const { rules, changed } = after.value;
    if (changed.length === 0)
      return refuse('no-change', 'rules', 'all of them are as they were', 'change one, or go back');
    await tx.pool.update({ where: { id: input.poolId }, data: { rules: { ...rules } } });
    const body = { rules: Object.fromEntries(changed.map((name) => [name, [before.value[name], rules[name]]])) };
    await appendWithin(tx, [{ kind: 'rules.tightened', poolId: input.poolId, actor, body }], clock.now());
    return { ok: true, value: null };
  });
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return settings(context, input.poolId);
});

export const rules = { get, tighten: change };
