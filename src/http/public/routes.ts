import { type RequestHandler, Router } from 'express';
import type { Context } from '../../context.ts';
import { PICTURE_PATH } from '../../pictures/files.ts';
import { openLetterPost } from '../../queue/letter-tickets.ts';
import { addressRoutes } from './account/change-address.ts';
import { keepRoutes } from './account/keep.ts';
import { preferencesRoutes } from './account/preferences.ts';
import { privacyRoutes } from './account/privacy.ts';
import { undoRoutes } from './account/undo.ts';
import { unsubscribeRoutes } from './account/unsubscribe.ts';
import { archiveRoutes } from './archive/archive.ts';
import { earlierRoutes, oldAddresses, oldFront } from './archive/earlier.ts';
import { sitemap } from './archive/feed.ts';
import { openSignUpLimits } from './limits/sign-up-limits.ts';
import type { PublicContext } from './public-context.ts';
import { confirmRoutes } from './sign-up/confirm.ts';
import { embedRoutes } from './sign-up/embed.ts';
import { homeRoutes } from './sign-up/home.ts';
import { openSignUpRecorder } from './sign-up/record-sign-ups.ts';
import { logoFile } from './site/logo.ts';
import { openMasthead } from './site/masthead.ts';
import { openPages } from './site/page.ts';
import { pictureFile } from './site/picture.ts';
import { robots } from './site/robots.ts';
import { pagePolicy, secretPage } from './site/security-headers.ts';
import { themeSheet } from './site/theme.ts';
import { vendorFiles } from './site/vendor.ts';

/** All pages for readers. GET never changes anything but when a reader was last seen, and nothing here needs a cookie. */
export function publicRoutes(context: Context): Router {
  const router = Router();
  const masthead = openMasthead(context.db);
  const show = openPages(masthead, context.config.publicPath);
  const https = context.config.publicUrl.startsWith('https:');
  const shared: PublicContext = {
    context,
    limits: openSignUpLimits(context),
    recordSignUp: openSignUpRecorder(context),
    enqueueLetters: openLetterPost(context.queues),
    show,
    masthead,
  };

  router.get('/theme.css', themeSheet(masthead));
  router.get('/vendor/altcha/:file', vendorFiles);
  router.get('/sitemap.xml', (_req, res) => sitemap(shared, res));
  router.get('/logos/:file', logoFile(context.db));
  router.get(PICTURE_PATH, pictureFile(context.db));
  router.get('/robots.txt', robots(context.config));

  const secret = Router();
  secret.use(pagePolicy({ https }), secretPage);
  secret.use(confirmRoutes(shared)); // /confirm/:token
  secret.use(unsubscribeRoutes(shared)); // /unsubscribe/:token
  secret.use(undoRoutes(shared)); // /undo/:token
  secret.use(preferencesRoutes(shared)); // /preferences/:token
  secret.use(keepRoutes(shared)); // /keep/:token
  secret.use(privacyRoutes(shared)); // /privacy/:token /erased
  secret.use(addressRoutes(shared)); // /address/:token /restore/:token
  router.use(
    onlyFor(
      [
        'confirm',
        'unsubscribe',
        'undo',
        'preferences',
        'keep',
        'privacy',
        'erased',
        'address',
        'restore',
      ],
      secret,
    ),
  );

  router.use(embedRoutes(shared)); // /embed /embed.js
  router.use(pagePolicy({ https, pictures: true }));
  router.get('/', oldFront(context));
  router.use(homeRoutes(shared)); // / /subscribe /subscribed /challenge
  router.use(archiveRoutes(shared)); // /archive /archive/:newsletter /archive/:newsletter/:number …/feed.xml
  router.use(earlierRoutes(shared)); // /archive/:newsletter/earlier/:slug
  router.use(oldAddresses(context)); // last: an address of ours is never one of another service
  return router;
}

/** Passes requests whose path begins with one of these words to a router. */
function onlyFor(words: string[], router: Router): RequestHandler {
  return (req, res, next) => {
    if (!words.includes(req.path.split('/')[1] ?? '')) return next();
    req.url = decodable(req.url);
    router(req, res, next);
  };
}

/** A `%` at the end of a link, or half a character of UTF-8, is a mark behind the token and no bad request. */
function decodable(url: string): string {
  try {
    decodeURIComponent(url);
    return url;
  } catch {
    return url.replace(/%(?![0-7][0-9a-f])/gi, '%25');
  }
}
