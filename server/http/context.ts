/** What every HTTP handler works with, and the middlewares that turn headers into an actor with a right. Used by the files of this folder. */
import type { IncomingHttpHeaders } from 'node:http';
import { implement } from '@orpc/server';
import { type Actor, may, type Right } from '#domain/actors.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { MineralFacts } from '#domain/mineral-facts.ts';
import type { Agreement, PartnerRole } from '#domain/partner-fit.ts';
import type { RecordDraft } from '#domain/record.ts';
import type { Refusal } from '#domain/refusals.ts';
import { contract } from '#protocol/api.ts';
import type { BundleKey } from '../bundle-key.ts';
import type { Clock } from '../clock.ts';
import type { ConversationDesk } from '../conversation/desk.ts';
import type { Database } from '../database.ts';
import type { BriefingDesk } from '../desk/briefings.ts';
import type { MeterDesk } from '../desk/meter.ts';
import type { SightingDesk } from '../desk/sightings.ts';
import type { TalkDesk } from '../desk/talk.ts';
import type { FileReader } from '../files/file-reader.ts';
import type { MatchDesk } from '../match/desk.ts';
import type { FulfilmentDesk } from '../match/fulfilment.ts';
import type { ScenarioDesk } from '../match/scenario-desk.ts';
import type { MeetingDesk } from '../meeting/desk.ts';
import type { PoolDesk } from '../pool/desk.ts';
import type { Push } from '../push.ts';
import type { ReserveDesk } from '../reserve/desk.ts';
import type { RoundDesk } from '../round/advance.ts';
import type { Sessions, SignedIn } from '../session.ts';
import type { SheetHistory } from '../sync/history-desk.ts';
import type { Sheets } from '../sync/sheets.ts';

export interface Desk {
  database: Database;
  sessions: Sessions;
  sheets: Sheets;
  files: FileReader;
  history: SheetHistory;
  pools: PoolDesk;
  match: MatchDesk;
  fulfilment: FulfilmentDesk;
  scenarios: ScenarioDesk;
  briefings: BriefingDesk;
  talk: TalkDesk;
  meetings: MeetingDesk;
  conversation: ConversationDesk;
  meter: MeterDesk;
  sightings: SightingDesk;
  rounds: RoundDesk;
  reserve: ReserveDesk;
  push: Push;
  clock: Clock;
  catalogue: Catalogue;
  mineralFacts: (mineralId: string) => MineralFacts | null;
  partnerFacts: () => { roles: readonly PartnerRole[]; agreements: readonly Agreement[] };
  record: (drafts: readonly RecordDraft[]) => Promise<void>;
  /** Signs bundles of the record. */
  bundleKey: BundleKey;
  /** The demo workspace is on: its people and their password may be shown. */
  demo: { people: readonly DemoPerson[]; password: string } | null;
  /** Lets the first person claim an empty workspace; printed at start. */
  setupToken: string;
}

export interface DemoPerson {
  name: string;
  email: string;
  organization: string;
  kind: string;
  role: string;
  does: string;
}

export interface Context {
  desk: Desk;
  headers: IncomingHttpHeaders;
  signedIn: SignedIn | null;
}

/** Whoever asks is looked at before what is asked: a stranger is not even told what is wrong with its input. */
export const os = implement(contract)
  .$context<Context>()
  .$config({ initialInputValidationIndex: Number.POSITIVE_INFINITY });

/** Data of an error: the thing, why, and what to do about it. */
export const problem = (place: string, reason: string, remedy: string) => ({ data: { place, reason, remedy } });

export const UNSIGNED = problem('session', 'there is no valid session', 'sign in and try again');
/** Forbidden and absent answer alike, so that an id tells nothing. */
export const NOTHING_HERE = problem(
  'address',
  'no such thing, or none for you',
  'check the address, or ask for a seat',
);

/** Asks for a session. */
export const signedIn = os.middleware(({ context, next, errors }) => {
  if (!context.signedIn) throw errors.UNAUTHORIZED(UNSIGNED);
  return next({ context: { actor: context.signedIn.actor } });
});

/** Asks for a session whose actor holds the right. */
export const withRight = (...rights: Right[]) =>
  os.middleware(({ context, next, errors }) => {
    if (!context.signedIn) throw errors.UNAUTHORIZED(UNSIGNED);
    const { actor } = context.signedIn;
    if (!rights.some((right) => may(actor, right))) throw errors.NOT_FOUND(NOTHING_HERE);
    return next({ context: { actor } });
  });

/** The answer to a rule that said no. */
export const refused = ({ place, message, remedy }: Refusal) => problem(place, message, remedy);

/** A round of the pool, the latest unless another is asked for, if the actor's organization has a seat in the pool; null otherwise. */
export async function seatIn(database: Database, actor: Actor, poolId: string, number?: number) {
  const seat = await database.prisma.poolMember.findUnique({
    where: { poolId_organizationId: { poolId, organizationId: actor.organizationId } },
    include: {
      pool: {
        include: {
          openBasis: true,
          rounds: {
            ...(number !== undefined && { where: { number } }),
            orderBy: { number: 'desc' },
            take: 1,
          },
        },
      },
    },
  });
  const round = seat?.pool.rounds[0];
  return seat && round ? { seat, pool: seat.pool, round } : null;
}
