import { type Request, Router } from 'express';
import type { SendingWatch } from '../actions/watch-sending.ts';
import type { Context } from '../context.ts';
import { findApiToken } from '../operators/api-tokens.ts';
import type { Metrics } from './metrics.ts';
import { fromThisMachine } from './middleware/client-address.ts';
import { Problem } from './middleware/problem.ts';
import { readiness } from './readiness.ts';

/** For monitoring: health, readiness and metrics. */
export function operatingRoutes(
  context: Context,
  metrics: Metrics,
  sending: Pick<SendingWatch, 'stalls'>,
): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  router.get('/readyz', async (_request, response) => {
    const checks = await readiness(context, sending);
    const ready = Object.values(checks).every(Boolean);
    response.status(ready ? 200 : 503).json({ ready, checks });
  });
  router.get('/metrics', async (request, response) => {
    if (!fromThisMachine(request) && !(await bearer(context, request)))
      throw new Problem(
        403,
        'Metrics are for this machine, or for a request with an API token that is bound to no newsletter.',
      );
    response.type(metrics.contentType).send(await metrics.collect());
  });
  return router;
}

async function bearer(context: Context, request: Request): Promise<boolean> {
  const token = /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
  const found = token === undefined ? undefined : await findApiToken(context.db, token);
  // the figures are of the whole newsroom
  return found !== undefined && found.scope === null;
}
