/** The typed client of the HTTP contract. Used by the state classes; components never fetch. */

import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { JsonifiedClient } from '@orpc/openapi-client';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { contract } from '#protocol/api.ts';
import { serverClock } from './clock.svelte.ts';

/** Longer than any answer takes; a hanging connection becomes a fault with a remedy instead of an endless skeleton. */
const ANSWER_MS_MAX = 30_000;

const link = new OpenAPILink(contract, {
  url: () => `${location.origin}/api/v1`,
  fetch: async (request, init) => {
    const answer = await fetch(request, { ...init, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    serverClock.observe(answer.headers.get('date'));
    return answer;
  },
});

export const api: JsonifiedClient<ContractRouterClient<typeof contract>> = createORPCClient(link);

type Answer<T> = T extends (...input: never[]) => Promise<infer A> ? A : never;

export type Me = Answer<typeof api.me>;
export type Person = NonNullable<Me['person']>;
export type DemoPeople = Answer<typeof api.demoPeople>;
export type PoolCard = Answer<typeof api.pools.list>[number];
export type PoolView = Answer<typeof api.pools.get>;
export type SheetRef = PoolView['sheets'][number];
export type ReleaseView = Answer<typeof api.pools.release>;
export type ReleasedCell = ReleaseView['cells'][number];
export type RunView = Answer<typeof api.runs.start>;
export type RunReport = Answer<typeof api.runs.report>;
export type AwardView = Answer<typeof api.pools.awards>[number];
export type OpenedOffer = Answer<typeof api.offers.opened>[number];
export type QueuedOrder = Answer<typeof api.orders.get>;
export type OrderView = QueuedOrder['order'];
export type OrderState = OrderView['state'];
export type Verdict = OrderView['decisions'][number]['verdict'];
export type BulkVerdict = Parameters<typeof api.orders.decideMany>[0]['verdict'];
export type FulfilmentView = Answer<typeof api.fulfilment.get>;
export type FunnelView = Answer<typeof api.fulfilment.funnel>;
export type RecordEntry = Answer<typeof api.record.list>[number];
export type OrganizationRow = Answer<typeof api.organizations.list>[number];
export type NewPool = Parameters<typeof api.pools.create>[0];
export type Programme = Answer<typeof api.programme>;
export type InvitationView = Answer<typeof api.invitations.get>;
export type BriefingView = Answer<typeof api.desk.briefing>;
export type TalkMessage = Answer<typeof api.desk.say>;
export type MeterView = Answer<typeof api.desk.meter>;
export type Sighting = Answer<typeof api.desk.sightings>[number];
export type PoolMember = Answer<typeof api.members.list>[number];
export type Candidate = Answer<typeof api.members.candidates>[number];
export type RuleSettings = Answer<typeof api.rules.get>;
export type PastPool = Answer<typeof api.past.list>[number];
export type PastLines = Answer<typeof api.past.lines>;
export type OwnCertificate = NonNullable<Answer<typeof api.pools.certificate>>;
export type ExactView = Answer<typeof api.pools.exact>;
export type ExactCell = ExactView['cells'][number];
export type MeetingCard = Answer<typeof api.meetings.list>[number];
export type MeetingView = Answer<typeof api.meetings.get>;
export type MeetingAct = Parameters<typeof api.meetings.act>[0]['act'];
export type Conversation = Answer<typeof api.comments.list>;
export type Thread = Conversation['threads'][number];
export type Comment = Thread['comments'][number];
export type Mentionable = Answer<typeof api.comments.people>[number];
export type Notifications = Answer<typeof api.notifications.list>;
export type Mails = Answer<typeof api.notifications.mails>;
export type CellChange = Answer<typeof api.sheets.changes>['changes'][number];
export type RemovedRow = Answer<typeof api.sheets.removed>['rows'][number];
export type Version = Answer<typeof api.sheets.versions>[number];
export type Comparison = Answer<typeof api.sheets.compare>;
export type Restored = Answer<typeof api.sheets.restore>;
export type Contributor = Answer<typeof api.sheets.contributions>[number];
