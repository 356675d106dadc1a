/** The line on which the server pushes: one Socket.IO connection, the pools being watched, and whether the browser is online. */

import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from '#protocol/events.ts';

export type LineState = 'connecting' | 'live' | 'offline';

type Listeners = { [E in keyof ServerEvents]?: ServerEvents[E] };

class Live {
  state = $state<LineState>('connecting');
  #socket: Socket<ServerEvents, ClientEvents> | null = null;
  #watched = new Map<string, number>();
  #onReturn = new Set<() => void>();

  /** Opens the line once somebody is signed in. Every later call does nothing. */
  open(onRights: ServerEvents['rights']): void {
    if (this.#socket) return;
    const socket: Socket<ServerEvents, ClientEvents> = io({ transports: ['websocket'], reconnectionDelayMax: 4000 });
    this.#socket = socket;
    socket.on('connect', () => {
      const isReturn = this.state === 'offline';
      this.state = 'live';
      for (const poolId of this.#watched.keys()) socket.emit('watch', poolId, () => {});
      // What was pushed meanwhile is gone: everybody who shows something reads it again.
      if (isReturn) for (const run of this.#onReturn) run();
    });
    socket.on('disconnect', (reason) => {
      this.state = 'offline';
      // The server ended it (rights changed): the library would not come back by itself.
      if (reason === 'io server disconnect') socket.connect();
    });
    socket.on('connect_error', () => {
      this.state = 'offline';
    });
    socket.on('rights', onRights);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
    this.#watched.clear();
    this.state = 'connecting';
  }

  /** Follows a pool; returns the way to stop. `onReturn` runs after a lost line came back. */
  watch(poolId: string, listeners: Listeners, onReturn: () => void): () => void {
    const socket = this.#socket;
    if (!socket) return () => {};
    const count = this.#watched.get(poolId) ?? 0;
    this.#watched.set(poolId, count + 1);
    if (count === 0 && socket.connected) socket.emit('watch', poolId, () => {});
    for (const [event, listener] of Object.entries(listeners)) socket.on(event as keyof ServerEvents, listener);
    this.#onReturn.add(onReturn);
    return () => {
      for (const [event, listener] of Object.entries(listeners)) socket.off(event as keyof ServerEvents, listener);
      this.#onReturn.delete(onReturn);
      const left = (this.#watched.get(poolId) ?? 1) - 1;
      if (left > 0) this.#watched.set(poolId, left);
      else {
        this.#watched.delete(poolId);
        socket.emit('unwatch', poolId);
      }
    };
  }
}

export const live = new Live();
