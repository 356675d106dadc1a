/** Mounts the contract on /api/v1 and describes it: OpenAPI at /api/openapi.json, a readable page at /api/docs. */

import { OpenAPIGenerator } from '@orpc/openapi';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { ORPCError, onError } from '@orpc/server';
import { BodyLimitPlugin } from '@orpc/server/node';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { RequestHandler } from 'express';
import { PRODUCT } from '#domain/product.ts';
import { contract } from '#protocol/api.ts';
import type { SignedIn } from '../session.ts';
import type { Telemetry } from '../telemetry.ts';
import { catalogue, mineral } from './catalogue.ts';
import { certificate } from './certificates.ts';
import { colleagues } from './colleagues.ts';
import { comments } from './comments.ts';
import { type Context, type Desk, os, problem } from './context.ts';
import { desk as antitrustDesk } from './desk.ts';
import { exact } from './exact.ts';
import { files } from './files.ts';
import { fulfilment } from './fulfilment.ts';
import { orders, runs } from './match.ts';
import { meetings } from './meetings.ts';
import { members } from './members.ts';
import { notifications } from './notifications.ts';
import { offers } from './offers.ts';
import { criteria, partnersHandlers } from './partners.ts';
import { past } from './past-pools.ts';
import { people } from './people.ts';
import { rules } from './pool-rules.ts';
import { pools } from './pools.ts';
import { record } from './record.ts';
import { reserve } from './reserve.ts';
import { scenarios } from './scenarios.ts';
import { programme, sheets } from './sheets.ts';
import { toldFault } from './told-faults.ts';

export const API_PATH = '/api/v1';

const router = os.router({
  ...people,
  colleagues,
  catalogue,
  mineral,
  pools: { ...pools, certificate, exact },
  members,
  rules,
  past,
  offers,
  runs,
  scenarios,
  orders,
  programme,
  sheets,
  record,
  desk: antitrustDesk,
  meetings,
  comments,
  notifications,
  files,
  criteria,
  partners: partnersHandlers,
  reserve,
  fulfilment,
});

/** Answers requests under /api/v1. Faults are logged by path template only: no values, names or addresses. */
export function api(
  desk: Desk,
  signedIn: (headers: Context['headers']) => Promise<SignedIn | null>,
  telemetry: Telemetry,
  limits: { requestBytes: number; fileBytes: number },
): RequestHandler {
  const handlerOf = (takesFiles: boolean, maxBodySize: number) =>
    new OpenAPIHandler(router, {
      filter: ({ path: [part] }) => (part === 'files') === takesFiles,
      plugins: [new BodyLimitPlugin({ maxBodySize })],
      interceptors: [
        onError((error) => {
          if (!(error instanceof ORPCError) || error.status >= 500) telemetry.fault('http.api', error);
          const told = toldFault(error, maxBodySize);
          if (told) throw told;
        }),
      ],
    });
  const handlers = [handlerOf(false, limits.requestBytes), handlerOf(true, limits.fileBytes)];
  return async (req, res, next) => {
    try {
      const context: Context = { desk, headers: req.headers, signedIn: await signedIn(req.headers) };
      res.setHeader('cache-control', 'no-store');
      for (const handler of handlers) {
        const { matched } = await handler.handle(req, res, { prefix: API_PATH, context });
        if (matched) return;
      }
      res.status(404).json({
        code: 'NOT_FOUND',
        message: 'There is no such operation',
        ...problem('address', 'the API has no such path', 'see /api/docs'),
      });
    } catch (error) {
      next(error);
    }
  };
}

export const openApi = (origin: string) =>
  new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(contract, {
    info: {
      title: PRODUCT,
      version: '1',
      description:
        'Pool demand for critical minerals without revealing any one company. Sign in first: POST /api/auth/sign-in/email sets a session cookie.',
    },
    servers: [{ url: `${origin}${API_PATH}` }],
  });
