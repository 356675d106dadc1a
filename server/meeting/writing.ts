/** Lines of agenda and minutes, and motions: written anew or over, held where they read like an amount. Used by the acts of a session. */
import { ITEMS_MAX } from '#domain/meeting.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { say } from '#domain/talk.ts';
import type { MeetingAct } from '#protocol/meetings-api.ts';
import type { Scene } from './scene.ts';

interface Written {
  item: string;
  isHeld: boolean;
  version: number;
  text: string;
}

export async function writeItem(
  scene: Scene,
  { kind, text, itemId, version }: Extract<MeetingAct, { do: 'write' }>,
): Promise<Outcome<Written>> {
  const { tx, actor, meeting, at } = scene;
  const said = say(actor, 'note', text);
  if (!said.ok) return said;
  const isHeld = said.value.state === 'held';
  const held = { pending: said.value.text, pendingBy: actor.userId };
  const item = itemId === null ? null : meeting.items.find(({ id }) => id === itemId && kind);
  if (item === undefined) return refuse('no-item', 'line', 'there is no such line', 'look at the session again');
  if (item && item.vote !== 'none')
    return refuse('voted', 'motion', 'it was put to the vote as it stands', 'write another motion');
  if (item && item.version !== version)
    return refuse('changed', 'line', 'somebody changed it meanwhile', 'read the new text, and write yours again');
  // A second text that waits is a line of its own: neither author learns of the other's.
  const isOwn = item !== null && isHeld && item.pending !== null && item.pendingBy !== actor.userId;
  if (item && !isOwn) {
    const next = isHeld
      ? { ...held, reason: '' }
      : {
          text: said.value.text,
          version: item.version + 1,
          state: 'shown' as const,
          ...(item.text === '' && { listedAt: at }),
        };
    // The author's own waiting text is the one that this replaces.
    const settled = !isHeld && item.pendingBy === actor.userId ? { pending: null, pendingBy: null, reason: '' } : {};
    const stored = await tx.meetingItem.update({ where: { id: item.id }, data: { ...next, ...settled } });
    return accept({ item: item.id, isHeld, version: stored.version, text: said.value.text });
  }
  if (meeting.items.length >= ITEMS_MAX)
    return refuse('too-many', 'line', `a session has at most ${ITEMS_MAX}`, 'write it into a line that is there');
  const { userId, organizationId } = actor;
  const stored = await tx.meetingItem.create({
    data: {
      meetingId: meeting.id,
      kind,
      state: said.value.state,
      userId,
      organizationId,
      at,
      listedAt: at,
      ...(isHeld ? held : { text: said.value.text }),
    },
  });
  return accept({ item: stored.id, isHeld, version: stored.version, text: said.value.text });
}
