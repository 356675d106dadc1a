import { expect, test } from 'vitest';
import { CRITERIA, type CriterionId, EQUAL_WEIGHTS, moveOf, rank, readWeights, weigh } from '../../domain/criteria.ts';
import { standingOf } from '../../domain/criteria-restrictions.ts';
import { mineralScores } from '../../domain/criteria-scores.ts';
import type { MineralFacts } from '../../domain/mineral-facts.ts';
import { type PartnerFacts, partnerScores, partnersNamed } from '../../domain/partner-fit.ts';
import { FACTS_DIRECTORY, readFacts } from '../../seeds/facts.ts';

const TODAY = '2026-11-24';
const facts = readFacts(FACTS_DIRECTORY);
const mineral = (id: string): MineralFacts => {
  const found = facts.mineral(id);
  if (!found) throw new Error(`no facts of ${id}`);
  return found;
};
const scoresOf = (id: string, today = TODAY) => mineralScores(mineral(id), mineral(id).groups.map(mineral), today);
const of = (scores: ReturnType<typeof scoresOf>, criterion: CriterionId) => {
  const found = scores.find((score) => score.criterion === criterion);
  if (!found) throw new Error(`no score for ${criterion}`);
  return found;
};
const partner = (iso3: string, id: string): PartnerFacts => ({
  iso3,
  name: iso3,
  mineral: mineral(id),
  roles: facts.partners.roles.filter((role) => role.iso3 === iso3),
  agreements: facts.partners.agreements.filter((agreement) => agreement.iso3.includes(iso3)),
});
const scored = (id: string, ...scores: (number | null)[]) => ({
  id,
  scores: CRITERIA.map((criterion, index) => ({ criterion, score: scores[index] ?? null })),
});

test('[PF1] each mineral has all eight criteria, each with evidence or with what is missing', () => {
  for (const { id, isGroup } of facts.catalogue.minerals.values()) {
    if (isGroup) continue;
    const scores = scoresOf(id);
    expect(scores.map(({ criterion }) => criterion)).toEqual(CRITERIA);
    for (const { score, why, evidence } of scores) {
      expect(why).not.toBe('');
      if (score !== null && evidence.length === 0) expect(why).toMatch(/letter/);
      for (const { source } of evidence) expect(source).not.toBe('');
      if (score !== null) expect(score >= 0 && score <= 100).toBe(true);
    }
  }
});

test('[PF2] a bound stays a bound, a net exporter is no missing figure, and the letter stands beside the USGS', () => {
  const lithium = of(scoresOf('lithium'), 'importDependence');
  expect(lithium).toMatchObject({ score: 50, bound: 'at least' });
  expect(lithium.evidence[0]).toMatchObject({ value: '> 50 %', letter: '50 %', period: '2025' });
  expect(of(scoresOf('zirconium'), 'importDependence').bound).toBe('at most');
  expect(of(scoresOf('beryllium'), 'importDependence')).toMatchObject({ score: 0, bound: '' });
  expect(of(scoresOf('hafnium'), 'importDependence').score).toBeNull();
});

test('[PF3] what is published for the group only is read for its minerals, and says so', () => {
  const neodymium = of(scoresOf('neodymium'), 'importDependence');
  expect(neodymium.score).toBe(67);
  expect(neodymium.why).toContain('published for rare');
});

test('[PF4] what is unknown is left out of the mean, never counted as zero', () => {
  const half = scored('a', 80, 60, null, null, null, null, null, null);
  expect(weigh(half.scores, EQUAL_WEIGHTS)).toMatchObject({ total: 70, known: 0.25 });
  expect(weigh(scored('b').scores, EQUAL_WEIGHTS)).toEqual({ total: null, known: 0, points: {} });
  const { total, points } = weigh(scored('c', 10, 90, 40, 0).scores, { ...EQUAL_WEIGHTS, concentration: 37 });
  expect(Object.values(points).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total ?? Number.NaN);
});

test('[PF5] a thing of which less than half of the weights or criteria is known has no place, nor has one that is excluded', () => {
  const ranked = rank(
    [
      scored('little', 100, 100, 100),
      scored('plain', 50, 50, 50, 50),
      { ...scored('covered', 90, 90, 90, 90), excluded: true },
      scored('best', 60, 60, 60, 60, 60),
    ],
    EQUAL_WEIGHTS,
  );
  expect(ranked.map(({ thing, place }) => [thing.id, place])).toEqual([
    ['best', 1],
    ['plain', 2],
    ['covered', null],
    ['little', null],
  ]);
  const [heavy] = rank([scored('two', 100, 100)], { ...EQUAL_WEIGHTS, importDependence: 100, concentration: 100 });
  expect(heavy).toMatchObject({ place: null, total: 100 });
});

test('[PF6] equal totals share a place, and a rank names the criterion that lifts and the one that holds back', () => {
  const ranked = rank(
    [scored('a', 90, 10, 50, 50), scored('b', 10, 90, 50, 50), scored('c', 0, 0, 0, 0)],
    EQUAL_WEIGHTS,
  );
  expect(ranked.map(({ place }) => place)).toEqual([1, 1, 3]);
  expect(ranked[0]).toMatchObject({ lifts: 'importDependence', holdsBack: 'concentration' });
});

test('[PF7] a weight that moves a thing is named', () => {
  const things = [scored('a', 100, 0, 50, 50, 50), scored('b', 0, 90, 50, 50, 50)];
  const after = { ...EQUAL_WEIGHTS, concentration: 40, coercion: 11 };
  expect(moveOf(things, 'b', EQUAL_WEIGHTS, after)).toEqual({ from: 2, to: 1, by: 'concentration' });
  expect(moveOf(things, 'b', EQUAL_WEIGHTS, EQUAL_WEIGHTS)).toBeNull();
});

test('[PF8] weights are whole numbers from 0 to 100, not all 0', () => {
  expect(readWeights({ ...EQUAL_WEIGHTS, coercion: 101 })).toMatchObject({ ok: false });
  expect(readWeights({ ...EQUAL_WEIGHTS, coercion: 1.5 })).toMatchObject({ ok: false });
  expect(readWeights(Object.fromEntries(CRITERIA.map((id) => [id, 0])))).toMatchObject({ ok: false });
  expect(readWeights(null)).toMatchObject({ ok: false });
  expect(readWeights(EQUAL_WEIGHTS)).toEqual({ ok: true, value: EQUAL_WEIGHTS });
});

test('[PF9] a restriction counts by its day: in force, suspended, or with a suspension that ended unverified', () => {
  const ban = { status: 'suspended', statusUntil: '2026-11-27', startDate: '2024-12' };
  expect(standingOf(ban, '2026-11-27')).toBe('suspended');
  expect(standingOf(ban, '2026-11-28')).toBe('lapsed');
  expect(standingOf({ ...ban, status: 'in_force' }, '2026-11-28')).toBe('ended');
  expect(standingOf({ ...ban, status: 'replaced', statusUntil: null }, TODAY)).toBe('replaced');
  const before = of(scoresOf('holmium', '2026-11-01'), 'coercion');
  const after = of(scoresOf('holmium', '2026-11-24'), 'coercion');
  const inEvidence = (score: typeof before) => score.evidence.map(({ value }) => value).join('; ');
  expect(inEvidence(before)).toContain('suspended, until 2026-11-10');
  expect(inEvidence(after)).toContain('suspension ended, unverified (2026-11-10)');
});

test('[PF10] the largest producer does not spread supply, and a covered nation is no trusted source', () => {
  const china = partnerScores(partner('CHN', 'gallium'), TODAY);
  expect(of(china, 'concentration').score).toBe(0);
  expect(of(china, 'nationalSecurity').score).toBe(0);
  expect(of(partnerScores(partner('JPN', 'gallium'), TODAY), 'nationalSecurity')).toMatchObject({ score: 100 });
});

test('[PF11] a partner whose figure is not published has no score there, and says why', () => {
  const greece = partnerScores(partner('GRC', 'gallium'), TODAY);
  expect(of(greece, 'concentration')).toMatchObject({ score: null, why: 'No source lists output of it.' });
  expect(of(greece, 'reserveSynergy').score).toBe(70);
});

test('[PF12] tonnes of different things are not compared', () => {
  const guinea = of(partnerScores(partner('GIN', 'aluminum'), TODAY), 'commercialSignificance');
  expect(guinea.score).toBeNull();
  expect(guinea.why).toContain('basis');
});

test('[PF13] every country that a fact names is a candidate, the United States never', () => {
  for (const { id, isGroup } of facts.catalogue.minerals.values())
    if (!isGroup) expect(partnersNamed(mineral(id)).has('USA')).toBe(false);
  expect([...partnersNamed(mineral('bismuth'))]).toContain('KOR');
});

test('[PF14] an agreement of several countries counts for each of them', () => {
  const trilateral = facts.partners.agreements.find(({ kind }) => kind === 'trilateral');
  expect(trilateral?.iso3).toEqual(['JPN', 'KOR']);
  expect(of(partnerScores(partner('KOR', 'bismuth'), TODAY), 'nationalSecurity').score).toBe(100);
});
