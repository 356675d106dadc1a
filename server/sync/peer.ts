/**
 * One connection in a room: whom it speaks for, what it may do, and how much it has not yet taken. Made by the gate, used by the room.
 *
 * Invariants: nothing is written to a line after it was closed; a line with more than its byte budget waiting gets no further frames or
 * answers but one diff once it has drained; an acknowledgement never counts an update that is not durable.
 */
import type { Access, Actor } from '#domain/actors.ts';
import { CLOSE, type Refused } from '#protocol/rooms.ts';
import type { Clock } from '../clock.ts';
import { ackFrame, KEEP_ALIVE, refusalFrame } from './frames.ts';
import { GAPS_MAX, GAPS_UNANSWERED_MAX, type SheetLimits } from './limits.ts';
import { Throttle } from './throttle.ts';

/** What a peer needs of its connection: a websocket, or a pair in memory in tests. */
export interface Line {
  /** Takes a whole websocket frame. */
  write(frame: Uint8Array): void;
  /** Bytes written that the network has not taken yet. */
  backlog(): number;
  /** Calls once when the backlog is gone. */
  onDrain(run: () => void): void;
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
  /** The client agreed to compressed messages. */
  readonly mayDeflate?: boolean;
}

export interface PeerOptions {
  line: Line;
  actor: Actor;
  access: Access;
  sheetId: string;
  /** The client asked for acknowledgements and refusals. */
  wantsAck: boolean;
  limits: SheetLimits;
  clock: Clock;
}

type Standing =
  | { is: 'live' }
  /** Frames were left out since the document stood at `from`. */
  | { is: 'lagging'; from: Uint8Array; hasDrained: boolean; cancel: () => void }
  /** The socket is closing. Updates that came before still count where the person left by itself. */
  | { is: 'left' }
  | { is: 'ended' };

/**
 * Counts updates without their history. Some are in order: a client that edited while it was away may type on before its step 2 brings the rest.
 */
class Gaps {
  /** Something of the client is missing here, so that no later update of it can be called durable. */
  isOpen = false;
  /** We asked with our state vector, first in greeting, and the client has not answered. */
  #isAsked = true;
  #answered = 0;
  #unanswered = 0;

  /** 'ask': send our state vector; 'wait': it was sent; 'close': enough. */
  met(): 'ask' | 'wait' | 'close' {
    this.isOpen = true;
    if (this.#isAsked) return ++this.#unanswered > GAPS_UNANSWERED_MAX ? 'close' : 'wait';
    this.#isAsked = true;
    return ++this.#answered > GAPS_MAX ? 'close' : 'ask';
  }

  /** Step 2 brings everything that we did not have. */
  filled(): void {
    this.isOpen = false;
    this.#isAsked = false;
  }
}

export class Peer {
  actor: Actor;
  access: Access;
  readonly sheetId: string;
  readonly wantsAck: boolean;
  readonly throttle: Throttle;
  readonly mayDeflate: boolean;
  /** It has sent its state vector and been answered: from then on it gets every frame. */
  isSynced = false;
  /** A state vector that waits for its answer; a newer one replaces it. */
  question: Uint8Array | null = null;
  /** The question is its own, not ours after frames were left out. */
  hasAsked = false;
  /** The Yjs client id under which it shows itself. */
  shownId: number | null = null;
  /** Updates that came without their history. */
  readonly gaps = new Gaps();
  /** Client ids that this socket was the first to write under. */
  newClients = 0;
  #received = 0;
  #settled = 0;
  #acknowledged = 0;
  #standing: Standing = { is: 'live' };
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #limits: SheetLimits;

  constructor(options: PeerOptions) {
    this.actor = options.actor;
    this.access = options.access;
    this.sheetId = options.sheetId;
    this.wantsAck = options.wantsAck;
    this.#line = options.line;
    this.mayDeflate = options.line.mayDeflate === true;
    this.#clock = options.clock;
    this.#limits = options.limits;
    const { updatesPerSecond, messageBytes } = options.limits;
    this.throttle = new Throttle(
      options.line,
      { perSecond: updatesPerSecond, queuedBytesMax: 2 * messageBytes },
      options.clock,
    );
  }

  /** The server ended it, for a reason that makes its waiting updates void. */
  get isEnded(): boolean {
    return this.#standing.is === 'ended';
  }

  get isOpen(): boolean {
    return this.#standing.is === 'live' || this.#standing.is === 'lagging';
  }

  get isLagging(): boolean {
    return this.#standing.is === 'lagging';
  }

  /** An update came; its number on this socket. */
  received(): number {
    return ++this.#received;
  }

  /** Everything up to this number is in the log, once the tick that says so is. */
  settles(number: number): void {
    if (!this.gaps.isOpen) this.#settled = number;
  }

  /** What the last tick settled was taken back. */
  unsettle(): void {
    this.#settled = this.#acknowledged;
  }

  acknowledge(): void {
    if (!this.wantsAck || this.#settled === this.#acknowledged) return;
    this.#acknowledged = this.#settled;
    this.write(ackFrame(this.#settled));
  }

  write(frame: Uint8Array): void {
    if (this.isOpen) this.#line.write(frame);
  }

  /** A frame that this peer gets later anyway in a diff when its line is full. `standing`: the document before the frame. */
  broadcast(frame: Uint8Array, standing: () => Uint8Array, onDrained: (peer: Peer, from: Uint8Array) => void): void {
    if (this.#standing.is === 'live' && !this.isFull(standing, onDrained)) this.#line.write(frame);
  }

  /**
   * Its line has more waiting than it may, and has not drained since. It gets nothing built from the document until then, when `onDrained` runs
   * with what `standing` was, and it is told to come back if that takes too long.
   */
  isFull(standing: () => Uint8Array, onDrained: (peer: Peer, from: Uint8Array) => void): boolean {
    if (this.#standing.is === 'lagging') return !this.#standing.hasDrained;
    if (this.#standing.is !== 'live' || this.#line.backlog() <= this.#limits.backlogBytes) return false;
    const cancel = this.#clock.at(new Date(this.#clock.now().getTime() + 1000 * this.#limits.lagSeconds), () =>
      this.end(CLOSE.retry, 'the connection is too slow'),
    );
    const lag: Standing = { is: 'lagging', from: standing(), hasDrained: false, cancel };
    this.#standing = lag;
    this.#line.onDrain(() => {
      if (this.#standing !== lag) return;
      lag.hasDrained = true;
      onDrained(this, lag.from);
    });
    return true;
  }

  /** The diff is on its way: frames follow again. */
  caughtUp(): void {
    if (this.#standing.is !== 'lagging') return;
    this.#standing.cancel();
    this.#standing = { is: 'live' };
  }

  /** A frame that is out of date soon: left out where the line is full. */
  tell(frame: Uint8Array): void {
    if (this.#standing.is === 'live' && this.#line.backlog() <= this.#limits.backlogBytes) this.#line.write(frame);
  }

  keepAlive(): void {
    this.tell(KEEP_ALIVE);
  }

  refuse(refused: Refused): void {
    if (this.wantsAck) this.write(refusalFrame(refused));
    this.end(CLOSE.refused, refused.code);
  }

  /** Closes the line; what it sent and is not yet logged is dropped. */
  end(code: number, reason: string): void {
    if (this.isOpen) this.#line.close(code, reason);
    this.#stop();
    this.#standing = { is: 'ended' };
  }

  /** The line closed by itself. */
  left(): void {
    this.#stop();
    if (!this.isEnded) this.#standing = { is: 'left' };
  }

  #stop(): void {
    if (this.#standing.is === 'lagging') this.#standing.cancel();
    this.throttle.end();
  }
}
