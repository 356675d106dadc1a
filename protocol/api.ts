/** The HTTP contract, for browser and machines alike: /api/v1, described at /api/openapi.json and /api/docs. */

import { z } from 'zod';
import { PHASES } from '#domain/rounds.ts';
import { get, Id, Instant, OfRound, post } from './api-route.ts';
import { commentsApi } from './comments-api.ts';
import { desk } from './desk-api.ts';
import { files } from './files-api.ts';
import { fulfilmentApi } from './fulfilment-api.ts';
import { historyApi } from './history-api.ts';
import { awards, matchApi } from './match-api.ts';
import { meetingsApi } from './meetings-api.ts';
import { membersApi, Reference } from './members-api.ts';
import { notificationsApi } from './notifications-api.ts';
import { offersContract } from './offers-api.ts';
import { partnersApi } from './partners-api.ts';
import { peopleApi } from './people-api.ts';
import { poolApi } from './pool-api.ts';
import { recordApi } from './record-api.ts';
import { reserveApi } from './reserve-api.ts';
import { scenariosApi } from './scenarios-api.ts';
import { viewsApi } from './views-api.ts';

export const SheetRef = z
  .object({
    id: Id,
    kind: z.enum(['demand', 'offers', 'priorities', 'notes', 'targets']),
    title: z.string(),
    organizationId: Id.nullable(),
    access: z.enum(['read', 'cleanRoom', 'edit']),
  })
  .meta({ id: 'SheetRef' });

export const PoolCard = z
  .object({
    id: Id,
    name: z.string(),
    kind: z.enum(['sealed', 'open']),
    minerals: z.array(z.string()),
    deliveryFrom: z.int(),
    deliveryTo: z.int(),
    basis: z.string().describe('constituent that totals are stated in'),
    unit: z.string(),
    round: z.object({ id: Id, number: z.int(), phase: z.enum(PHASES), opensAt: Instant, closesAt: Instant }),
  })
  .meta({ id: 'PoolCard' });

export const OPEN_GROUNDS = ['group', 'counsel'] as const;
/** Minerals of one pool: enough for a family such as the rare earths. */
export const MINERALS_MAX = 20;

export const PoolView = PoolCard.extend({
  sheets: z.array(SheetRef).describe('only sheets that the viewer may open'),
  /** Seconds between two slots; the next one is at a multiple of it since the epoch. */
  slotSeconds: z.int(),
  /** Why the administrator cannot leave the phase yet; null when it can, or when the viewer cannot advance. */
  advance: z.object({ to: z.enum(PHASES), refusal: z.string().nullable() }).nullable(),
  rounds: z.array(z.object({ number: z.int(), phase: z.enum(PHASES), opensAt: Instant })).describe('oldest first'),
  /** For the administrator, of the latest round: whether the next one may be opened. */
  next: z.object({ refusal: z.string().nullable() }).nullable(),
  /** Of an open pool: why it may be one, and whether my organization has acknowledged that all members see every line. */
  open: z.object({ ground: z.enum(OPEN_GROUNDS), reference: z.string(), acknowledged: z.boolean() }).nullable(),
}).meta({ id: 'PoolView' });

export const ReleasedCell = z
  .object({
    mineral: z.string(),
    form: z.string().nullable().describe('form family; null on the row of all forms'),
    grade: z.string().nullable(),
    year: z.int().nullable(),
    level: z.enum(['all', 'firm']),
    value: z
      .string()
      .nullable()
      .describe('decimal in the pool unit, 3 significant digits; null: absent or withheld, which look alike'),
  })
  .meta({ id: 'ReleasedCell' });
export type ReleasedCell = z.infer<typeof ReleasedCell>;

export const ReleaseView = z
  .object({ slotAt: Instant, final: z.boolean(), unit: z.string(), basis: z.string(), cells: z.array(ReleasedCell) })
  .meta({ id: 'ReleaseView' });
export type ReleaseView = z.infer<typeof ReleaseView>;

export const contract = {
  ...peopleApi,
  catalogue: get('/catalogue', 'catalogue', 'Minerals, forms, units and countries').output(z.any()),
  mineral: get('/catalogue/minerals/{mineralId}', 'catalogue', 'One mineral with its facts and their sources')
    .input(z.object({ mineralId: z.string() }))
    .output(z.any()),
  pools: {
    list: get('/pools', 'pools', 'Pools in which my organization has a seat').output(z.array(PoolCard)),
    get: get('/pools/{poolId}', 'pools', 'One pool, a round of it and the sheets I may open')
      .input(OfRound)
      .output(PoolView),
    create: post('/pools', 'pools', 'Open a new pool')
      .input(
        z.object({
          name: z.string().trim().min(3).max(80),
          minerals: z.array(z.string()).min(1).max(MINERALS_MAX),
          kind: z.enum(['sealed', 'open']).default('sealed'),
          open: z
            .object({ ground: z.enum(OPEN_GROUNDS), reference: Reference })
            .nullable()
            .default(null)
            .describe('why companies may share one sheet; needed for an open pool'),
          deliveryFrom: z.int().min(2025).max(2060),
          deliveryTo: z.int().min(2025).max(2060),
          closesAt: Instant,
          organizationIds: z.array(Id).min(1).max(200).describe('manufacturers to invite'),
        }),
      )
      .output(PoolCard),
    candidates: get('/pools/candidates', 'pools', 'Manufacturers that can be invited to a new pool').output(
      z.array(z.object({ id: Id, name: z.string(), sector: z.string(), owner: z.string().nullable() })),
    ),
    advance: post('/pools/{poolId}/advance', 'pools', 'Leave the current phase of the round')
      .input(z.object({ poolId: Id, from: z.enum(PHASES) }))
      .output(PoolView),
    openRound: post('/pools/{poolId}/rounds', 'pools', 'Open the next round; administrators only')
      .input(
        z.object({
          poolId: Id,
          after: z.int().min(1).describe('number of the round that it follows'),
          closesAt: Instant,
          carryOver: z.boolean().describe("begin with every member's own lines, as indicative ones"),
        }),
      )
      .output(PoolView),
    release: get('/pools/{poolId}/release', 'pool', 'What is published of the pool now')
      .input(OfRound)
      .output(ReleaseView),
    releases: get('/pools/{poolId}/releases', 'pool', 'Everything published in this round')
      .input(OfRound)
      .output(z.array(ReleaseView)),
    ...poolApi,
    awards,
  },
  offers: offersContract,
  ...matchApi,
  scenarios: scenariosApi,
  ...membersApi,
  desk,
  programme: get('/programme', 'priorities', 'The reserve and its priority sheets').output(
    z.object({
      id: Id,
      name: z.string(),
      sheet: SheetRef.nullable().describe('the shared face'),
      targets: SheetRef.nullable().describe('the internal face; null for everybody but officials'),
    }),
  ),
  sheets: {
    open: get('/sheets/open', 'sheets', 'Sheets that are open to me and that my browser may keep').output(z.array(Id)),
    ...historyApi,
    ...viewsApi,
  },
  meetings: meetingsApi,
  comments: commentsApi,
  notifications: notificationsApi,
  files,
  ...partnersApi,
  reserve: reserveApi,
  fulfilment: fulfilmentApi,
  record: recordApi,
};
