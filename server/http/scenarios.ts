/** What-if runs on a solved match and questions to it, for officials and the administrator. What they read is made in domain/match-report-scenarios. */
import type { Actor } from '#domain/actors.ts';
import { type Context, NOTHING_HERE, os, refused, seatIn, withRight } from './context.ts';

type Reader = Context & { actor: Actor };

/** The run and its round, if the actor has a seat in its pool. */
async function runOf(context: Reader, runId: string) {
  const run = await context.desk.database.prisma.matchRun.findUnique({
    where: { id: runId },
    select: { number: true, round: { select: { poolId: true } } },
  });
  const mayRead = run && (await seatIn(context.desk.database, context.actor, run.round.poolId));
  return mayRead ? { number: run.number, poolId: run.round.poolId } : null;
}

async function scenarioOf(context: Reader, id: string) {
  const found = await context.desk.database.prisma.scenarioRun.findUnique({ where: { id }, select: { runId: true } });
  return found && runOf(context, found.runId);
}

/** Reading totals of a match is on the record, as reading its report is. */
const seen = async ({ desk, actor }: Reader, { poolId, number }: { poolId: string; number: number }) =>
  desk.sightings.saw([{ kind: 'report.viewed', poolId, actor, body: { run: number } }]);

const reader = withRight('match.readAggregated');

const options = os.scenarios.options.use(reader).handler(async ({ input, context, errors }) => {
  if (!(await runOf(context, input.runId))) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.scenarios.options(input.runId);
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return outcome.value;
});

const start = os.scenarios.start.use(reader).handler(async ({ input, context, errors }) => {
  if (!(await runOf(context, input.runId))) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.scenarios.start(input.runId, input.name, input.shocks, context.actor);
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return outcome.value;
});

const list = os.scenarios.list.use(reader).handler(async ({ input, context, errors }) => {
  if (!(await runOf(context, input.runId))) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.scenarios.list(input.runId);
});

const report = os.scenarios.report.use(reader).handler(async ({ input, context, errors }) => {
  const run = await scenarioOf(context, input.scenarioId);
  const found = run && (await context.desk.scenarios.report(input.scenarioId));
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  await seen(context, run);
  return found;
});

const cancel = os.scenarios.cancel.use(reader).handler(async ({ input, context, errors }) => {
  if (!(await scenarioOf(context, input.scenarioId))) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.scenarios.cancel(input.scenarioId, context.actor);
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return outcome.value;
});

const rename = os.scenarios.rename.use(reader).handler(async ({ input, context, errors }) => {
  if (!(await scenarioOf(context, input.scenarioId))) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.scenarios.rename(input.scenarioId, input.name, context.actor);
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return outcome.value;
});

const why = os.scenarios.why.use(reader).handler(async ({ input, context, errors }) => {
  const run = await runOf(context, input.runId);
  if (!run) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.scenarios.why(input.runId, input.of);
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  await seen(context, run);
  return outcome.value;
});

export const scenarios = { options, start, list, report, cancel, rename, why };
