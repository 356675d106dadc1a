/**
 * Attacks 11, 13, 14, 15 and 19 on the real server: numbers that follow from the pool instead of being it. A smallest order, another unit,
 * a share of scarce supply, what a match reports, and a specification that only one company asks for.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { offerRow } from '../support/catalogue.ts';
import { boundsOf } from './attacker/reading.ts';
import { readEverything } from './support/everything.ts';
import { type Member, openStage, type Stage } from './support/stage.ts';
import { OTHER_UNITS, off, restore } from './support/switches.ts';
import type { Tap } from './support/tap.ts';
import { finishRound } from './support/whole-round.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));
vi.mock('#domain/release.ts', async (original) => (await import('./support/switches.ts')).release(await original()));
vi.mock('#domain/release-view.ts', async (original) =>
  (await import('./support/switches.ts')).releaseView(await original()),
);
vi.mock('#server/pool/desk.ts', async (original) => (await import('./support/switches.ts')).poolDesk(await original()));

let stage: Stage;
afterEach(restore);
const closeAfterEach = () => afterEach(() => stage.close());

async function pool(...amounts: number[]): Promise<Tap> {
  stage = await openStage({ members: amounts.length });
  for (const [i, member] of stage.members.entries()) await member.asks(amounts[i] ?? 0);
  await stage.slot();
  return (stage.members[0] as Member).tap;
}

describe('attack 11: is the smallest order reached? a binary search by own edits', () => {
  const OTHERS = [3120, 1410, 1270, 990];
  const othersKg = OTHERS.reduce((sum, kg) => sum + kg, 0);
  const MINIMUM_KG = 10_000;
  beforeAll(() => pool(1, ...OTHERS), 120_000);
  afterAll(() => stage.close());

  /** 14 edits; answers with the bounds that they leave of what the others ask for together. */
  async function search(): Promise<{ low: number; high: number }> {
    const [insider] = stage.members as [Member];
    // Whatever can be read but for the sheet itself.
    const signal = async (own: number): Promise<string> => {
      await insider.asks(own);
      const answers = await readEverything(stage, insider.tap, /^\/(pools|record|me)/);
      return answers.map(({ text }) => text).join('\n');
    };
    let [low, high] = [0, MINIMUM_KG];
    const whenMissed = await signal(1);
    for (let edit = 0; edit < 14; edit += 1) {
      const own = (low + high) / 2;
      if ((await signal(own)) === whenMissed) low = own;
      else high = own;
    }
    return { low: MINIMUM_KG - high, high: MINIMUM_KG - low };
  }

  test('[AT11] 11 nothing that can be read turns with own edits, so the search finds no edge', async () => {
    expect((await search()).low).toBe(0);
  });

  test('[AT11] 11 twin: with a live mark, 14 edits narrow the others to a kilogram', async () => {
    off.minimumKg = MINIMUM_KG;
    const { low, high } = await search();
    expect(high - low).toBeLessThan(1);
    expect([low <= othersKg, othersKg <= high]).toEqual([true, true]);
  });
});

describe('attack 13: the same total rounded in two units', () => {
  closeAfterEach();
  /** Width that all numbers of the total leave together, in steps of the pool's own unit. */
  async function width(): Promise<number> {
    const tap = await pool(24_100, 22_050, 20_550, 19_000, 19_050);
    const { body } = await tap.get(`/pools/${stage.poolId}/release`);
    const values = new Set(
      [tap.releases.at(-1)?.cells[0]?.value, body.cells[0].value].flatMap((text) => text?.split(' ') ?? []),
    );
    const factors = [1, ...Object.values(OTHER_UNITS)];
    const bounds = [...values].map((value, i) => {
      const { low, high } = boundsOf(value);
      return { low: low * (factors[i] ?? 1), high: high * (factors[i] ?? 1) };
    });
    const low = Math.max(...bounds.map((one) => one.low));
    const high = Math.min(...bounds.map((one) => one.high));
    expect([low <= 104_750, 104_750 <= high]).toEqual([true, true]);
    return (high - low) / 1000;
  }

  test('[AT13] 13 everything received of it is one rounded number', async () => {
    expect(await width()).toBe(1);
  });

  test('[AT13] 13 twin: rounded in three units each by itself, it is had more exactly than any of them says', async () => {
    off.units = true;
    expect(await width()).toBeLessThan(0.6);
  });
});

describe('three members, two of them allies, and less than they ask for', () => {
  let members: Member[];
  beforeAll(async () => {
    await pool(110, 120, 130);
    await finishRound(stage, { o1: offerRow({ capacity: 200, minimum: 10, price: 900 }) }, async () => {});
    members = stage.members;
  }, 120_000);
  afterAll(() => stage.close());

  const awardOf = async ({ tap }: Member): Promise<number> => {
    const { body } = await tap.get(`/pools/${stage.poolId}/awards`);
    return body.reduce((kg: number, { awardedKg }: { awardedKg: number }) => kg + awardedKg, 0);
  };

  describe('attack 14: own awards of scarce supply', () => {
    /** What two allies say the third received: supply less what they got themselves; null where they find no supply. */
    async function guess([a, b]: Member[]): Promise<number | null> {
      const { tap } = a as Member;
      const room = await tap.sheet(stage.offersId);
      const inRoom = [...room.doc.getMap<{ get(column: string): unknown }>('rows').values()].map((row) =>
        row.get('capacity'),
      );
      const table = (await tap.get(`/pools/${stage.poolId}/offers`)).body as Record<string, unknown>[];
      const sizes = [...inRoom, ...table.map(({ capacity }) => capacity)].map(Number).filter((kg) => kg > 0);
      if (sizes.length === 0) return null;
      return sizes.reduce((sum, kg) => sum + kg, 0) - (await awardOf(a as Member)) - (await awardOf(b as Member));
    }

    test('[AT14] 14 hold no share, no level of so few, and no size of the supply to subtract them from', async () => {
      expect(await guess(members)).toBeNull();
      const { body } = await (members[0] as Member).tap.get(`/pools/${stage.poolId}/awards`);
      expect(body[0].awardedKg).toBeGreaterThan(50);
      expect(body.map(({ levelKg }: { levelKg: number | null }) => levelKg)).toEqual([null]);
      expect(JSON.stringify(body)).not.toMatch(/%|percent|your share/i);
    });

    test('[AT14] 14 twin: with opened offers read whole, two members have the third’s award to the kilogram', async () => {
      off.offers = true;
      const truth = await awardOf(members[2] as Member);
      expect(truth).toBeGreaterThan(50);
      expect(await guess(members)).toBe(truth);
    });
  });

  describe('attack 15: shortfall, cover and scores of a match, from demand that was never shown', () => {
    /** The same from whatever tells of orders and runs. */
    async function guess([a, b]: Member[]): Promise<number | null> {
      const answers = await readEverything(stage, (a as Member).tap);
      const orders = answers
        .flatMap(({ status, body }) => (status === 200 && Array.isArray(body) ? body : []))
        .flatMap((entry) => entry?.order ?? []);
      if (orders.length === 0) return null;
      const forPool = orders.flatMap(({ lots }) => lots).filter(({ sink }) => sink === 'pool');
      const totalKg = forPool.reduce((sum, { kg }) => sum + kg, 0);
      return totalKg - (await awardOf(a as Member)) - (await awardOf(b as Member));
    }

    test('[AT15] 15 members read none of them', async () => {
      expect(await guess(members)).toBeNull();
    });

    test('[AT15] 15 twin: with officials’ reading of orders given to members, two of them have the third', async () => {
      off.rights = { editor: ['orders.read', 'match.readAggregated'] };
      expect(await guess(members)).toBe(await awardOf(members[2] as Member));
    });
  });
});

describe('attack 19: a specification that only one company asks for', () => {
  closeAfterEach();
  /** What the insider sees: the list of cells before anybody asks for anything and after, and the value of that one grade. */
  async function look() {
    stage = await openStage({ members: 6 });
    await stage.slot();
    for (const [i, member] of stage.members.entries()) await member.asks(300 - 30 * i);
    await (stage.members[5] as Member).asks(31, 'unique', { form: 'ga-metal-7n', grade: 99.99999 });
    await stage.slot();
    const [before, after] = ((stage.members[0] as Member).tap.releases ?? []).map(({ cells }) => cells);
    const cell = after?.find(({ form, grade, level }) => form === 'ga-metal' && grade === '7N' && level === 'all');
    const list = (cells: typeof after) => cells?.map(({ value: _, ...rest }) => rest);
    return { before: list(before), after: list(after), total: after?.[0]?.value, value: cell?.value };
  }

  test('[AT19] 19 is in no list and no cell because somebody asks for it', async () => {
    const { before, after, total, value } = await look();
    expect([total, value, after]).toEqual(['1380', null, before]);
  });

  test('[AT19] 19 twin: with the rule of totals and the audit off, its cell tells what the one company asks for', async () => {
    off.release = ['total', 'rest', 'audit'];
    expect((await look()).value).toBe('31');
  });
});
