/** Whole-number flows through a small network: the arithmetic under fair shares and under who receives which kilograms. */

/** Nodes are 0 to size - 1; arcs are numbered as they are added. Capacities and flows are whole numbers. */
export class FlowNetwork {
  private readonly arcsFrom: number[][];
  private readonly heads: number[] = [];
  /** Room left on each arc; an arc and its reverse are 2k and 2k + 1. */
  private room: number[] = [];

  constructor(size: number) {
    this.arcsFrom = Array.from({ length: size }, () => []);
  }

  arc(from: number, to: number, capacity: number): number {
    const id = this.heads.length / 2;
    this.arcsFrom[from]?.push(this.heads.length);
    this.heads.push(to);
    this.room.push(capacity);
    this.arcsFrom[to]?.push(this.heads.length);
    this.heads.push(from);
    this.room.push(0);
    return id;
  }

  flow(arc: number): number {
    return this.room[2 * arc + 1] ?? 0;
  }

  /** Must not be less than what flows already. */
  setCapacity(arc: number, capacity: number): void {
    this.room[2 * arc] = capacity - this.flow(arc);
  }

  save(): readonly number[] {
    return this.room.slice();
  }

  restore(saved: readonly number[]): void {
    this.room = saved.slice();
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
      this.room[arc] = (this.room[arc] ?? 0) - amount;
      this.room[arc ^ 1] = (this.room[arc ^ 1] ?? 0) + amount;
    }
    return amount;
  }
}
