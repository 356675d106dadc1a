/** The HTTP contract of what-if runs on a solved match, and of questions to it. Part of protocol/api. */
import { z } from 'zod';
import { get, Id, Instant, post } from './api-route.ts';

const Country = z.string().regex(/^[A-Z]{3}$/);
const Mineral = z.string().min(1).max(60);
const Year = z.int().min(2025).max(2060).nullable();

/** Shape and reasons for so few sizes: domain/scenario-shocks. */
export const ShockChoice = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('ban'),
      country: Country,
      mineral: Mineral.nullable(),
      fromYear: Year,
      toYear: Year,
    }),
    z.object({ kind: z.literal('supplierFails'), supplier: z.string().min(1).max(200), fromYear: Year }),
    z.object({
      kind: z.literal('price'),
      country: Country.nullable(),
      mineral: Mineral.nullable(),
      percent: z.union([z.literal(25), z.literal(50), z.literal(100)]),
    }),
    z.object({
      kind: z.literal('demand'),
      mineral: Mineral.nullable(),
      percent: z.union([z.literal(10), z.literal(25)]),
    }),
    z.object({ kind: z.literal('intervention'), id: z.string().min(1).max(100), mineral: Mineral }),
  ])
  .meta({ id: 'ShockChoice' });
export type ShockChoice = z.infer<typeof ShockChoice>;

export const ScenarioRunView = z
  .object({
    id: Id,
    runId: Id,
    number: z.int(),
    name: z.string(),
    state: z.enum(['queued', 'running', 'solved', 'cancelled', 'failed']),
    progress: z.number().min(0).max(1),
    polishing: z.boolean().describe('first answers are there; those with a wide proof are searched longer'),
    scenarios: z.int(),
    reason: z.string().nullable(),
    startedAt: Instant,
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'ScenarioRunView' });
export type ScenarioRunView = z.infer<typeof ScenarioRunView>;

const Kg = z.number().nullable().describe('kilograms of contained element, to three digits; null: withheld');

export const StandingView = z
  .object({
    poolUnmetKg: Kg,
    reserveUnmetKg: Kg,
    tiers: z.array(z.object({ tier: z.string(), kg: Kg })),
    costUsd: z.number().nullable(),
    hhi: z.number().nullable().describe('Herfindahl-Hirschman index by country of origin, 0 to 10,000'),
  })
  .meta({ id: 'StandingView' });
export type StandingView = z.infer<typeof StandingView>;

export const ScenarioReportView = z
  .object({
    run: ScenarioRunView,
    minerals: z.array(z.object({ mineral: z.string(), before: StandingView })),
    rows: z.array(
      z.object({
        title: z.string(),
        kind: z.enum(['ban', 'supplierFails', 'price', 'demand', 'intervention']),
        cells: z
          .array(z.object({ mineral: z.string(), after: StandingView, isWide: z.boolean() }))
          .describe('of the minerals that it touches; the others stay as they are'),
      }),
    ),
    leftOut: z.int().describe('scenarios of the ready-made grid that did not fit'),
  })
  .meta({ id: 'ScenarioReportView' });
export type ScenarioReportView = z.infer<typeof ScenarioReportView>;

const Named = z.object({ id: z.string(), name: z.string() });

export const ScenarioOptions = z
  .object({
    minerals: z.array(Named),
    countries: z.array(Named),
    suppliers: z.array(z.string()),
    years: z.array(z.int()),
    interventions: z.array(z.object({ id: z.string(), mineral: z.string(), title: z.string() })),
    gridSize: z.int(),
    leftOut: z.int(),
  })
  .meta({ id: 'ScenarioOptions' });
export type ScenarioOptions = z.infer<typeof ScenarioOptions>;

export const WhyView = z
  .object({
    supplier: z.string(),
    isUsed: z.boolean(),
    question: z.string(),
    answer: z.string(),
    more: z.array(z.object({ title: z.string(), text: z.string() })),
  })
  .meta({ id: 'WhyView' });
export type WhyView = z.infer<typeof WhyView>;

const OfRun = z.object({ runId: Id });
const OfScenario = z.object({ scenarioId: Id });
const Name = z.string().trim().min(2).max(80);

export const scenariosApi = {
  options: get('/runs/{runId}/scenarios/options', 'match', 'What can be tried on a solved run')
    .input(OfRun)
    .output(ScenarioOptions),
  start: post('/runs/{runId}/scenarios', 'match', 'Try shocks on a solved run')
    .input(
      OfRun.extend({
        name: Name,
        shocks: z.array(ShockChoice).max(100).nullable().describe('null: the ready-made grid'),
      }),
    )
    .output(ScenarioRunView),
  list: get('/runs/{runId}/scenarios', 'match', 'What was tried on a run, newest first')
    .input(OfRun)
    .output(z.array(ScenarioRunView)),
  report: get('/scenarios/{scenarioId}', 'match', 'What shocks would change')
    .input(OfScenario)
    .output(ScenarioReportView),
  cancel: post('/scenarios/{scenarioId}/cancel', 'match', 'Stop trying').input(OfScenario).output(ScenarioRunView),
  rename: post('/scenarios/{scenarioId}/name', 'match', 'Save under another name')
    .input(OfScenario.extend({ name: Name }))
    .output(ScenarioRunView),
  why: get('/runs/{runId}/why', 'match', 'Why an offer was used or not')
    .input(OfRun.extend({ of: z.string().min(1).max(200).describe('row of the offer, or id of its order') }))
    .output(WhyView),
};
