/** Numbers for amounts: an owner's amount in a lot has one number for as long as it stays, and has it again when it comes back. Used by domain/release. */
import type { OwnerAmounts } from './owner-amounts.ts';
import type { LotKey } from './pooling.ts';

/** By owner: the amount that was asked for last, and the unknown that it is. */
interface Latest {
  grams: number[];
  unknowns: number[];
  /** By owner and grams: what is no longer the latest. */
  earlier: Map<string, number>;
}

export class Unknowns {
  readonly ownerOf: number[] = [];
  private readonly latest = new Map<LotKey, Latest>();

  of(lot: LotKey, { grams }: OwnerAmounts): number[] {
    const latest: Latest = this.latest.get(lot) ?? { grams: [], unknowns: [], earlier: new Map() };
    this.latest.set(lot, latest);
    while (latest.grams.length < grams.length) {
      latest.grams.push(0);
      latest.unknowns.push(-1);
    }
    const found: number[] = [];
    for (let owner = 0; owner < grams.length; owner += 1) {
      const amount = grams[owner] ?? 0;
      if (amount === 0) continue;
      if (latest.grams[owner] !== amount) this.replace(latest, owner, amount);
      found.push(latest.unknowns[owner] ?? -1);
    }
    return found;
  }

  private replace({ grams, unknowns, earlier }: Latest, owner: number, amount: number): void {
    const before = grams[owner] ?? 0;
    if (before !== 0) earlier.set(`${owner} ${before}`, unknowns[owner] ?? -1);
    const known = earlier.size > 0 ? earlier.get(`${owner} ${amount}`) : undefined;
    unknowns[owner] = known ?? this.ownerOf.push(owner) - 1;
    grams[owner] = amount;
  }
}
