/** Socket.IO events: what the server pushes to the people of a pool, and what a page asks for. */
import type { Phase } from '#domain/rounds.ts';
import type { ReleaseView } from './api.ts';
import type { OrderState, RunView } from './match-api.ts';
import type { ScenarioRunView } from './scenarios-api.ts';

export interface ServerEvents {
  /** Every slot, to everybody of the pool at the same moment; the same bytes when nothing changed. */
  release: (message: { poolId: string; release: ReleaseView }) => void;
  phase: (message: { poolId: string; roundId: string; phase: Phase }) => void;
  /** A run moved on. The report is not in it: each viewer fetches its own. */
  run: (message: { poolId: string; run: RunView }) => void;
  /** What-if runs moved on; officials and the administrator only. Their figures are fetched. */
  scenario: (message: { poolId: string; scenario: ScenarioRunView }) => void;
  /** Officials and the administrator only. */
  order: (message: { poolId: string; orderId: string; state: OrderState }) => void;
  /** A decision that touches this viewer's own award: fetch awards again. */
  award: (message: { poolId: string }) => void;
  /** Something in the pool's talk that this viewer may see: fetch it again. */
  talk: (message: { poolId: string }) => void;
  /** Something in a supervised session that this viewer may see: fetch it again. */
  meeting: (message: { poolId: string; meetingId: string }) => void;
  /** Something in the comments of a sheet that this viewer may see: fetch them again. */
  comments: (message: { sheetId: string }) => void;
  /** Something of this viewer's notifications changed: fetch them again. */
  notifications: (message: Record<string, never>) => void;
  /** The viewer's rights or session changed; the socket closes next. */
  rights: (message: { reason: 'signed-out' | 'changed' }) => void;
}

export interface ClientEvents {
  /** Follow a pool's events; answers false where the viewer has no seat (or there is no such pool). */
  watch: (poolId: string, answer: (ok: boolean) => void) => void;
  unwatch: (poolId: string) => void;
}
