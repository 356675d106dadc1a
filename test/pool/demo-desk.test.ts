/** The pool chapter over the real sheets: the seeded demo, from the update log to what is pushed. */

import { expect, test } from 'vitest';
import { readConfig } from '#server/config.ts';
import { createPoolDesk } from '#server/pool/desk.ts';
import { createSheets } from '#server/sync/sheets.ts';
import { seedDemo } from '../../seeds/demo.ts';
import { loadCatalogue } from '../../seeds/facts.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { HeardPush, totalOf } from '../support/pool-round.ts';

const { limits } = readConfig({});

test('[RL41] at its first slot each demo pool shows its total, or nothing where its members are too few or too unequal', async () => {
  const database = await testDatabase();
  const catalogue = loadCatalogue();
  const clock = new HandClock('2026-12-01T10:00:10.000Z');
  const faults: string[] = [];
  const telemetry = { event: () => {}, fault: (name: string) => void faults.push(name) };
  const hashPassword = async () => 'no password';
  await seedDemo({ database, catalogue, hashPassword, now: clock.now(), record: async () => {} });
  const sheets = createSheets({
    database,
    clock,
    telemetry,
    limits,
    actorOf: async () => null,
    onCleanRoomView: () => {},
  });
  const push = new HeardPush(clock);
  const desk = createPoolDesk({ database, sheets, catalogue, push, clock, telemetry, slotSecondsDefault: 60 });
  try {
    await desk.start();
    clock.turnTo('2026-12-01T10:01:02.000Z');
    await push.count(await database.prisma.pool.count());
    const shown = push.heard.map(({ release }) => [release.cells[0]?.mineral, totalOf(release)] as const);
    const { germanium, tungsten, antimony, ...others } = Object.fromEntries(shown);
    // Their smaller members hide about a quarter of the largest: the percentage drawn in secret may be above that or below.
    const near = [
      [germanium, '6830'],
      [tungsten, '652'],
      [antimony, '2180'],
    ] as const;
    for (const [value, total] of near) expect([total, null]).toContain(value);
    expect(others).toEqual({
      yttrium: '49300',
      gallium: '3790',
      aluminum: null,
      bismuth: null,
      cobalt: null,
      dysprosium: null,
      graphite: null,
      scandium: null,
      titanium: null,
      molybdenum: '1040',
      // Opened, still without a line.
      lithium: null,
      nickel: null,
    });
    expect(faults).toEqual([]);
  } finally {
    await desk.stop();
    await sheets.close();
  }
});
