/** Whole-number flows through a small network: the arithmetic under fair shares and under who receives which kilograms. */

/** Nodes are 0 to size - 1; arcs are numbered as they are added. Capacities and flows are whole numbers. */
export class FlowNetwork {
  private readonly size: number;
  private readonly headList: number[] = [];
  /** Packed when the first flow is sought: heads by arc, and the arcs that begin at each node, one node after the other. */
  private heads = new Int32Array(0);
  private arcs = new Int32Array(0);
  private readonly starts: Int32Array;
  /** Room left on each arc; an arc and its reverse are 2k and 2k + 1. Grows by doubling. */
  private room = new Float64Array(64);
  /** Places and former values of `room` since the outermost attempt began. */
  private journal: number[] = [];
  private attempts = 0;
  /** Kept between pushes, by node: how far the sink is, and which arc is looked at next. */
  private readonly distance: Int32Array;
  private readonly next: Int32Array;
  private readonly queue: Int32Array;
  private readonly path: Int32Array;

  constructor(size: number) {
    this.size = size;
    this.starts = new Int32Array(size + 1);
    this.distance = new Int32Array(size);
    this.next = new Int32Array(size);
    this.queue = new Int32Array(size);
    this.path = new Int32Array(size);
  }

  arc(from: number, to: number, capacity: number): number {
    const there = this.headList.length;
    if (there + 2 > this.room.length) {
      const larger = new Float64Array(2 * this.room.length);
      larger.set(this.room);
      this.room = larger;
    }
    this.headList.push(to, from);
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

  private pack(): void {
    if (this.heads.length === this.headList.length) return;
    this.heads = Int32Array.from(this.headList);
    this.arcs = new Int32Array(this.heads.length);
    const { heads, arcs, starts } = this;
    starts.fill(0);
    // The tail of an arc is the head of its reverse.
    for (let arc = 0; arc < heads.length; arc += 1) (starts[(heads[arc ^ 1] as number) + 1] as number) += 1;
    for (let node = 0; node < this.size; node += 1) (starts[node + 1] as number) += starts[node] as number;
    const filled = starts.slice();
    for (let arc = 0; arc < heads.length; arc += 1) {
      const tail = heads[arc ^ 1] as number;
      arcs[filled[tail] as number] = arc;
      (filled[tail] as number) += 1;
    }
  }

  /** Answers for each arc whether more can get from the source to where it begins, as things are now. */
  reachedFrom(source: number): (arc: number) => boolean {
    this.pack();
    const { heads, arcs, starts, room, queue } = this;
    const isReached = new Uint8Array(this.size);
    isReached[source] = 1;
    queue[0] = source;
    let end = 1;
    for (let at = 0; at < end; at += 1) {
      const node = queue[at] as number;
      const to = starts[node + 1] as number;
      for (let i = starts[node] as number; i < to; i += 1) {
        const arc = arcs[i] as number;
        const head = heads[arc] as number;
        if (isReached[head] === 1 || (room[arc] as number) <= 0) continue;
        isReached[head] = 1;
        queue[end] = head;
        end += 1;
      }
    }
    return (arc) => isReached[heads[2 * arc + 1] as number] === 1;
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
    this.pack();
    let pushed = 0;
    while (pushed < most && this.measure(source, sink)) {
      this.next.set(this.starts.subarray(0, this.size));
      for (;;) {
        const amount = this.pushOnce(source, sink, most - pushed);
        if (amount === 0) break;
        pushed += amount;
        if (pushed >= most) break;
      }
    }
    return pushed;
  }

  /**
   * Arcs from each node to the sink, as far as the source is away; false where it cannot be reached. From the sink, because usually few
   * of the arcs into it are open, and the source is a few arcs behind those.
   */
  private measure(source: number, sink: number): boolean {
    const { distance, queue, heads, room, arcs, starts } = this;
    distance.fill(-1);
    distance[sink] = 0;
    queue[0] = sink;
    let end = 1;
    for (let at = 0; at < end; at += 1) {
      const node = queue[at] as number;
      const away = (distance[node] as number) + 1;
      const to = starts[node + 1] as number;
      for (let i = starts[node] as number; i < to; i += 1) {
        const arc = arcs[i] as number;
        const tail = heads[arc] as number;
        if (distance[tail] !== -1 || (room[arc ^ 1] as number) <= 0) continue;
        distance[tail] = away;
        if (tail === source) return true;
        queue[end] = tail;
        end += 1;
      }
    }
    return false;
  }

  /** One path along falling distances, found without recursion: depth is bounded by the network, not by the stack. */
  private pushOnce(source: number, sink: number, most: number): number {
    const { distance, next, heads, room, arcs, starts, path } = this;
    let length = 0;
    let node = source;
    while (node !== sink) {
      const to = starts[node + 1] as number;
      const closer = (distance[node] as number) - 1;
      let at = next[node] as number;
      let arc = -1;
      for (; at < to; at += 1) {
        const candidate = arcs[at] as number;
        if (distance[heads[candidate] as number] === closer && (room[candidate] as number) > 0) {
          arc = candidate;
          break;
        }
      }
      next[node] = at;
      if (arc >= 0) {
        path[length] = arc;
        length += 1;
        node = heads[arc] as number;
        continue;
      }
      if (length === 0) return 0;
      length -= 1;
      node = heads[(path[length] as number) ^ 1] as number;
      next[node] = (next[node] as number) + 1;
    }
    let amount = most;
    for (let i = 0; i < length; i += 1) amount = Math.min(amount, room[path[i] as number] as number);
    for (let i = 0; i < length; i += 1) {
      const arc = path[i] as number;
      this.set(arc, (room[arc] as number) - amount);
      this.set(arc ^ 1, (room[arc ^ 1] as number) + amount);
    }
    return amount;
  }
}

/** An arc whose flow must lie between two whole bounds. */
export interface BoundedArc {
  from: number;
  to: number;
  low: number;
  high: number;
}

/** Whole flows on all arcs, from node 0 to node 1, every bound kept and nothing lost in between; null where there are none. */
export function boundedFlow(size: number, arcs: readonly BoundedArc[]): number[] | null {
  if (arcs.some(({ low, high }) => low > high)) return null;
  const [source, sink] = [size, size + 1];
  const network = new FlowNetwork(size + 2);
  const due = new Array<number>(size).fill(0);
  const ids = arcs.map(({ from, to, low, high }) => {
    due[to] = (due[to] ?? 0) + low;
    due[from] = (due[from] ?? 0) - low;
    return network.arc(from, to, high - low);
  });
  network.arc(1, 0, Number.MAX_SAFE_INTEGER);
  let wanted = 0;
  due.forEach((kg, node) => {
    if (kg > 0) network.arc(source, node, kg);
    if (kg < 0) network.arc(node, sink, -kg);
    wanted += Math.max(0, kg);
  });
  if (network.push(source, sink) !== wanted) return null;
  return arcs.map(({ low }, i) => low + network.flow(ids[i] ?? 0));
}
