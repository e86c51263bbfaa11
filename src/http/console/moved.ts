import { Router } from 'express';
import { requireScopedRole } from '../middleware/roles.ts';

/** Addresses of before version 0.3, which bookmarks and mails still name. */
export function movedRoutes(): Router {
  const router = Router();
  router.get('/settings', requireScopedRole('viewer'), (_req, res) =>
    res.redirect(302, '/console/settings/newsroom'),
  );
  router.get('/subscribers{/*rest}', requireScopedRole('viewer'), (req, res) =>
    res.redirect(301, `/console${req.url.replace('/subscribers', '/readers')}`),
  );
  return router;
}
