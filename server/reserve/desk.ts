/** The reserve as http knows it: reading its ledger, and each change as one transaction with its record. */
import type { Actor } from '#domain/actors.ts';
import type { Outcome } from '#domain/refusals.ts';
import type { MineralSupply } from '#domain/shortfall.ts';
import type { MovementView, OwnAccountView, ReserveView } from '#protocol/reserve-api.ts';
import type { VaultTermsView } from '#protocol/reserve-terms.ts';
import { changeReserve, verifyBook, type Work } from './book.ts';
import { act, grant, openAccount, request, transfer } from './drawdowns.ts';
import { assay, moveLot, receive, takeOut } from './lots.ts';
import { broughtBy } from './ordered.ts';
import { readSupplies, recordRun, type ShortfallParts } from './shortfalls.ts';
import { readTerms, setTerms } from './terms.ts';
import { readMovements, readOwn, readReserve } from './views.ts';

type Wanted<F extends (work: Work, wanted: never, ...rest: never[]) => unknown> = Parameters<F>[1];

export interface ReserveDesk {
  /** For officials. Null: the workspace has no programme yet. */
  read(viewer: Actor): Promise<ReserveView | null>;
  /** A company's own account. */
  own(organizationId: string): Promise<OwnAccountView | null>;
  movements(before: number | null): Promise<MovementView[]>;
  verify(): Promise<{ movements: number; faults: string[] }>;
  openAccount(actor: Actor): Promise<Outcome<null>>;
  request(actor: Actor, wanted: Wanted<typeof request>): Promise<Outcome<number>>;
  act(actor: Actor, wanted: Wanted<typeof act>): Promise<Outcome<null>>;
  grant(actor: Actor, wanted: Wanted<typeof grant>): Promise<Outcome<null>>;
  transfer(actor: Actor, wanted: Wanted<typeof transfer>): Promise<Outcome<null>>;
  receive(actor: Actor, wanted: Wanted<typeof receive>): Promise<Outcome<number>>;
  assay(actor: Actor, wanted: Wanted<typeof assay>): Promise<Outcome<null>>;
  store(actor: Actor, wanted: Wanted<typeof moveLot>): Promise<Outcome<null>>;
  /** Null: the workspace has no programme yet. */
  terms(): Promise<VaultTermsView | null>;
  setTerms(actor: Actor, wanted: Wanted<typeof setTerms>): Promise<Outcome<null>>;
  supplies(): Promise<MineralSupply[]>;
  runScenario(actor: Actor, wanted: Parameters<typeof recordRun>[2]): Promise<{ minerals: number; hash: string }>;
  takeOut(actor: Actor, wanted: Wanted<typeof takeOut>): Promise<Outcome<null>>;
  /** Kilograms that came in for an order of a pool, less what was sent back. */
  bookedKg(orderId: string): Promise<number>;
}

export function createReserveDesk(parts: ShortfallParts): ReserveDesk {
  const { database, catalogue, clock } = parts;
  const change = <T>(actor: Actor, deed: (work: Work) => Promise<Outcome<T>>): Promise<Outcome<T>> =>
    changeReserve({ database, actor, at: clock.now() }, deed);
  return {
    read: (viewer) => readReserve(database, viewer.userId, clock.now()),
    own: (organizationId) => readOwn(database, organizationId, clock.now()),
    movements: (before) => readMovements(database, before),
    verify: () => verifyBook(database),
    openAccount: (actor) => change(actor, openAccount),
    request: (actor, wanted) => change(actor, (work) => request(work, wanted)),
    act: (actor, wanted) => change(actor, (work) => act(work, wanted)),
    grant: (actor, wanted) => change(actor, (work) => grant(work, wanted, catalogue)),
    transfer: (actor, wanted) => change(actor, (work) => transfer(work, wanted)),
    receive: (actor, wanted) => change(actor, (work) => receive(work, wanted, catalogue)),
    assay: (actor, wanted) => change(actor, (work) => assay(work, wanted)),
    store: (actor, wanted) => change(actor, (work) => moveLot(work, wanted)),
    terms: () => readTerms(database),
    setTerms: (actor, wanted) => change(actor, (work) => setTerms(work, wanted)),
    supplies: () => readSupplies(parts),
    runScenario: (actor, wanted) => recordRun(parts, actor, wanted),
    bookedKg: async (orderId) => (await broughtBy(database.prisma, orderId)) / 1000,
    takeOut: (actor, wanted) => change(actor, (work) => takeOut(work, wanted)),
  };
}
