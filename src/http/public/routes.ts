import { Router } from 'express';
import type { Context } from '../../context.ts';
import { addressRoutes } from './address.ts';
import { archiveRoutes } from './archive.ts';
import { sitemap } from './archive-feed.ts';
import { confirmRoutes } from './confirm.ts';
import { embedRoutes } from './embed.ts';
import { frontRoutes } from './front.ts';
import { openGate } from './gate.ts';
import { leaveRoutes } from './leave.ts';
import { openMasthead } from './newsroom.ts';
import { openPages } from './page.ts';
import type { PublicParts } from './parts.ts';
import { pagePolicy, secretPage } from './policy.ts';
import { preferencesRoutes } from './preferences.ts';
import { privacyRoutes } from './privacy.ts';
import { robots } from './robots.ts';
import { themeSheet } from './theme.ts';
import { undoRoutes } from './undo.ts';
import { vendorFiles } from './vendor.ts';

/** Everything a reader meets. GET never changes anything, and nothing here needs a cookie. */
export function publicRoutes(context: Context): Router {
  const router = Router();
  const masthead = openMasthead(context.db);
  const show = openPages(masthead);
  const https = context.config.publicUrl.startsWith('https:');
  const parts: PublicParts = { context, gate: openGate(context), show, masthead };

  router.get('/theme.css', themeSheet(masthead));
  router.get('/vendor/altcha/:file', vendorFiles);
  router.use(pagePolicy({ https, pictures: true }));
  router.use(frontRoutes(parts)); // / /subscribe /subscribed /challenge
  router.use(embedRoutes(parts)); // /embed /embed.js
  router.use(archiveRoutes(parts)); // /archive /archive/:newsletter /archive/:newsletter/:number …/feed.xml
  router.get('/sitemap.xml', (_req, res) => sitemap(parts, res));
  router.get('/robots.txt', robots(context.config.publicUrl));
  router.use(
    ['/confirm', '/unsubscribe', '/undo', '/preferences', '/privacy', '/address'],
    pagePolicy({ https }),
    secretPage,
  );
  router.use(confirmRoutes(parts)); // /confirm/:token
  router.use(leaveRoutes(parts)); // /unsubscribe/:token
  router.use(undoRoutes(parts)); // /undo/:token
  router.use(preferencesRoutes(parts)); // /preferences/:token
  router.use(privacyRoutes(parts)); // /privacy/:token
  router.use(addressRoutes(parts)); // /address/:token
  return router;
}
