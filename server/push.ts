/**
 * Socket.IO: what the server pushes to the people of a pool. Each message is made for one actor; there is no unfiltered broadcast. What concerns the
 * viewers of all nodes travels between them as ids, and each node makes the messages for its own.
 */
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import type { Actor } from '#domain/actors.ts';
import type { ClientEvents, ServerEvents } from '#protocol/events.ts';
import type { Database } from './database.ts';
import type { Notices } from './notices.ts';
import type { SignedIn } from './session.ts';
import type { Telemetry } from './telemetry.ts';

type MessageFor<E extends keyof ServerEvents> = (actor: Actor) => Parameters<ServerEvents[E]>[0] | null;

export interface Push {
  /** Sends to everybody who watches the pool through this node what `messageFor` makes for that actor; null sends nothing. */
  toPool<E extends keyof ServerEvents>(poolId: string, event: E, messageFor: MessageFor<E>): void;
  /** The way to the other nodes; without it there are none. */
  notices?: Notices;
}

/** What concerns people wherever they are, whichever pool they watch. */
export interface PushToActors extends Push {
  /** Sends to everybody who is connected through this node what `messageFor` makes for that actor; null sends nothing. */
  toActors<E extends keyof ServerEvents>(event: E, messageFor: MessageFor<E>): void;
}

/**
 * A way to tell everybody who watches a pool, through whichever node: what `make` makes of the ids, here and there. Called once for each event.
 * The ids are plain JSON, and carry nothing that a message would not.
 */
export function teller<E extends keyof ServerEvents, Ids>(
  push: Push,
  event: E,
  make: (ids: Ids, poolId: string) => MessageFor<E>,
): (poolId: string, ids: Ids) => void {
  const here = (poolId: string, ids: Ids) => push.toPool(poolId, event, make(ids, poolId));
  push.notices?.on(`push.${event}`, Told, ({ poolId, ids }) => here(poolId, ids as Ids));
  return (poolId, ids) => {
    here(poolId, ids);
    push.notices?.tell(`push.${event}`, { poolId, ids });
  };
}

const Told = z.object({ poolId: z.string(), ids: z.unknown() });

/** Pools that one socket may watch at a time. */
const WATCHED_MAX = 50;
/** Sockets that one user may hold, over all tabs. */
const SOCKETS_PER_USER_MAX = 20;
/** Bytes of one message from a client: a pool's id and little else. */
const MESSAGE_BYTES_MAX = 4096;

interface Viewer {
  actor: Actor;
  headers: Socket['handshake']['headers'];
  watched: Set<string>;
}
type ViewerSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, Viewer>;

export interface PushServer extends PushToActors {
  /** Looks again at the rights of sockets that match; those that lost the session are told and closed. */
  recheck(which: (actor: Actor) => boolean): Promise<void>;
  /** Events of other nodes may have been missed: pages come back within seconds, and read again what they show. */
  refresh(): void;
  close(): Promise<void>;
}

export function createPush(options: {
  http: HttpServer;
  database: Database;
  signedIn: (headers: Socket['handshake']['headers']) => Promise<SignedIn | null>;
  allowOrigin: (origin: string | undefined, host: string | undefined) => boolean;
  telemetry: Telemetry;
  notices?: Notices;
}): PushServer {
  const io = new Server<ClientEvents, ServerEvents, Record<string, never>, Viewer>(options.http, {
    serveClient: false,
    // Other upgrades of the same HTTP server (the sheets) are authorised asynchronously; Socket.IO must not end them.
    destroyUpgrade: false,
    maxHttpBufferSize: MESSAGE_BYTES_MAX,
    // Long polling would need sticky sessions on several nodes.
    transports: ['websocket'],
    allowRequest: (request, answer) => answer(null, options.allowOrigin(request.headers.origin, request.headers.host)),
  });
  const sockets = new Set<ViewerSocket>();

  const hasSeat = async (actor: Actor, poolId: string): Promise<boolean> =>
    (await options.database.prisma.poolMember.count({ where: { poolId, organizationId: actor.organizationId } })) > 0;

  io.use((socket, next) => {
    options.signedIn(socket.handshake.headers).then(
      (found) => {
        if (!found) return next(new Error('signed-out'));
        const held = [...sockets].filter((s) => s.data.actor.userId === found.actor.userId).length;
        if (held >= SOCKETS_PER_USER_MAX) return next(new Error('too-many-sockets'));
        socket.data = { actor: found.actor, headers: socket.handshake.headers, watched: new Set() };
        next();
      },
      (error) => {
        options.telemetry.fault('push.sign-in', error);
        next(new Error('retry'));
      },
    );
  });

  io.on('connection', (socket) => {
    sockets.add(socket);
    // Rights may have gone between the handshake and now, when recheck could not see this socket yet.
    recheckOne(socket).catch(() => socket.disconnect(true));
    socket.on('disconnect', () => sockets.delete(socket));
    socket.on('watch', (poolId, answer) => {
      if (typeof poolId !== 'string' || typeof answer !== 'function') return;
      const known = /^[0-9a-f-]{36}$/.test(poolId) && socket.data.watched.size < WATCHED_MAX;
      (known ? hasSeat(socket.data.actor, poolId) : Promise.resolve(false)).then(
        (ok) => {
          if (ok) socket.data.watched.add(poolId);
          answer(ok);
          // The seat may have gone while it was looked up.
          if (ok) return recheckOne(socket);
        },
        (error) => {
          options.telemetry.fault('push.watch', error);
          answer(false);
        },
      );
    });
    socket.on('unwatch', (poolId) => socket.data.watched.delete(poolId));
  });

  function dismiss(socket: ViewerSocket, reason: 'signed-out' | 'changed'): void {
    socket.emit('rights', { reason });
    socket.disconnect(true);
  }

  async function recheckOne(socket: ViewerSocket): Promise<void> {
    const found = await options.signedIn(socket.data.headers);
    if (!found) return dismiss(socket, 'signed-out');
    const { actor, watched } = socket.data;
    if (found.actor.organizationId !== actor.organizationId || found.actor.role !== actor.role)
      return dismiss(socket, 'changed');
    for (const poolId of watched) if (!(await hasSeat(found.actor, poolId))) watched.delete(poolId);
  }

  return {
    toPool(poolId, event, messageFor) {
      for (const socket of sockets) {
        if (!socket.data.watched.has(poolId)) continue;
        const message = messageFor(socket.data.actor);
        if (message !== null) socket.emit(event, ...([message] as Parameters<ServerEvents[typeof event]>));
      }
    },
    toActors(event, messageFor) {
      for (const socket of sockets) {
        const message = messageFor(socket.data.actor);
        if (message !== null) socket.emit(event, ...([message] as Parameters<ServerEvents[typeof event]>));
      }
    },
    async recheck(which) {
      // A socket whose rights cannot be looked up has none.
      await Promise.all(
        [...sockets]
          .filter((socket) => which(socket.data.actor))
          .map((socket) => recheckOne(socket).catch(() => socket.disconnect(true))),
      );
    },
    refresh() {
      for (const socket of sockets) socket.conn.close();
    },
    close: () => io.close(),
    ...(options.notices && { notices: options.notices }),
  };
}
