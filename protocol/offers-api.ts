/** The HTTP contract of opened offers, as members of a pool read them. Part of api. */

import { z } from 'zod';
import { STAGES } from '#domain/offer-sheet.ts';
import { get, Id } from './api-route.ts';

/** Holds no size of anything: see domain/opened-offers. */
export const OpenedOfferView = z
  .object({
    supplier: z.string(),
    country: z.string(),
    originCountry: z.string().nullable(),
    stage: z.enum(STAGES),
    mineral: z.string(),
    formName: z.string(),
    grade: z.string(),
    from: z.string().describe('first quarter of delivery'),
    leadMonths: z.int().describe('from order to delivery'),
    usdPerKg: z.array(z.number()).describe('per kilogram of contained element, highest first'),
    tierKind: z.enum(['all-units', 'incremental']),
    qualified: z.boolean().describe('samples have passed'),
    recycled: z.boolean(),
  })
  .meta({ id: 'OpenedOfferView' });

export const offersContract = {
  opened: get('/pools/{poolId}/offers', 'match', 'Offers of the round without their quantities; empty while sealed')
    .input(z.object({ poolId: Id, round: z.coerce.number().int().min(1).optional() }))
    .output(z.array(OpenedOfferView)),
};
