import { Router } from 'express';
import helmet from 'helmet';
import type { Context } from '../../context.ts';
import { scopeOfOperator } from '../../operators/bindings.ts';
import { formBody, longFormBody } from '../middleware/bodies.ts';
import { originOf } from '../middleware/client-address.ts';
import { checkRules, setActor } from '../middleware/roles.ts';
import { sameOrigin } from '../middleware/same-origin.ts';
import { openAdmission } from './account/admission.ts';
import { openCodeChecks } from './account/code-checks.ts';
import { forgotRoutes } from './account/forgot.ts';
import { openKeptForms } from './account/kept-forms.ts';
import { oidcRoutes } from './account/oidc.ts';

import { passkeySignInRoutes } from './account/passkey-sign-in.ts';
import { openPasswordChecks } from './account/password-checks.ts';
import { requiredTwoFactor } from './account/required-two-factor.ts';
import { secondFactorRoutes } from './account/second-factor.ts';
import { sessions } from './account/sessions.ts';
import { setupRoutes } from './account/setup.ts';
import { openShowSignIn, signInRoutes } from './account/sign-in.ts';
import { actionRoutes } from './actions.ts';
import { auditRoutes } from './audit/audit.ts';
import { cameBackRoutes } from './delivery/came-back.ts';
import { deliveryRoutes } from './delivery/delivery.ts';
import { editionRoutes } from './editions/editions.ts';
import { editorRoutes } from './editor/routes.ts';
import { feedPageRoutes } from './feeds/feed.ts';
import { feedRoutes } from './feeds/feeds.ts';
import { figureRoutes } from './figures/figures.ts';
import { forbiddenPage } from './forbidden.ts';
import type { LiveFigures } from './live/figures.ts';
import { liveRoutes } from './live/stream.ts';
import { meRoutes } from './me/me.ts';
import { movedRoutes } from './moved.ts';
import { archivingRoutes } from './newsletters/archiving.ts';
import { earlierEditionRoutes } from './newsletters/earlier.ts';
import { newsletterListRoutes } from './newsletters/list.ts';
import { newsletterLogoRoutes } from './newsletters/logo.ts';
import { newsletterRoutes, openNewsletterPage } from './newsletters/newsletter.ts';
import { onceForEachForm } from './once.ts';
import { peopleRoutes } from './people/people.ts';
import { personRoutes } from './people/person.ts';
import { readerRoutes } from './readers/readers.ts';
import { alertRoutes } from './settings/alerts.ts';
import { newsroomRoutes } from './settings/newsroom.ts';
import { firstStepsRoutes, noteFirstLook } from './today/first-steps.ts';
import { todayRoutes } from './today/today.ts';
import { tokenRoutes } from './tokens/tokens.ts';
import { webhookRoutes } from './webhooks/webhooks.ts';

/**
 * Everything below /console: for operators who are signed in, but for the way in itself. Each route says which
 * role may use it, or nothing starts.
 */
export function consoleRoutes(context: Context, figures: LiveFigures): Router {
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
  const checks = openPasswordChecks(context);
  const admission = openAdmission(context, checks);
  router.use(setupRoutes(context, admission));
  router.use(sameOrigin(context.config.publicUrl));
  const showSignIn = openShowSignIn(context);
  router.use(signInRoutes(context, checks, admission, showSignIn));
  router.use(secondFactorRoutes(context, admission, openCodeChecks(context, checks)));
  router.use(passkeySignInRoutes(context, admission, showSignIn));
  router.use(oidcRoutes(context, admission, showSignIn));
  router.use(forgotRoutes(context, checks));

  const kept = openKeptForms(context);
  router.use(async (req, res, next) => {
    const operator = req.session?.operator;
    if (!operator) return kept.toSignIn(req, res, next);
    res.locals.operator = operator;
    const actor = { kind: 'operator' as const, id: operator.id, ...originOf(req) };
    setActor(res, actor, operator.role, await scopeOfOperator(context.db, operator.id));
    return next();
  });
  router.use(requiredTwoFactor(context));
  router.use(kept.routes);
  router.use(onceForEachForm(context));
  router.use(movedRoutes());
  router.use(liveRoutes(context, figures));
  router.use(todayRoutes(context, figures));
  router.use(firstStepsRoutes(context));
  router.use('/editions/:id', noteFirstLook(context));
  router.use(editionRoutes(context));
  router.use(actionRoutes(context));
  router.use(meRoutes(context, checks));
  const showNewsletter = openNewsletterPage(context);
  router.use(newsletterListRoutes(context), archivingRoutes(context));
  router.use(earlierEditionRoutes(context));
  router.use(
    newsletterRoutes(context, showNewsletter),
    newsletterLogoRoutes(context, showNewsletter),
  );
  router.use(feedRoutes(context), feedPageRoutes(context));
  router.use(newsroomRoutes(context), alertRoutes(context));
  router.use(peopleRoutes(context), personRoutes(context));
  router.use(tokenRoutes(context), webhookRoutes(context), auditRoutes(context));
  router.use(readerRoutes(context));
  router.use(deliveryRoutes(context), cameBackRoutes(context));
  router.use(figureRoutes(context));
  router.use(editorRoutes(context));
  router.use(forbiddenPage(context));
  checkRules(router);
  return router;
}
