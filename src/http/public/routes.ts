import { Router } from 'express';
import type { Context } from '../../context.ts';
import { confirmRoutes } from './confirm.ts';
import { frontRoutes } from './front.ts';
import { leaveRoutes } from './leave.ts';
import { openMasthead } from './newsroom.ts';
import { openPages } from './page.ts';
import { pagePolicy, secretPage } from './policy.ts';
import { themeSheet } from './theme.ts';
import { undoRoutes } from './undo.ts';

/** Everything a reader meets. GET never changes anything, and nothing here needs a cookie. */
export function publicRoutes(context: Context): Router {
  const router = Router();
  const masthead = openMasthead(context.db);
  const show = openPages(masthead);
  const https = context.config.publicUrl.startsWith('https:');

  router.get('/theme.css', themeSheet(masthead));
  router.use(pagePolicy({ https, pictures: true }));
  router.use(frontRoutes(context, show, masthead)); // / /subscribe /subscribed
  router.use(
    ['/confirm', '/unsubscribe', '/undo', '/preferences', '/privacy', '/address'],
    pagePolicy({ https }),
    secretPage,
  );
  router.use(confirmRoutes(context, show)); // /confirm/:token
  router.use(leaveRoutes(context, show)); // /unsubscribe/:token
  router.use(undoRoutes(context, show)); // /undo/:token
  return router;
}
