/** Random sessions of a pool: members who edit a few times in each slot, go back to earlier amounts, come and go. Used by sessions.test and the bench. */
import { normal, seeded } from '../../support/seeded.ts';
import type { Book } from '../../support/small-pool.ts';

export interface Session {
  seed: number;
  members: number;
  /** Mean of edits in one slot. */
  editsPerSlot: number;
  /** By slot: the pool after each edit of the slot; the first slot holds what everybody began with. */
  slots: Book[][];
}

export const SLOTS = 40;
/** Places of the small catalogue. In the first one everybody asks for something. */
const PLACES = ['oxide 5N', 'oxide 3N firm', 'metal'];

export const memberName = (number: number): string => `m${number}`;

/** 5 to 20 members and 0.6 to 3 edits per slot, drawn from the seed. */
export function randomSession(
  seed: number,
  options: { members?: number; membersMax?: number; slots?: number; places?: readonly string[] } = {},
): Session {
  const places = options.places ?? PLACES;
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const members = options.members ?? 5 + Math.floor(random() * ((options.membersMax ?? 20) - 4));
  const editsPerSlot = 0.6 + 2.4 * random();
  const amount = () => Math.ceil(10_000 * Math.exp(normal(random)));
  const names = Array.from({ length: members }, (_, number) => memberName(number));
  let now: Book = Object.fromEntries(
    places.map((place, number) => [
      place,
      Object.fromEntries(names.filter(() => number === 0 || random() < 0.6).map((name) => [name, amount()])),
    ]),
  );
  const past = new Map<string, number[]>();
  const slots = [[now]];
  for (let slot = 1; slot < (options.slots ?? SLOTS); slot += 1) {
    const after: Book[] = [];
    for (let left = poisson(random, editsPerSlot); left > 0; left -= 1) {
      const [place, name] = [pick(places), pick(names)];
      const before = now[place]?.[name] ?? 0;
      const had = past.get(place + name) ?? [];
      past.set(place + name, [...had, before]);
      const isBack = had.length > 0 && random() < 0.25;
      const next = isBack ? pick(had) : nextAmount(random, before, amount);
      if (next === before) continue;
      now = { ...now, [place]: { ...now[place], [name]: next } };
      after.push(now);
    }
    slots.push(after);
  }
  return { seed, members, editsPerSlot, slots };
}

function nextAmount(random: () => number, before: number, amount: () => number): number {
  if (before === 0) return amount();
  return random() < 0.05 ? 0 : Math.max(1, Math.ceil(before * (1 + normal(random) / 2)));
}

function poisson(random: () => number, mean: number): number {
  const floor = Math.exp(-mean);
  let [count, product] = [0, random()];
  for (; product > floor; product *= random()) count += 1;
  return count;
}
