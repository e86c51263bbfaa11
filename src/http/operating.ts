import { type Request, type Response, Router } from 'express';
import { sql } from 'kysely';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Context } from '../context.ts';
import { pendingMigrations } from '../database/migrate.ts';
import { findApiToken } from '../operators/api-tokens.ts';
import { fromThisMachine } from './middleware/client-address.ts';
import { Problem } from './middleware/problem.ts';

/** For monitoring: health, readiness and metrics. */
export function operatingRoutes(context: Context): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  router.get('/readyz', async (_request, response) => {
    const checks = await readiness(context);
    const ready = Object.values(checks).every(Boolean);
    response.status(ready ? 200 : 503).json({ ready, checks });
  });
  router.get('/metrics', metrics(context));
  return router;
}

async function readiness(context: Context): Promise<{ database: boolean; queue: boolean }> {
  const holds = (promise: Promise<boolean>) =>
    Promise.race([
      promise.catch(() => false),
      new Promise<boolean>((done) => {
        setTimeout(done, 3000, false).unref();
      }),
    ]);
  const [database, queue] = await Promise.all([
    holds(pendingMigrations(context.db).then((pending) => pending.length === 0)),
    holds(context.queues.counts('deliver').then(() => true)),
  ]);
  return { database, queue };
}

function metrics(context: Context) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const deliveries = new Gauge({
    name: 'gaceta_open_edition_deliveries',
    help: 'Deliveries of editions that are being sent, by state',
    labelNames: ['state'],
    registers: [registry],
  });
  const letters = new Gauge({
    name: 'gaceta_letters_queued',
    help: 'Letters that wait to be sent',
    registers: [registry],
  });
  const jobs = new Gauge({
    name: 'gaceta_queue_jobs',
    help: 'Jobs by queue and state',
    labelNames: ['queue', 'state'],
    registers: [registry],
  });
  return async (request: Request, response: Response) => {
    if (!fromThisMachine(request) && !(await bearer(context, request)))
      throw new Problem(403, 'Metrics are for this machine, or for a request with an API token.');
    const { rows } = await sql<Record<string, string>>`
      select coalesce(sum(queued), 0) as queued, coalesce(sum(r.sending), 0) as sending,
        coalesce(sum(r.sent), 0) as sent, coalesce(sum(failed), 0) as failed,
        coalesce(sum(skipped), 0) as skipped, coalesce(sum(uncertain), 0) as uncertain
      from ranges r join editions e on e.id = r.edition_id
      where e.state in ('sending', 'paused')`.execute(context.db);
    for (const [state, count] of Object.entries(rows[0] ?? {}))
      deliveries.set({ state }, Number(count));
    const waiting = await context.db
      .selectFrom('letters')
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .where('state', '=', 'queued')
      .executeTakeFirstOrThrow();
    letters.set(Number(waiting.n));
    for (const queue of ['feeds', 'editions', 'deliver', 'letters'] as const) {
      const counts = await context.queues.counts(queue).catch(() => ({}));
      for (const [state, count] of Object.entries(counts)) jobs.set({ queue, state }, count);
    }
    response.type(registry.contentType).send(await registry.metrics());
  };
}

async function bearer(context: Context, request: Request): Promise<boolean> {
  const token = /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
  return token !== undefined && (await findApiToken(context.db, token)) !== undefined;
}
