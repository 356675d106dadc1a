/** Criteria of minerals and fit of partners, from the public facts; and the weights that officials give, version by version on the record. */
import type { Actor } from '#domain/actors.ts';
import { may } from '#domain/actors.ts';
import { type CriterionId, EQUAL_WEIGHTS, readWeights, sameWeights, type Weights } from '#domain/criteria.ts';
import { standingOf } from '#domain/criteria-restrictions.ts';
import { mineralScores } from '#domain/criteria-scores.ts';
import type { MineralFacts } from '#domain/mineral-facts.ts';
import { COVERED_NATIONS, HOME, partnerScores, partnersNamed } from '#domain/partner-fit.ts';
import { type Outcome, refuse } from '#domain/refusals.ts';
import type { Prisma } from '../database.ts';
import { appendWithin, lockChain } from '../record.ts';
import { type Desk, NOTHING_HERE, os, refused, signedIn, withRight } from './context.ts';

const today = (desk: Desk): string => desk.clock.now().toISOString().slice(0, 10);

/** Every mineral that can be named in a row. */
function minerals(desk: Desk): MineralFacts[] {
  return [...desk.catalogue.minerals.values()].flatMap(({ id, isGroup }) => {
    const facts = isGroup ? null : desk.mineralFacts(id);
    return facts ? [facts] : [];
  });
}

const groupsOf = (desk: Desk, facts: MineralFacts): MineralFacts[] =>
  facts.groups.flatMap((id) => desk.mineralFacts(id) ?? []);

const scoresOf = (desk: Desk, facts: MineralFacts) => mineralScores(facts, groupsOf(desk, facts), today(desk));

const evident = <T extends { evidence: readonly unknown[] }>(scores: readonly T[]) =>
  scores.map(({ evidence, ...score }) => ({ ...score, evidence: [...evidence] as never[] }));
const bare = (scores: ReturnType<typeof mineralScores>) => scores.map(({ evidence, ...score }) => score);

const list = os.criteria.list.use(signedIn).handler(({ context: { desk } }) =>
  minerals(desk).map((facts) => ({
    mineralId: facts.mineralId,
    name: facts.name,
    symbol: facts.symbol,
    scores: bare(scoresOf(desk, facts)),
  })),
);

const mineral = os.criteria.mineral.use(signedIn).handler(({ input, context: { desk }, errors }) => {
  const facts = desk.mineralFacts(input.mineralId);
  if (!facts) throw errors.NOT_FOUND(NOTHING_HERE);
  return { scores: evident(scoresOf(desk, facts)) };
});

const NOBODYS = { version: 0, weights: EQUAL_WEIGHTS, reason: '', organization: '', at: null };

/** Of so many versions the page shows who changed what. */
const VERSIONS_MAX = 50;

const weights = os.criteria.weights.use(signedIn).handler(async ({ context }) => {
  const { prisma } = context.desk.database;
  const programme = await prisma.programme.findFirst({ orderBy: { slug: 'asc' }, select: { id: true } });
  const rows = await prisma.criteriaWeights.findMany({
    where: { programmeId: programme?.id ?? '00000000-0000-0000-0000-000000000000' },
    orderBy: { version: 'desc' },
    take: VERSIONS_MAX,
  });
  const organizations = await prisma.organization.findMany({
    where: { id: { in: rows.map(({ organizationId }) => organizationId) } },
    select: { id: true, name: true },
  });
  const versions = rows.map((row) => ({
    version: row.version,
    weights: asStored(row.weights),
    reason: row.reason,
    organization: organizations.find(({ id }) => id === row.organizationId)?.name ?? '',
    at: row.at.toISOString(),
  }));
  return { mayChange: programme !== null && may(context.actor, 'priorities.edit'), versions: [...versions, NOBODYS] };
});

/** What was stored was read before; a stored shape of another release falls back to equal weights. */
function asStored(json: unknown): Record<CriterionId, number> {
  const read = readWeights(json);
  return { ...(read.ok ? read.value : EQUAL_WEIGHTS) };
}

const change = os.criteria.change.use(withRight('priorities.edit')).handler(async ({ input, context, errors }) => {
  const { database, clock } = context.desk;
  const read = readWeights(input.weights);
  if (!read.ok) throw errors.CONFLICT(refused(read.refusal));
  const at = clock.now();
  const outcome = await database.prisma.$transaction((tx) =>
    store(tx, context.actor, { ...input, weights: read.value }, at),
  );
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return {
    version: outcome.value,
    weights: { ...read.value },
    reason: input.reason,
    organization: context.actor.organization,
    at: at.toISOString(),
  };
});

/** The next version, if the one that was seen is still the newest. Two officials at once: the lock of the record lets the second see the first. */
async function store(
  tx: Prisma.TransactionClient,
  actor: Actor,
  wanted: { weights: Weights; reason: string; after: number },
  at: Date,
): Promise<Outcome<number>> {
  await lockChain(tx);
  const programme = await tx.programme.findFirst({ orderBy: { slug: 'asc' }, select: { id: true } });
  if (!programme)
    return refuse(
      'no-programme',
      'programme',
      'this workspace has none to weigh for',
      'weigh privately in the browser',
    );
  const newest = await tx.criteriaWeights.findFirst({
    where: { programmeId: programme.id },
    orderBy: { version: 'desc' },
  });
  if ((newest?.version ?? 0) !== wanted.after)
    return refuse(
      'stale',
      'weights',
      'somebody has changed them meanwhile',
      'look at the newest version and decide anew',
    );
  if (sameWeights(newest ? asStored(newest.weights) : EQUAL_WEIGHTS, wanted.weights))
    return refuse('no-change', 'weights', 'all of them are as they were', 'change one, or go back');
  const version = wanted.after + 1;
  await tx.criteriaWeights.create({
    data: {
      programmeId: programme.id,
      version,
      weights: { ...wanted.weights },
      reason: wanted.reason,
      userId: actor.userId,
      organizationId: actor.organizationId,
      at,
    },
  });
  await appendWithin(tx, [{ kind: 'weights.changed', actor, body: { version, weights: { ...wanted.weights } } }], at);
  return { ok: true, value: version };
}

const rolesOf = (desk: Desk, iso3: string) => desk.partnerFacts().roles.filter((role) => role.iso3 === iso3);
const agreementsOf = (desk: Desk, iso3: string) =>
  desk.partnerFacts().agreements.filter((agreement) => agreement.iso3.includes(iso3));
const nameOf = (desk: Desk, iso3: string): string => desk.catalogue.countries.get(iso3)?.name ?? iso3;

/** Countries that any fact names, with the facts of the minerals that name them. */
function named(desk: Desk): Map<string, MineralFacts[]> {
  const found = new Map<string, MineralFacts[]>();
  const { roles, agreements } = desk.partnerFacts();
  for (const iso3 of [...roles.map((role) => role.iso3), ...agreements.flatMap((agreement) => agreement.iso3)])
    found.set(iso3, []);
  for (const facts of minerals(desk))
    for (const iso3 of partnersNamed(facts)) found.set(iso3, [...(found.get(iso3) ?? []), facts]);
  return found;
}

const partners = os.partners.list.use(signedIn).handler(({ context: { desk } }) =>
  [...named(desk)]
    .map(([iso3, of]) => ({
      iso3,
      name: nameOf(desk, iso3),
      covered: COVERED_NATIONS.includes(iso3),
      roles: rolesOf(desk, iso3).map(({ role }) => role),
      agreements: agreementsOf(desk, iso3).length,
      restrictions: of
        .flatMap(({ interventions }) => interventions)
        .filter((entry) => entry.iso3 === iso3 && standingOf(entry, today(desk)) === 'inForce').length,
      minerals: of.filter(({ production }) => production.some((row) => row.iso3 === iso3 && row.figure.value !== 0))
        .length,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en')),
);

const scoresWith = (desk: Desk, iso3: string, facts: MineralFacts) =>
  partnerScores(
    {
      iso3,
      name: nameOf(desk, iso3),
      mineral: facts,
      roles: rolesOf(desk, iso3),
      agreements: agreementsOf(desk, iso3),
    },
    today(desk),
  );

const fit = os.partners.fit.use(signedIn).handler(({ input, context: { desk }, errors }) => {
  const facts = desk.mineralFacts(input.mineralId);
  if (!facts) throw errors.NOT_FOUND(NOTHING_HERE);
  return [...partnersNamed(facts)].map((iso3) => ({
    iso3,
    name: nameOf(desk, iso3),
    covered: COVERED_NATIONS.includes(iso3),
    roles: rolesOf(desk, iso3).map(({ role }) => role),
    scores: evident(scoresWith(desk, iso3, facts)),
  }));
});

const one = os.partners.get.use(signedIn).handler(({ input: { iso3 }, context: { desk }, errors }) => {
  const of = iso3 === HOME ? undefined : named(desk).get(iso3);
  if (!of) throw errors.NOT_FOUND(NOTHING_HERE);
  const ofMineral = <T extends { iso3: string | null }>(pick: (facts: MineralFacts) => readonly T[]) =>
    of.flatMap((facts) =>
      pick(facts)
        .filter((row) => row.iso3 === iso3)
        .map((row) => ({ ...row, mineralId: facts.mineralId, mineral: facts.name })),
    );
  return {
    iso3,
    name: nameOf(desk, iso3),
    covered: COVERED_NATIONS.includes(iso3),
    roles: rolesOf(desk, iso3),
    agreements: agreementsOf(desk, iso3),
    interventions: ofMineral(({ interventions }) => interventions),
    production: ofMineral(({ production }) => production),
    imports: ofMineral(({ importSources }) => importSources),
    fits: of.map((facts) => ({
      mineralId: facts.mineralId,
      mineral: facts.name,
      scores: bare(scoresWith(desk, iso3, facts)),
    })),
  };
});

export const criteria = { list, mineral, weights, change };
export const partnersHandlers = { list: partners, fit, get: one };
