/** Pushes of comments from node to node: ids travel, and each node asks for itself who of its people may know. */
import { expect, test, vi } from 'vitest';
import type { Actor } from '#domain/actors.ts';
import { createTelling } from '../../server/conversation/telling.ts';
import type { Database } from '../../server/database.ts';
import type { PushToActors } from '../../server/push.ts';
import { telemetryTo } from '../../server/telemetry.ts';

const person = (userId: string, role: Actor['role'], kind: Actor['kind']): Actor => ({
  ...{ userId, role, kind, name: userId, organization: userId, parentId: `org ${userId}` },
  organizationId: `org ${userId}`,
});
const AUTHOR = person('author', 'editor', 'manufacturer');
const READER = person('reader', 'editor', 'manufacturer');
const DECIDER = person('decider', 'administrator', 'administrator');
const STRANGER = person('stranger', 'editor', 'manufacturer');
const SEAT = {
  kind: 'priorities',
  organizationId: null,
  phase: 'collect',
  hasSeat: true,
  frozen: false,
  hasAcknowledged: true,
};

vi.mock('../../server/conversation/readers.ts', () => ({
  readersOf: async () => [AUTHOR, READER, DECIDER].map((actor) => ({ actor, seat: SEAT, access: 'read' })),
}));

/** Two nodes with a wire between; whoever is connected to a node, and what each was told. */
function nodes(connected: Record<string, readonly Actor[]>) {
  const wire: [from: string, kind: string, body: unknown][] = [];
  const told: string[] = [];
  const hearers: { node: string; kind: string; hear: (body: unknown) => unknown }[] = [];
  const made = Object.entries(connected).map(([node, actors]) => {
    const push = {
      toActors: (event: string, messageFor: (actor: Actor) => unknown) => {
        for (const actor of actors)
          if (messageFor(actor) !== null) told.push(`${actor.userId} ${event} ${JSON.stringify(messageFor(actor))}`);
      },
      notices: {
        on: (kind: string, shape: { parse(body: unknown): unknown }, hear: (body: unknown) => unknown) =>
          hearers.push({ node, kind, hear: (body) => hear(shape.parse(body)) }),
        tell: (kind: string, body: unknown) => {
          wire.push([node, kind, body]);
          const sent = JSON.parse(JSON.stringify(body));
          for (const other of hearers) if (other.node !== node && other.kind === kind) other.hear(sent);
        },
      },
    };
    return createTelling({
      ...{ database: {} as Database, telemetry: telemetryTo(() => {}) },
      push: push as unknown as PushToActors,
    });
  });
  return { made, wire, told };
}

test('[CM21] a comment on one node is told to the readers on another, and a held one to its author and those who decide alone', async () => {
  const { made, wire, told } = nodes({ one: [AUTHOR], two: [READER, DECIDER, STRANGER] });
  const [one] = made;
  one?.commentsChanged({ sheetId: 's', onlyFor: null });
  await vi.waitFor(() => expect(told).toHaveLength(3), 30_000);
  const open = [AUTHOR, READER, DECIDER].map(({ userId }) => `${userId} comments {"sheetId":"s"}`);
  expect(told.toSorted()).toEqual(open.toSorted());

  told.length = 0;
  one?.commentsChanged({ sheetId: 's', onlyFor: AUTHOR.userId });
  // The decider sits at the other node.
  await vi.waitFor(() => expect(told).toHaveLength(2), 30_000);
  expect(told.map((line) => line.split(' ')[0]).toSorted()).toEqual(['author', 'decider']);

  told.length = 0;
  one?.notified([READER.userId, AUTHOR.userId]);
  expect(told.toSorted()).toEqual(['author notifications {}', 'reader notifications {}']);
  one?.notified([]);
  // Ids are all that travels.
  expect(wire).toEqual([
    ['one', 'conversation.comments', { sheetId: 's', onlyFor: null }],
    ['one', 'conversation.comments', { sheetId: 's', onlyFor: AUTHOR.userId }],
    ['one', 'conversation.notified', { userIds: [READER.userId, AUTHOR.userId] }],
  ]);
});
