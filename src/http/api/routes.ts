import { type RequestHandler, Router } from 'express';
import type { Context } from '../../context.ts';
import { apiErrors, notFound } from '../middleware/errors.ts';
import { Problem } from '../middleware/problem.ts';
import { checkRules, requireScopedRole } from '../middleware/roles.ts';
import { authenticate } from './authenticate.ts';
import { apiDocument } from './document.ts';
import { operations } from './operations.ts';
import { referenceRoutes } from './reference.ts';

/** Everything below /api: the calls (v1), their description and its page. */
export function apiRoutes(context: Context): Router {
  const router = Router();
  let document: ReturnType<typeof apiDocument> | undefined;
  router.get('/openapi.json', (_req, res) => {
    document ??= apiDocument(context.config.publicUrl);
    res.json(document);
  });
  router.use(referenceRoutes());

  const v1 = Router();
  v1.use(authenticate(context));
  v1.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  for (const { method, path, serve } of operations)
    v1[method](expressPath(path), ...serve(context));
  for (const path of new Set(operations.map((operation) => operation.path)))
    v1.all(expressPath(path), requireScopedRole('viewer'), otherMethods(path));
  checkRules(v1);
  router.use('/v1', v1);

  router.use(notFound);
  router.use(apiErrors(context));
  return router;
}

const expressPath = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Says which methods an address takes: to OPTIONS, and (405) to those that it does not take. */
function otherMethods(path: string): RequestHandler {
  const methods = operations
    .filter((operation) => operation.path === path)
    .map((operation) => operation.method.toUpperCase());
  if (methods.includes('GET')) methods.push('HEAD');
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (req, res) => {
    if (req.method !== 'OPTIONS')
      throw new Problem(405, `This address takes ${allow}.`, { headers: { Allow: allow } });
    res.set('Allow', allow).status(204).end();
  };
}
