/**
 * Defences of the real server that a twin switches off, one at a time. A test file wraps the module that holds the defence:
 * `vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()))`. While nothing is off,
 * the wrapped module does what it always does. Imports types only, because it is loaded while the wrapped modules are.
 */
import type * as Actors from '#domain/actors.ts';
import type * as Admission from '#domain/admission.ts';
import { ratio, times } from '#domain/exact.ts';
import type * as FulfilmentDisclosure from '#domain/fulfilment-disclosure.ts';
import type * as Membership from '#domain/membership.ts';
import type * as RecordRules from '#domain/record.ts';
import type * as Release from '#domain/release.ts';
import type * as ReleaseView from '#domain/release-view.ts';
import type * as Talk from '#domain/talk.ts';
import type * as Context from '#server/http/context.ts';
import type * as Overlap from '#server/http/overlap.ts';
import type * as Acts from '#server/meeting/acts.ts';
import type * as PoolDesk from '#server/pool/desk.ts';
import type * as DrawnRules from '#server/pool/drawn-rules.ts';
import type * as Push from '#server/push.ts';
import type * as Session from '#server/session.ts';

/** A rule of release that a twin switches off, to show that the attack works then. */
export type Off = 'total' | 'change' | 'rest' | 'audit';

export const switched = (standing: Release.Tests, off: readonly Off[]): Release.Tests => ({
  mayShow: off.includes('total') ? (contributions) => contributions.size > 0 : standing.mayShow,
  mayDiffer: off.includes('change') ? () => true : standing.mayDiffer,
  mayBeLeft: off.includes('rest') ? () => true : standing.mayBeLeft,
  audit: off.includes('audit') ? () => 'safe' : standing.audit,
});

/** What is off now. Tests put it back with `restore`. */
export const off = {
  /** Rules of release. */
  release: [] as Off[],
  /** Further rights of a role, as if the permission table gave them. */
  rights: {} as Partial<Record<Actors.Role, Actors.Right[]>>,
  /** Any sheet of a pool may be read by whoever has a seat in it. */
  rooms: false,
  /** Members open the sheet of offers itself, as officials do. */
  offers: false,
  /** All offers of a round are one document, as if every supplier's sheet were shared. */
  sharedOffers: false,
  /** A session is looked up once and believed from then on. */
  sessions: false,
  /** Every update of a sheet is admitted. */
  admission: false,
  /** The pool is pushed whenever somebody edits. */
  slots: false,
  /** A message says that something was held. */
  held: false,
  /** What exists but is closed answers otherwise than what does not exist. */
  alike: false,
  /** Totals are rounded in several units, each from the exact number. */
  units: false,
  /** What the pool holds this moment is compared with a smallest order, for everybody to read: kilograms. */
  minimumKg: null as number | null,
  /** Nothing that is said is held. */
  talk: false,
  /** Every organization is taken for its own owner. */
  owners: false,
  /** A pool may begin beside another one of the same mineral, years and companies. */
  overlap: false,
  /** The percentages of a pool's rules are sharp. */
  drawn: false,
  /** Everybody in a sheet is named to everybody. */
  people: false,
  /** An owner reads again that exact totals were looked at whenever any sheet of the pool changed. */
  anyEdit: false,
  /** All of a pool is told to look again when a hand goes up or down. */
  hands: false,
  /** Buyers of an order are told of each of its steps. */
  steps: false,
};

export function restore(): void {
  off.release = [];
  off.rights = {};
  off.rooms = false;
  off.offers = false;
  off.sharedOffers = false;
  off.sessions = false;
  off.admission = false;
  off.slots = false;
  off.held = false;
  off.alike = false;
  off.units = false;
  off.minimumKg = null;
  off.talk = false;
  off.owners = false;
  off.overlap = false;
  off.drawn = false;
  off.people = false;
  off.anyEdit = false;
  off.hands = false;
  off.steps = false;
}

/** A slot was decided on, because somebody edited, and showed nothing new. */
let wasHeld = false;

export const release = (real: typeof Release): typeof Release => ({
  ...real,
  planRelease: (history, lots, rules, tests = real.TESTS, isLast = false) => {
    const plan = real.planRelease(history, lots, rules, switched(tests, off.release), isLast);
    wasHeld = plan.fresh.length === 0;
    return plan;
  },
});

export const push = (real: typeof Push): typeof Push => ({
  ...real,
  createPush: (options) => {
    const server = real.createPush(options);
    return {
      ...server,
      toPool: (poolId, event, messageFor) => {
        const held = event === 'release' && off.held ? { held: wasHeld } : {};
        wasHeld = false;
        server.toPool(poolId, event, (actor) => {
          const message = messageFor(actor);
          return message && { ...message, ...held };
        });
      },
    };
  },
});

export const poolDesk = (real: typeof PoolDesk): typeof PoolDesk => ({
  ...real,
  createPoolDesk: (parts) => {
    const desk = real.createPoolDesk(parts);
    const askedKg = new Map<string, number>();
    parts.sheets.onCommit(({ sheetId, rows }) => {
      for (const { row, after } of rows) askedKg.set(`${sheetId}/${row}`, Number(after?.quantity ?? 0));
      if (off.slots) void pushNow(sheetId);
    });
    async function pushNow(sheetId: string): Promise<void> {
      const sheet = await parts.database.prisma.sheet.findUniqueOrThrow({ where: { id: sheetId } });
      const poolId = sheet.poolId ?? '';
      const release = await desk.current(poolId);
      parts.push.toPool(poolId, 'release', () => ({ poolId, release }));
    }
    return {
      ...desk,
      current: async (poolId) => {
        const view = await desk.current(poolId);
        if (off.minimumKg === null) return view;
        const totalKg = [...askedKg.values()].reduce((sum, kg) => sum + kg, 0);
        return { ...view, basis: `${view.basis}, smallest order ${totalKg >= off.minimumKg ? 'reached' : 'missed'}` };
      },
    };
  },
});

/** Kilograms in one of each. */
export const OTHER_UNITS = { lb: 0.45359237, oz: 0.028349523125 };

export const releaseView = (real: typeof ReleaseView): typeof ReleaseView => ({
  ...real,
  roundTotal: (contributions, perUnit) => {
    const shown = real.roundTotal(contributions, perUnit);
    if (!off.units) return shown;
    const pound = ratio(45_359_237n, 100_000_000n);
    const ounce = ratio(28_349_523_125n, 1_000_000_000_000n);
    const others = [pound, ounce].map((unit) => real.roundTotal(contributions, times(perUnit, unit)));
    return [shown, ...others].join(' ');
  },
});

export const context = (real: typeof Context): typeof Context => ({
  ...real,
  seatIn: async (database, actor, poolId, number) => {
    const found = await real.seatIn(database, actor, poolId, number);
    if (!found && off.alike && (await database.prisma.pool.count({ where: { id: poolId } })) > 0)
      throw Object.assign(new Error('it is closed to you'), { status: 403 });
    return found;
  },
});

export const actors = (real: typeof Actors): typeof Actors => ({
  ...real,
  may: (actor, right) => real.may(actor, right) || (off.rights[actor.role] ?? []).includes(right),
  isAmong: (people, person) => off.people || real.isAmong(people, person),
  accessToSheet: (actor, sheet) => {
    const isShared = off.sharedOffers && sheet.kind === 'offers' && actor.kind === 'supplier';
    const seen = isShared ? { ...sheet, organizationId: actor.organizationId } : sheet;
    const access = real.accessToSheet(actor, seen);
    const isOpened = off.rooms || (off.offers && sheet.kind === 'offers');
    return access === 'none' && isOpened && sheet.hasSeat ? 'read' : access;
  },
});

export const session = (real: typeof Session): typeof Session => ({
  ...real,
  createSessions: (options) => {
    const sessions = real.createSessions(options);
    const known = new Map<string, Awaited<ReturnType<typeof sessions.signedIn>>>();
    return {
      ...sessions,
      signedIn: async (headers) => {
        const cookie = headers.cookie ?? '';
        const before = known.get(cookie);
        if (off.sessions && before) return before;
        const found = await sessions.signedIn(headers);
        known.set(cookie, found);
        return found;
      },
    };
  },
});

export const admission = (real: typeof Admission): typeof Admission => ({
  ...real,
  admit: (...asked) => (off.admission ? { ok: true } : real.admit(...asked)),
});

export const talk = (real: typeof Talk): typeof Talk => ({
  ...real,
  say: (...asked) => {
    const said = real.say(...asked);
    return said.ok && off.talk ? { ...said, value: { ...said.value, state: 'shown' } } : said;
  },
});

export const record = (real: typeof RecordRules): typeof RecordRules => ({
  ...real,
  exactView: (actor, seen) => {
    const version = seen.sheets.map((sheet) => sheet.version).join(' ');
    return real.exactView(
      actor,
      off.anyEdit ? { ...seen, sheets: seen.sheets.map((sheet) => ({ ...sheet, version })) } : seen,
    );
  },
});

export const acts = (real: typeof Acts): typeof Acts => ({
  ...real,
  perform: async (...asked) => {
    const done = await real.perform(...asked);
    return done.ok && done.value.audience === 'hands' && off.hands
      ? { ...done, value: { ...done.value, audience: 'all' } }
      : done;
  },
});

export const fulfilmentDisclosure = (real: typeof FulfilmentDisclosure): typeof FulfilmentDisclosure => ({
  ...real,
  isFeltStep: (...asked) => off.steps || real.isFeltStep(...asked),
});

export const membership = (real: typeof Membership): typeof Membership => ({
  ...real,
  seatFor: (candidate, ...rest) =>
    real.seatFor(off.owners ? { ...candidate, parentId: candidate.id } : candidate, ...rest),
});

export const overlap = (real: typeof Overlap): typeof Overlap => ({
  ...real,
  mayPoolBeside: async (...asked) => (off.overlap ? { ok: true, value: null } : real.mayPoolBeside(...asked)),
});

export const drawnRules = (real: typeof DrawnRules): typeof DrawnRules => ({
  ...real,
  protectionOf: (rules, ...rest) => {
    const drawn = real.protectionOf(rules, ...rest);
    return off.drawn ? { ...drawn, permilleFor: () => 10 * rules.dominancePct } : drawn;
  },
});
