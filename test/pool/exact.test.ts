import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '#server/database.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { demandRow, makePoolRound, type Node, type PoolRound, startDesk, totalOf } from '../support/pool-round.ts';

let database: Database;
beforeAll(async () => {
  database = await testDatabase();
});

let round: PoolRound;
let clock: HandClock;
let node: Node;
beforeEach(async () => {
  await database.pool.query('TRUNCATE pool, organization CASCADE');
  clock = new HandClock('2026-12-01T10:00:10.000Z');
  round = await makePoolRound(database);
  node = await startDesk(round, clock);
});
afterEach(() => node.desk.stop());

const cellsOf = async () => (await node.desk.exact(round.poolId)).cells;
const topOf = async () => (await cellsOf())[0];
const FIVE = { a: 300, b: 250, c: 200, d: 150, e: 100 };
const ask = async (amounts: Record<string, number>) => {
  for (const [member, kg] of Object.entries(amounts)) await round.asks(member, kg);
};

test('[CR1] every declared cell is summed from all lines, to the gram, at both levels, with as many companies as have different owners', async () => {
  await round.rows.write(await round.sheetOf('a'), 'firm', demandRow(1.234, { commitment: 'firm' }));
  await round.rows.write(await round.sheetOf('a'), 'soft', demandRow(10, { commitment: 'indicative' }));
  await round.rows.write(await round.sheetOf('b'), 'soft', demandRow(20, { commitment: 'indicative', grade: 99.9 }));
  await round.rows.write(await round.sheetOf('daughter', 'b'), 'firm', demandRow(5, { commitment: 'takeOrPay' }));
  await round.rows.write(await round.sheetOf('wrong'), 'line', demandRow(7, { unit: 'parsec' }));
  const told = (await cellsOf()).map(({ form, grade, level, kg, owners }) => [form, grade, level, kg, owners]);
  expect(told).toEqual([
    [null, null, 'all', '36.234', 2],
    [null, null, 'firm', '6.234', 2],
    ['oxide', null, 'all', '0', 0],
    ['oxide', null, 'firm', '0', 0],
    ['oxide', 'any', 'all', '0', 0],
    ['oxide', 'any', 'firm', '0', 0],
    ['oxide', '3N', 'all', '0', 0],
    ['oxide', '3N', 'firm', '0', 0],
    ['oxide', '5N', 'all', '0', 0],
    ['oxide', '5N', 'firm', '0', 0],
    ['metal', null, 'all', '36.234', 2],
    ['metal', null, 'firm', '6.234', 2],
    ['metal', 'any', 'all', '16.234', 2],
    ['metal', 'any', 'firm', '6.234', 2],
    ['metal', '3N', 'all', '20', 1],
    ['metal', '3N', 'firm', '0', 0],
  ]);
});

test('[CR5] what is published stands beside it as everybody sees it: not before it is pushed, and with its old value while it is held', async () => {
  await ask(FIVE);
  expect(await topOf()).toMatchObject({ kg: '1000', released: null, rule: 'passes' });
  await node.nextSlot();
  expect(await topOf()).toMatchObject({ kg: '1000', released: '1000', rounded: '1000', rule: 'current' });
  await round.asks('a', 330);
  await node.nextSlot();
  expect(await topOf()).toMatchObject({
    kg: '1030',
    released: '1000',
    rounded: '1030',
    rule: 'changers',
    has: 1,
    needs: 4,
  });
});

test('[CR5] looking changes nothing that is published', async () => {
  await ask(FIVE);
  for (let time = 0; time < 3; time += 1) await cellsOf();
  await node.nextSlot();
  expect(totalOf(node.push.heard.at(-1)?.release)).toBe('1000');
  expect(await database.prisma.release.count()).toBe(1);
});

test('[CR6] after the last release each cell is told by what was decided then', async () => {
  await ask({ a: 300, b: 250, c: 200 });
  await database.prisma.round.update({ where: { id: round.roundId }, data: { phase: 'review' } });
  await node.desk.publishFinal(round.roundId);
  expect(await topOf()).toMatchObject({ kg: '750', released: null, rule: 'owners', has: 3, needs: 5 });
});

test('[CR6] what the last release showed is told as shown', async () => {
  await ask(FIVE);
  await database.prisma.round.update({ where: { id: round.roundId }, data: { phase: 'review' } });
  await node.desk.publishFinal(round.roundId);
  const cells = await cellsOf();
  expect(cells[0]).toMatchObject({ released: '1000', rule: 'current' });
  for (const { released, rule } of cells) expect(rule === 'current').toBe(released !== null);
});

test('[CR6] a pool whose rules cannot be read is told to publish nothing for that', async () => {
  await node.desk.stop();
  round = await makePoolRound(database, { rules: { contributorsMin: 2 } });
  await ask(FIVE);
  node = await startDesk(round, clock);
  expect(await topOf()).toMatchObject({ kg: '1000', released: null, rule: 'unreadable' });
});
