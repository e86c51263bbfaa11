import { type Request, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { audit } from '../../../operators/audit.ts';
import { beginStep, takeStep } from '../../../operators/sign-in-steps.ts';
import { operatorOfIdentity, SignInRefused } from '../../../operators/single-sign-on.ts';
import { networkOf, originOf } from '../../middleware/client-address.ts';
import { openToAll } from '../../middleware/roles.ts';
import { openCounters } from '../../public/limits/counters.ts';
import { wordsFor } from '../pages.ts';
import type { Admission } from './admission.ts';
import { openOidcClient } from './oidc-client.ts';
import type { ShowSignIn } from './sign-in.ts';
import { stepCookie } from './step-cookie.ts';

const KIND = 'oidc';
const QUARTER = 15 * 60;
/** From one IPv4 address or IPv6 /64 in a quarter of an hour. */
const MOST = 60;
const path = '/console/sign-in/oidc/callback';
const asked = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });

/** Sign-in by OpenID Connect: to the provider and back. Without a provider there are no such routes. */
export function oidcRoutes(context: Context, admission: Admission, show: ShowSignIn): Router {
  const router = Router();
  const { db, config, log } = context;
  if (!config.oidc) return router;
  const client = openOidcClient(config.oidc);
  const byClaim = config.oidc.roleClaim !== undefined;
  const cookie = stepCookie(config, KIND);
  const tries = openCounters(context)('oidc-network', QUARTER);
  const address = `${config.publicUrl}${path}`;

  // a link and not a form: browsers follow no form to another site under our policy
  router.get('/sign-in/oidc', openToAll, async (req, res) => {
    const { count, msLeft } = await tries.add(networkOf(req.ip));
    if (count > MOST) {
      const values = { minutes: Math.ceil(msLeft / 60_000) };
      return show(req, res, { status: 429, text: 'account.signIn.wait', values });
    }
    try {
      const begun = await client.begin(address);
      cookie.write(res, await beginStep(db, KIND, { data: { ...begun.asked } }));
      return res.redirect(303, begun.url);
    } catch (error) {
      log.error({ err: error }, 'the identity provider does not answer as it should');
      return show(req, res, { status: 503, text: 'account.oidc.away' });
    }
  });

  router.get('/sign-in/oidc/callback', openToAll, async (req, res) => {
    const secret = cookie.read(req);
    // taken before anything is looked at: the same answer brought again finds nothing
    const step = secret === undefined ? undefined : await takeStep(db, KIND, secret);
    cookie.clear(res);
    const kept = asked.safeParse(step?.data).data;
    if (!kept) return show(req, res, { status: 400, text: 'account.oidc.again' });
    try {
      const search = new URL(req.url, 'http://localhost').search;
      const identity = await client.finish(new URL(`${address}${search}`), kept);
      const { language } = wordsFor(req, res);
      const operator = await db
        .transaction()
        .execute((tx) => operatorOfIdentity(tx, identity, { byClaim, language }));
      return await admission.letIn(req, res, operator, 'oidc');
    } catch (error) {
      const why = error instanceof SignInRefused ? error.why : 'invalid';
      await refused(req, why);
      if (error instanceof SignInRefused)
        return show(req, res, { status: 403, text: `account.oidc.refused.${why}` });
      log.warn({ err: error }, 'an answer of the identity provider was refused');
      return show(req, res, { status: 400, text: 'account.oidc.invalid' });
    }
  });

  const refused = (req: Request, why: string) =>
    audit(db, { kind: 'system', ...originOf(req) }, 'refused single sign-on', 'console', { why });
  return router;
}
