import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Logger } from '../../process/log.ts';
import type { Metrics } from '../metrics.ts';

declare global {
  namespace Express {
    interface Request {
      /** Names this request in the log and in an error's `instance`. */
      id: string;
    }
  }
}

/**
 * Gives every request an id (also sent back as X-Request-Id), and writes one line about it and its figures when it has
 * ended.
 */
export function requestLog(log: Logger, metrics: Pick<Metrics, 'answered'>): RequestHandler {
  return (req, res, next) => {
    req.id = randomUUID();
    res.set('X-Request-Id', req.id);
    const from = process.hrtime.bigint();
    res.once('close', () => {
      const ms = Math.round(Number(process.hrtime.bigint() - from) / 1e5) / 10;
      metrics.answered(req.method, res.statusCode, ms / 1000);
      const route = routeOf(req);
      const line = { request: req.id, method: req.method, route, status: res.statusCode, ms };
      const said = res.writableFinished ? 'answered' : 'broken off';
      // assets and health checks
      if (quiet.includes(route) && res.statusCode < 400) log.debug(line, said);
      else log.info(line, said);
    });
    next();
  };
}

const quiet = ['none', '/healthz', '/readyz', '/metrics', '/console/live'];

/** The route and never the path: paths hold tokens. */
function routeOf(req: Request): string {
  const path: unknown = req.route?.path;
  return typeof path === 'string' ? `${req.baseUrl}${path}` : 'none';
}
