/** The line on which the server pushes: one Socket.IO connection, the pools being watched, and whether the browser is online. */

import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from '#protocol/events.ts';

export type LineState = 'connecting' | 'live' | 'offline';

type Listeners = { [E in keyof ServerEvents]?: ServerEvents[E] };
type Line = Socket<ServerEvents, ClientEvents>;

class Live {
  state = $state<LineState>('connecting');
  /** Called when the server says that this person's rights changed. */
  onRights: ServerEvents['rights'] = () => {};
  #line: Line | null = null;
  #watched = new Map<string, number>();
  #onReturn = new Set<() => void>();

  /** Opens the line for the person who is signed in. Every later call gives the same line. */
  open(): Line {
    if (this.#line) return this.#line;
    const line: Line = io({ transports: ['websocket'], reconnectionDelayMax: 4000 });
    this.#line = line;
    line.on('connect', () => {
      const isReturn = this.state === 'offline';
      this.state = 'live';
      for (const poolId of this.#watched.keys()) line.emit('watch', poolId, () => {});
      // What was pushed meanwhile is gone: everybody who shows something reads it again.
      if (isReturn) for (const run of this.#onReturn) run();
    });
    line.on('disconnect', (reason) => {
      this.state = 'offline';
      // The server ended it because rights changed: the library would not come back by itself.
      if (reason === 'io server disconnect') line.connect();
    });
    line.on('connect_error', () => {
      this.state = 'offline';
      // A refused handshake is not tried again by the library; a line that is merely down is.
      if (!line.active) setTimeout(() => line.connect(), RETRY_MS);
    });
    line.on('rights', (message) => this.onRights(message));
    return line;
  }

  /** Hears what concerns this person wherever it is; returns the way to stop. `onReturn` as in watch. */
  hear(listeners: Listeners, onReturn: () => void): () => void {
    const line = this.open();
    for (const [event, listener] of Object.entries(listeners)) line.on(event as keyof ServerEvents, listener);
    this.#onReturn.add(onReturn);
    return () => {
      for (const [event, listener] of Object.entries(listeners)) line.off(event as keyof ServerEvents, listener);
      this.#onReturn.delete(onReturn);
    };
  }

  /** Follows a pool; returns the way to stop. `onReturn` runs after a lost line came back. */
  watch(poolId: string, listeners: Listeners, onReturn: () => void): () => void {
    const line = this.open();
    const count = this.#watched.get(poolId) ?? 0;
    this.#watched.set(poolId, count + 1);
    if (count === 0 && line.connected) line.emit('watch', poolId, () => {});
    for (const [event, listener] of Object.entries(listeners)) line.on(event as keyof ServerEvents, listener);
    this.#onReturn.add(onReturn);
    return () => {
      for (const [event, listener] of Object.entries(listeners)) line.off(event as keyof ServerEvents, listener);
      this.#onReturn.delete(onReturn);
      const left = (this.#watched.get(poolId) ?? 1) - 1;
      if (left > 0) this.#watched.set(poolId, left);
      else {
        this.#watched.delete(poolId);
        if (line.connected) line.emit('unwatch', poolId);
      }
    };
  }
}

const RETRY_MS = 2000;

export const live = new Live();
