/** The HTTP contract of the criteria, their weights and the fit of partners: public facts, and what a programme makes of them. Part of protocol/api. */
import { z } from 'zod';
import { CRITERIA, WEIGHT_MAX } from '#domain/criteria.ts';
import { get, Instant, post } from './api-route.ts';

const Evidence = z.object({
  what: z.string(),
  value: z.string().describe('as published, with its mark: W, NA, >, net exporter'),
  letter: z.string().nullable().describe('what the letter says of the same'),
  period: z.string(),
  source: z.string(),
  locator: z.string(),
});
const Score = z.object({
  criterion: z.enum(CRITERIA),
  score: z.number().min(0).max(100).nullable().describe('null: no source says; that is not a zero'),
  bound: z.enum(['', 'at least', 'at most']),
  why: z.string(),
});
const Scored = Score.extend({ evidence: z.array(Evidence) }).meta({ id: 'ScoredCriterion' });
const Weights = z.record(z.enum(CRITERIA), z.int().min(0).max(WEIGHT_MAX)).meta({ id: 'Weights' });
const Iso3 = z.string().regex(/^[A-Z]{3}$/, 'is no country code of three letters');
const Role = z.object({
  role: z.string(),
  standing: z.string(),
  note: z.string(),
  source: z.string(),
  locator: z.string(),
});
const Agreement = z.object({
  country: z.string(),
  kind: z.string(),
  subject: z.string(),
  date: z.string().nullable(),
  source: z.string(),
  note: z.string(),
});

export const WeightsView = z
  .object({
    version: z.int().describe('0 where officials have set none: all criteria weigh the same'),
    weights: Weights,
    reason: z.string(),
    organization: z.string().describe('whose officials set them'),
    at: Instant.nullable(),
  })
  .meta({ id: 'WeightsView' });

export const FitView = z
  .object({
    iso3: Iso3,
    name: z.string(),
    covered: z.boolean().describe('a covered nation: shown, never ranked'),
    roles: z.array(z.string()),
    scores: z.array(Scored),
  })
  .meta({ id: 'FitView' });

export const PartnerView = z
  .object({
    iso3: Iso3,
    name: z.string(),
    covered: z.boolean(),
    roles: z.array(z.string()),
    agreements: z.int(),
    restrictions: z.int().describe('in force as far as the sources say'),
    minerals: z.int().describe('minerals of which a source lists output or reserves'),
  })
  .meta({ id: 'PartnerView' });

export const PartnerPage = z
  .object({
    iso3: Iso3,
    name: z.string(),
    covered: z.boolean(),
    roles: z.array(Role),
    agreements: z.array(Agreement),
    interventions: z.array(z.any()).describe('domain/mineral-facts Intervention, with the name of the mineral'),
    production: z.array(z.any()).describe('domain/mineral-facts Production of the latest years, with the mineral'),
    imports: z.array(z.any()).describe('domain/mineral-facts ImportSource, with the mineral'),
    fits: z.array(z.object({ mineralId: z.string(), mineral: z.string(), scores: z.array(Score) })),
  })
  .meta({ id: 'PartnerPage' });

export const partnersApi = {
  criteria: {
    list: get('/criteria', 'criteria', 'Every mineral with its score by each of the eight criteria').output(
      z.array(
        z.object({ mineralId: z.string(), name: z.string(), symbol: z.string().nullable(), scores: z.array(Score) }),
      ),
    ),
    mineral: get('/criteria/minerals/{mineralId}', 'criteria', 'One mineral by each criterion, with the evidence')
      .input(z.object({ mineralId: z.string() }))
      .output(z.object({ scores: z.array(Scored) })),
    weights: get('/criteria/weights', 'criteria', 'How the programme weighs the criteria, newest version first').output(
      z.object({ mayChange: z.boolean(), versions: z.array(WeightsView).min(1) }),
    ),
    change: post('/criteria/weights', 'criteria', 'Weigh the criteria anew for the programme; on the record')
      .input(
        z.object({
          weights: Weights,
          reason: z.string().trim().min(1).max(500),
          after: z.int().min(0).describe('version that was seen; refused where it is not the newest any more'),
        }),
      )
      .output(WeightsView),
  },
  partners: {
    list: get('/partners', 'partners', 'Every country that the facts name, with its roles').output(
      z.array(PartnerView),
    ),
    fit: get('/partners/fit/{mineralId}', 'partners', 'How each country would serve as a partner for one mineral')
      .input(z.object({ mineralId: z.string() }))
      .output(z.array(FitView)),
    get: get('/partners/{iso3}', 'partners', 'One country: roles, agreements, restrictions, output, and its fit')
      .input(z.object({ iso3: Iso3 }))
      .output(PartnerPage),
  },
};
