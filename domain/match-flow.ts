/** Whole-number flows through a small network: the arithmetic under fair shares and under who receives which kilograms. */

/** Nodes are 0 to size - 1; arcs are numbered as they are added. Capacities and flows are whole numbers. */
export class FlowNetwork {
  private readonly arcsFrom: number[][];
  private readonly heads: number[] = [];
  /** Room left on each arc; an arc and its reverse are 2k and 2k + 1. Grows by doubling. */
  private room = new Float64Array(64);
  /** Places and former values of `room` since the outermost attempt began. */
  private journal: number[] = [];
  private attempts = 0;

  constructor(size: number) {
    this.arcsFrom = Array.from({ length: size }, () => []);
  }

  arc(from: number, to: number, capacity: number): number {
    const there = this.heads.length;
    if (there + 2 > this.room.length) {
      const larger = new Float64Array(2 * this.room.length);
      larger.set(this.room);
      this.room = larger;
    }
    this.arcsFrom[from]?.push(there);
    this.arcsFrom[to]?.push(there + 1);
    this.heads.push(to, from);
    this.room[there] = capacity;
    return there / 2;
  }

  flow(arc: number): number {
    return this.room[2 * arc + 1] ?? 0;
  }

  /** Must not be less than what flows already. */
  setCapacity(arc: number, capacity: number): void {
    this.set(2 * arc, capacity - this.flow(arc));
  }

  /** Keeps what the change did if it answers true; otherwise everything is as before. May be nested. */
  attempt(change: () => boolean): boolean {
    const mark = this.journal.length;
    this.attempts += 1;
    const isKept = change();
    this.attempts -= 1;
    while (!isKept && this.journal.length > mark) {
      const value = this.journal.pop() ?? 0;
      this.room[this.journal.pop() ?? 0] = value;
    }
    if (this.attempts === 0) this.journal = [];
    return isKept;
  }

  private set(at: number, value: number): void {
    if (this.attempts > 0) this.journal.push(at, this.room[at] ?? 0);
    this.room[at] = value;
  }

  /** Pushes as much more as fits, at most `most`; answers how much. Never lowers what arrives through an arc into `sink`. */
  push(source: number, sink: number, most = Number.MAX_SAFE_INTEGER): number {
    let pushed = 0;
    while (pushed < most) {
      const depth = this.depths(source, sink);
      if (!depth) break;
      const next = new Int32Array(this.arcsFrom.length);
      for (;;) {
        const amount = this.pushOnce(source, sink, most - pushed, depth, next);
        if (amount === 0) break;
        pushed += amount;
        if (pushed >= most) break;
      }
    }
    return pushed;
  }

  private depths(source: number, sink: number): Int32Array | null {
    const depth = new Int32Array(this.arcsFrom.length).fill(-1);
    depth[source] = 0;
    const queue = [source];
    for (let at = 0; at < queue.length; at += 1) {
      const node = queue[at] ?? 0;
      for (const arc of this.arcsFrom[node] ?? []) {
        const head = this.heads[arc] ?? 0;
        if ((this.room[arc] ?? 0) <= 0 || depth[head] !== -1) continue;
        depth[head] = (depth[node] ?? 0) + 1;
        if (head === sink) return depth;
        queue.push(head);
      }
    }
    return null;
  }

  /** One path along rising depths, found without recursion: depth is bounded by the network, not by the stack. */
  private pushOnce(source: number, sink: number, most: number, depth: Int32Array, next: Int32Array): number {
    const path: number[] = [];
    let node = source;
    while (node !== sink) {
      const arcs = this.arcsFrom[node] ?? [];
      let arc = -1;
      for (; (next[node] ?? 0) < arcs.length; next[node] = (next[node] ?? 0) + 1) {
        const candidate = arcs[next[node] ?? 0] ?? 0;
        if ((this.room[candidate] ?? 0) > 0 && depth[this.heads[candidate] ?? 0] === (depth[node] ?? 0) + 1) {
          arc = candidate;
          break;
        }
      }
      if (arc >= 0) {
        path.push(arc);
        node = this.heads[arc] ?? 0;
        continue;
      }
      const back = path.pop();
      if (back === undefined) return 0;
      node = this.heads[back ^ 1] ?? 0;
      next[node] = (next[node] ?? 0) + 1;
    }
    const amount = path.reduce((least, arc) => Math.min(least, this.room[arc] ?? 0), most);
    for (const arc of path) {
      this.set(arc, (this.room[arc] ?? 0) - amount);
      this.set(arc ^ 1, (this.room[arc ^ 1] ?? 0) + amount);
    }
    return amount;
  }
}
