import { type RequestHandler, Router } from 'express';
import { describe, expect, it } from 'vitest';
import {
  checkRules,
  openToAll,
  RouteWithoutRule,
  requireRole,
} from '../../../src/http/middleware/roles.ts';

const handler: RequestHandler = (_req, res) => void res.end();

describe('a router whose routes say who may use them', () => {
  it('passes, also where routers lie in routers', () => {
    const inner = Router();
    inner.get('/a', requireRole('viewer'), handler);
    inner.post('/a', requireRole('admin'), handler);
    inner.get('/sign-in', openToAll, handler);
    const outer = Router();
    outer.use(handler, inner);
    expect(() => checkRules(outer)).not.toThrow();
  });

  it.each<[string, (router: Router) => unknown]>([
    ['GET /b', (router) => router.get('/b', handler)],
    ['POST /b', (router) => router.get('/b', requireRole('viewer'), handler).post('/b', handler)],
    ['DELETE /b', (router) => router.delete('/b', handler, requireRole('viewer'))],
    ['POST /b', (router) => router.route('/b').get(requireRole('viewer'), handler).post(handler)],
    ['ALL /b', (router) => router.all('/b', handler)],
  ])('does not start when %s says nothing', (named, add) => {
    const inner = Router();
    add(inner);
    const outer = Router();
    outer.get('/a', requireRole('viewer'), handler);
    outer.use('/inner', inner);
    expect(() => checkRules(outer)).toThrow(RouteWithoutRule);
    expect(() => checkRules(outer)).toThrow(named);
  });
});
