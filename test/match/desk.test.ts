/** The match desk over a real database and real sheets: runs, reports, awards, orders and their review. */
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Row } from '#domain/sheets.ts';
import { gather, type RunInputs } from '#server/match/gather.ts';
import { betterRun, openRun, solvedRun, takeOver } from '#server/match/runs-store.ts';
import type { WorkerStart } from '#server/match/solver-messages.ts';
import { verifyRecord } from '#server/record.ts';
import { catalogue, demandRow, offerRow, priorityRow, targetRow } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';
import { fillHard } from '../support/hard-match.ts';
import { type MatchRound, makeMatchRound } from '../support/match-round.ts';

const database = await testDatabase();
let round: MatchRound;
beforeEach(async () => {
  round = await makeMatchRound(database);
});
afterEach(() => round.close());

const WORKER = new URL('../../server/match/solver-worker.ts', import.meta.url);
const line = (kg: number, more: Row = {}): Row =>
  demandRow({ quantity: kg, commitment: 'firm', ceiling: 950, ...more });

/** A firm line of each maker, a target, and two refiners of which one is dearer. 600 kg a year is 150 kg a quarter. */
async function fillUsual(): Promise<void> {
  await round.fill('maker', { 'line-1': line(300, { period: '2027' }), wrong: line(5, { grade: 101 }) });
  await round.fill('rival', { 'line-1': line(280, { period: '2027', commitment: 'indicative' }) });
  await round.fill('offers', {
    near: offerRow({ supplier: 'Near Refiner', capacity: 600, minimum: 100, price: 900, tiers: '500: 850' }),
    far: offerRow({ supplier: 'Far Refiner', country: 'DEU', origin: 'CHN', capacity: 100, minimum: 5000, price: 940 }),
  });
  await round.fill('priorities', { stock: priorityRow() });
  await round.fill('targets', { stock: targetRow({ target: 100, onHand: 40 }) });
}

const propose = async (node: ReturnType<MatchRound['node']>) => {
  await round.solve(node);
  await round.setPhase('award');
  return node.desk.propose(round.roundId, round.people.admin);
};

test('[MT22] a run reads the sheets, solves, and reports aggregated orders, unmet demand and unused offers', async () => {
  await fillUsual();
  const node = round.node();
  const ended = await round.solve(node);
  expect(ended).toMatchObject({ number: 1, state: 'solved', progress: 1, reason: null });
  const report = await node.desk.report(ended.id);
  expect(report?.orders).toEqual([
    expect.objectContaining({
      supplier: 'Near Refiner',
      country: 'Japan',
      mineral: 'gallium',
      kg: 640,
      usd: 640 * 850,
      usdPerKg: 850,
      sharePct: null,
      minimumKg: 100,
      capacityKg: 1800,
      state: 'proposed',
    }),
  ]);
  expect(report?.orders[0]?.lots.reduce((kg, lot) => kg + (lot.sink === 'reserve' ? lot.kg : 0), 0)).toBe(60);
  expect(report?.unused).toEqual([
    expect.objectContaining({
      supplier: 'Far Refiner',
      country: 'Germany',
      reason: expect.stringContaining('less than its own smallest order'),
    }),
  ]);
  expect([report?.unmet, report?.gapPct]).toEqual([[], 0]);
  expect(node.faults).toEqual([]);
});

test('[MT48] what stays unmet of two companies is withheld from the report', async () => {
  await round.fill('maker', {
    a: line(10, { commitment: 'indicative', form: 'ga-metal-7n', grade: 99.99999 }),
    b: line(400, { period: '2027-Q1' }),
  });
  await round.fill('rival', { a: line(20, { commitment: 'indicative', form: 'ga-metal-7n', grade: 99.99999 }) });
  await round.fill('offers', { near: offerRow({ capacity: 600 }) });
  const node = round.node();
  const report = await node.desk.report((await round.solve(node)).id);
  // Two companies: whatever is finer than everything together would be one company's number, and that is two companies' still.
  expect(report?.unmet).toEqual([
    expect.objectContaining({ mineral: 'gallium', form: '', period: '', priority: 'the rest', kg: null }),
  ]);
});

test('[MT23] the same inputs give the same answer and the same hash; the report names their versions', async () => {
  await fillUsual();
  const node = round.node();
  const [first, second] = [await round.solve(node), await round.solve(round.node())];
  const [a, b] = await database.prisma.matchRun.findMany({
    where: { id: { in: [first.id, second.id] } },
    orderBy: { number: 'asc' },
  });
  expect(a?.inputHash).toMatch(/^[0-9a-f]{64}$/);
  expect(b?.inputHash).toBe(a?.inputHash);
  expect({ ...(b?.result as object), solveMs: 0 }).toEqual({ ...(a?.result as object), solveMs: 0 });
  const inputs = (await node.desk.report(second.id))?.inputs ?? [];
  expect(inputs).toEqual(
    expect.arrayContaining([
      { what: 'Offers sheets (1)', version: expect.stringMatching(/^[0-9a-f]{16}$/) },
      { what: 'Rules', version: 'match-4' },
    ]),
  );
  expect(new Set(inputs.map(({ what }) => what)).size).toBe(inputs.length);
});

test('[MT23] another version of a sheet is another input, and the run says which version it used', async () => {
  await round.fill('maker', { a: line(10) });
  const node = round.node();
  const first = await round.solve(node);
  await round.fill('priorities', { stock: priorityRow() });
  await round.fill('targets', { stock: targetRow({ target: 100 }) });
  const second = await round.solve(node);
  const stored = await database.prisma.matchRun.findMany({
    where: { id: { in: [first.id, second.id] } },
    orderBy: { number: 'asc' },
  });
  expect(stored[0]?.inputHash).not.toBe(stored[1]?.inputHash);
  const targets = stored.map(({ inputs }) =>
    (inputs as unknown as RunInputs).sheets.find(({ kind }) => kind === 'targets'),
  );
  expect(targets).toEqual(
    [0, 1].map((seq) => ({ id: round.sheets.targets, kind: 'targets', organizationId: null, seq })),
  );
  expect(stored[0]?.inputs).toMatchObject({
    rules: 'match-4',
    awardQuarter: '2026-Q4',
    deliveryFrom: 2027,
    deliveryTo: 2029,
  });
});

test('[MT24] the match runs in its phase only, for the administrator only, one run of a round at a time', async () => {
  await fillUsual();
  const { desk, push } = round.node();
  for (const who of ['otto', 'approver', 'ana', 'liaison'] as const)
    expect(await desk.start(round.roundId, round.people[who])).toMatchObject({
      ok: false,
      refusal: { code: 'no-right' },
    });
  for (const phase of ['collect', 'review', 'offers', 'award', 'closed'] as const) {
    await round.setPhase(phase);
    expect(await desk.start(round.roundId, round.people.admin)).toMatchObject({
      ok: false,
      refusal: { code: 'phase-closed' },
    });
  }
  await round.setPhase('match');
  const ended = push.run((run) => run.endedAt !== null);
  const starts = await Promise.all([1, 2, 3].map(() => desk.start(round.roundId, round.people.admin)));
  expect(starts.filter((start) => start.ok)).toHaveLength(1);
  expect(starts.filter((start) => !start.ok && start.refusal.code === 'run-under-way')).toHaveLength(2);
  await ended;
  expect((await desk.runs(round.roundId)).map((run) => run.state)).toEqual(['solved']);
});

test('[MT25] progress and the end reach those of the pool who may read it, and the record', async () => {
  await fillUsual();
  const node = round.node();
  await round.solve(node);
  const heard = node.push.of('run').map(({ to }) => to);
  expect(heard.every((to) => to.ana === null)).toBe(true);
  const shares = heard.map((to) => (to.admin as { run: { progress: number } }).run.progress);
  expect(shares.length).toBeGreaterThan(3);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  expect(node.drafts.map(({ kind, body }) => [kind, body])).toEqual([
    ['run.started', { run: 1 }],
    ['run.solved', { run: 1 }],
  ]);
  expect(await verifyRecord(database.pool)).toMatchObject({ broken: null });
});

test('[MT26] a run can be cancelled in the middle, and the next run of the round works', async () => {
  await fillHard(round);
  const node = round.node();
  const begun = node.push.run((run) => run.progress > 0);
  const started = await node.desk.start(round.roundId, round.people.admin);
  if (!started.ok) throw new Error('refused');
  await begun;
  expect(await node.desk.cancel(started.value.id, round.people.otto)).toMatchObject({
    ok: false,
    refusal: { code: 'no-right' },
  });
  expect(await node.desk.cancel(started.value.id, round.people.admin)).toMatchObject({
    ok: true,
    value: { state: 'cancelled' },
  });
  expect(await node.desk.cancel(started.value.id, round.people.admin)).toMatchObject({
    ok: false,
    refusal: { code: 'run-ended' },
  });
  expect(await node.desk.report(started.value.id)).toBeNull();
  const next = await node.desk.start(round.roundId, round.people.admin);
  expect(next).toMatchObject({ ok: true, value: { number: 2 } });
  if (next.ok) await node.desk.cancel(next.value.id, round.people.admin);
  expect(node.drafts.map(({ kind }) => kind)).toEqual(['run.started', 'run.cancelled', 'run.started', 'run.cancelled']);
});

test('[MT27] a worker that dies is replaced, and the run is solved all the same', async () => {
  await fillUsual();
  const threads: Worker[] = [];
  const startWorker = (start: WorkerStart) => {
    const thread = new Worker(WORKER, { workerData: start });
    threads.push(thread);
    // The first one is cut down before it can answer.
    if (threads.length === 1) void thread.terminate();
    return thread;
  };
  const node = round.node({ startWorker });
  expect(await round.solve(node)).toMatchObject({ number: 1, state: 'solved' });
  expect(threads).toHaveLength(2);
  expect(node.drafts.map(({ kind }) => kind)).toEqual(['run.started', 'run.solved']);
});

/** As a crash leaves it: nobody holds the run's lock, the row says it is under way. */
async function leaveRun(inputHash?: string): Promise<string> {
  const gathered = await gather(
    { database, sheets: round.sheetsDesk, catalogue, now: () => round.clock.now() },
    round.roundId,
  );
  if (!gathered.ok) throw new Error(gathered.refusal.code);
  const { inputs } = gathered.value;
  const id = randomUUID();
  const begun = { id, roundId: round.roundId, actor: round.people.admin, at: round.clock.now(), inputs };
  const opened = await openRun(database, { ...begun, inputHash: inputHash ?? gathered.value.inputHash });
  expect(opened).toMatchObject({ ok: true });
  return id;
}

test('[MT28] a run whose inputs changed after its server stopped is failed by the next one, and one of a living node is not', async () => {
  await fillHard(round);
  const left = await leaveRun('of other inputs');
  const next = round.node();
  expect((await next.desk.runs(round.roundId))[0]).toMatchObject({
    id: left,
    state: 'failed',
    reason: 'the server stopped; run it again',
  });
  const begun = next.push.run((run) => run.progress > 0);
  expect(await next.desk.start(round.roundId, round.people.admin)).toMatchObject({ ok: true });
  await begun;
  const [seen] = await round.node().desk.runs(round.roundId);
  expect(seen?.state).not.toBe('failed');
  if (seen) await next.desk.cancel(seen.id, round.people.admin);
});

test('[MT94] a run whose server died is gone on with by another one, to the same answer', async () => {
  await fillUsual();
  const left = await leaveRun();
  const node = round.node();
  const ended = node.push.run((run) => run.id === left && run.state === 'solved');
  await node.desk.recover();
  await ended;
  const again = await round.solve(node);
  const rows = await database.prisma.matchRun.findMany({ where: { id: { in: [left, again.id] } } });
  const [a, b] = rows.map(({ result }) => ({ ...(result as object), solveMs: 0 }));
  expect(a).toEqual(b);
  expect(node.drafts.map(({ kind }) => kind)).toEqual(['run.solved', 'run.started', 'run.solved']);
});

test('[MT94] a run that was left behind twice is not tried a third time', async () => {
  await fillUsual();
  const left = await leaveRun();
  expect([await takeOver(database, left), await takeOver(database, left)]).toEqual([true, false]);
  expect((await round.node().desk.runs(round.roundId))[0]).toMatchObject({ id: left, state: 'failed' });
});

test('[MT93] the first answer can be read at once, and a better one takes its place', async () => {
  await fillHard(round, 14, 16);
  const node = round.node();
  const first = node.push.run((run) => run.state === 'solved' && run.progress < 1);
  const last = node.push.run((run) => run.state === 'solved' && run.progress === 1);
  const started = await node.desk.start(round.roundId, round.people.admin);
  if (!started.ok) throw new Error('refused');
  await first;
  const before = await node.desk.report(started.value.id);
  await last;
  const after = await node.desk.report(started.value.id);
  expect(before?.gapPct).toBeGreaterThan(0);
  expect(after?.gapPct).toBeLessThanOrEqual(before?.gapPct ?? 0);
  expect(node.drafts.map(({ kind }) => kind)).toEqual(['run.started', 'run.solved']);
});

test('[MT93] a better answer never replaces one that orders came from, nor after the round moved on', async () => {
  await fillUsual();
  const node = round.node();
  const { id } = await round.solve(node);
  const result = (await solvedRun(database, id))?.result;
  if (!result) throw new Error('not solved');
  expect(await betterRun(database, id, result, round.clock.now())).toBe(true);
  await round.setPhase('award');
  expect(await betterRun(database, id, result, round.clock.now())).toBe(false);
  await node.desk.propose(round.roundId, round.people.admin);
  await round.setPhase('match');
  expect(await betterRun(database, id, result, round.clock.now())).toBe(false);
});

test('[MT29] orders are proposed once, from the latest solved run, with who receives what', async () => {
  await fillUsual();
  const node = round.node();
  expect(await node.desk.propose(round.roundId, round.people.admin)).toMatchObject({
    ok: false,
    refusal: { code: 'no-run' },
  });
  await round.solve(node);
  expect(await propose(node)).toEqual({ ok: true, value: 1 });
  expect(await Promise.all([1, 2].map(() => node.desk.propose(round.roundId, round.people.admin)))).toEqual([
    { ok: true, value: 1 },
    { ok: true, value: 1 },
  ]);
  const [listed, ...more] = await node.desk.orders({ poolIds: [round.poolId] });
  expect(more).toEqual([]);
  expect(listed?.order).toMatchObject({ number: 1, state: 'proposed', kg: 640, decisions: [] });
  const runs = await node.desk.runs(round.roundId);
  expect((await node.desk.report(runs[0]?.id ?? ''))?.orders[0]?.id).toBe(listed?.order.id);
  const rows = await database.prisma.allocation.findMany({ where: { order: { run: { roundId: round.roundId } } } });
  expect(rows.reduce((grams, row) => grams + row.grams, 0n)).toBe(640_000n);
  expect(new Set(rows.map((row) => row.organizationId))).toEqual(
    new Set([round.people.ana.organizationId, round.people.rita.organizationId, null]),
  );
  const proposed = { kind: 'order.proposed', poolId: round.poolId };
  expect(await database.prisma.recordEntry.count({ where: proposed })).toBe(1);
  expect(await node.desk.orders({ poolIds: [] })).toEqual([]);
});

test('[MT30] a manufacturer receives its own lines and nothing of anybody else', async () => {
  await fillUsual();
  const node = round.node();
  await round.solve(node);
  expect(await node.desk.awards(round.roundId, round.people.ana.organizationId)).toEqual([]);
  await round.setPhase('award');
  await node.desk.propose(round.roundId, round.people.admin);
  const own = await node.desk.awards(round.roundId, round.people.ana.organizationId);
  expect(own).toHaveLength(1);
  expect(own[0]).toMatchObject({
    row: 'line-1',
    mineral: 'gallium',
    grade: '6N',
    period: '2027',
    askedKg: 300,
    awardedKg: 300,
    why: 'Met in full.',
  });
  expect(own[0]?.parts.reduce((kg, part) => kg + part.kg, 0)).toBe(300);
  expect(own[0]?.parts[0]).toMatchObject({
    supplier: 'Near Refiner',
    country: 'Japan',
    usdPerKg: 850,
    state: 'proposed',
  });
  expect(JSON.stringify(own)).not.toMatch(/Rival|280|340|640/);
  expect(await node.desk.awards(round.roundId, round.people.zoe.organizationId)).toEqual([]);
});

test('[MT31] a verdict is stored, seen by officials at once, and felt in the award', async () => {
  await fillUsual();
  const node = round.node();
  await propose(node);
  const [listed] = await node.desk.orders({ poolIds: [round.poolId] });
  const id = listed?.order.id ?? '';
  expect(await node.desk.decide(id, 'approve', '', round.people.otto)).toMatchObject({
    ok: false,
    refusal: { code: 'no-right' },
  });
  expect(await node.desk.decide(id, 'return', '  ', round.people.approver)).toMatchObject({
    ok: false,
    refusal: { code: 'no-comment' },
  });
  expect(await node.desk.decide(id, 'approve', '', round.people.approver)).toMatchObject({
    ok: false,
    refusal: { code: 'one-person' },
  });
  for (const [at, who] of [
    ['2026-12-01T09:10:00Z', round.people.otto],
    ['2026-12-01T09:20:00Z', round.people.approver],
  ] as const) {
    round.clock.turnTo(at);
    expect(await node.desk.decide(id, 'open', '', who)).toMatchObject({ ok: true, value: { state: 'inReview' } });
  }
  round.clock.turnTo('2026-12-01T10:00:00Z');
  const both = await Promise.all([
    node.desk.decide(id, 'return', 'Ask for a second source', round.people.approver),
    node.desk.decide(id, 'approve', '', round.people.approver),
  ]);
  expect(both.filter((outcome) => outcome.ok)).toHaveLength(1);
  expect(both.find((outcome) => !outcome.ok)).toMatchObject({ refusal: { code: 'decided' } });
  const decided = await node.desk.order(id);
  expect(decided?.order.decisions.map(({ verdict, by, organization }) => [verdict, by, organization])).toEqual([
    ['open', expect.any(String), expect.any(String)],
    ['open', 'Ada', 'Agency'],
    [decided?.order.state === 'returned' ? 'return' : 'approve', 'Ada', 'Agency'],
  ]);
  const { to } = node.push.of('order').at(-1) as { to: Record<string, unknown> };
  expect([to.ana, to.rita, to.otto]).toEqual([
    null,
    null,
    { poolId: round.poolId, orderId: id, state: decided?.order.state },
  ]);
  const awardPush = node.push.of('award').at(-1)?.to ?? {};
  expect([awardPush.ana, awardPush.zoe, awardPush.otto]).toEqual([{ poolId: round.poolId }, null, null]);
  const recorded = await database.prisma.recordEntry.findFirstOrThrow({ orderBy: { seq: 'desc' } });
  expect(recorded).toMatchObject({ kind: 'order.decided', poolId: round.poolId, body: { order: 1 } });
});

test('[MT54] that orders were proposed is told to all members alike; a decision only to those whose award shows it', async () => {
  await fillUsual();
  const node = round.node();
  await propose(node);
  const told = () => node.push.of('award').map(({ to }) => [to.ana, to.rita, to.zoe, to.otto, to.admin]);
  const message = { poolId: round.poolId };
  expect(told()).toEqual([[message, message, message, null, null]]);
  const [listed] = await node.desk.orders({ poolIds: [round.poolId] });
  const id = listed?.order.id ?? '';
  await node.desk.decide(id, 'open', '', round.people.otto);
  await node.desk.decide(id, 'comment', 'A question', round.people.otto);
  expect(told()).toHaveLength(1);
  await node.desk.decide(id, 'approve', '', round.people.approver);
  expect(told().at(-1)).toEqual([message, message, null, null, null]);
});

test('[MT31] a returned order is shown in the award but awards nothing', async () => {
  await fillUsual();
  const node = round.node();
  await propose(node);
  const [listed] = await node.desk.orders({ poolIds: [round.poolId] });
  await node.desk.decide(listed?.order.id ?? '', 'return', 'Ask for a second source', round.people.approver);
  const [own] = await node.desk.awards(round.roundId, round.people.ana.organizationId);
  expect(own).toMatchObject({
    askedKg: 300,
    awardedKg: 0,
    why: expect.stringContaining('Officials did not approve 300 kg of it.'),
  });
  expect(own?.parts[0]?.state).toBe('returned');
});

test('[MT32] what approved orders of other rounds bring to the reserve is not bought again', async () => {
  await fillUsual();
  const node = round.node();
  await propose(node);
  const [listed] = await node.desk.orders({ poolIds: [round.poolId] });
  const other = await database.prisma.round.create({
    data: { poolId: round.poolId, number: 2, phase: 'match', opensAt: new Date(0), closesAt: new Date('2026-12-18') },
  });
  await database.prisma.sheet.create({ data: { kind: 'offers', poolId: round.poolId, roundId: other.id } });
  const wanted = async () => {
    const ended = node.push.run((run) => run.endedAt !== null);
    const started = await node.desk.start(other.id, round.people.admin);
    if (!started.ok) throw new Error('refused');
    await ended;
    return (await node.desk.report(started.value.id))?.unmet.map(({ who, kg }) => [who, kg]);
  };
  expect(await wanted()).toEqual([['reserve', 60]]);
  await node.desk.decide(listed?.order.id ?? '', 'open', '', round.people.otto);
  await node.desk.decide(listed?.order.id ?? '', 'approve', '', round.people.approver);
  expect(await wanted()).toEqual([]);
});

test('[MT33] a run that is solved after its round moved on is not used', async () => {
  await fillHard(round, 24, 40);
  const node = round.node();
  const begun = node.push.run((run) => run.progress > 0);
  const ended = node.push.run((run) => run.endedAt !== null);
  await node.desk.start(round.roundId, round.people.admin);
  await begun;
  await round.setPhase('award');
  expect(await ended).toMatchObject({ state: 'failed', reason: 'the round moved on before it was solved' });
}, 60_000);
