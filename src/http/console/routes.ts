import { Router } from 'express';
import helmet from 'helmet';
import type { Context } from '../../context.ts';
import { formBody, longFormBody } from '../middleware/bodies.ts';
import { sameOrigin } from '../middleware/same-origin.ts';
import { meRoutes } from './account/me.ts';
import { sessions, signedIn } from './account/sessions.ts';
import { setupRoutes } from './account/setup.ts';
import { signInRoutes } from './account/sign-in.ts';
import { actionRoutes } from './actions.ts';
import { editionRoutes } from './editions/editions.ts';
import { editorRoutes } from './editor/routes.ts';
import { feedRoutes } from './feeds/feeds.ts';
import { leaveMessage } from './pages.ts';
import { settingsRoutes } from './settings/settings.ts';
import { subscriberRoutes } from './subscribers/subscribers.ts';

/** Everything below /console: for operators who are signed in, but for the doors themselves. */
export function consoleRoutes(context: Context): Router {
  const router = Router();
  router.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store').set('Referrer-Policy', 'same-origin');
    next();
  });
  router.use(
    helmet.contentSecurityPolicy({
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'"],
        frameSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );
  router.use('/editions/:id/edit', longFormBody);
  router.use(formBody);
  router.use(sessions(context));
  router.use(setupRoutes(context));
  router.use(sameOrigin(context.config.publicUrl));
  router.use(signInRoutes(context));

  router.use(async (req, res, next) => {
    const operator = await signedIn(context, req);
    if (operator) {
      res.locals.operator = operator;
      return next();
    }
    if (req.method !== 'GET') leaveMessage(req, 'signIn.expired', false);
    return res.redirect(303, '/console/sign-in');
  });
  router.use(editionRoutes(context));
  router.use(actionRoutes(context));
  router.use(meRoutes(context));
  router.use(feedRoutes(context));
  router.use(settingsRoutes(context));
  router.use(subscriberRoutes(context));
  router.use(editorRoutes(context));
  return router;
}
