import { Router } from 'express';
import type { Context } from '../../context.ts';
import { apiErrors, notFound } from '../middleware/errors.ts';
import { checkRules } from '../middleware/roles.ts';
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
    v1[method](path.replaceAll(/\{(\w+)\}/g, ':$1'), ...serve(context));
  checkRules(v1);
  router.use('/v1', v1);

  router.use(notFound);
  router.use(apiErrors(context));
  return router;
}
