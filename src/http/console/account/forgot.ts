import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { mailPasswordLink } from '../../../actions/password-link.ts';
import type { Context } from '../../../context.ts';
import { networkOf, originOf } from '../../middleware/client-address.ts';
import { openToAll } from '../../middleware/roles.ts';
import { openCounters } from '../../public/limits/counters.ts';
import { showPage, wordsFor } from '../pages.ts';
import type { PasswordChecks } from './password-checks.ts';

const form = z.object({
  email: z
    .string()
    .trim()
    .max(254)
    .regex(/^[^\p{Cc}]+$/u),
});
const QUARTER = 15 * 60;
const HOUR = 60 * 60;
/** From one IPv4 address or IPv6 /64, from one /48, and how many letters one account gets in an hour. */
const most = { network: 10, wideNetwork: 40, account: 3 };

/**
 * A lost password. The answer is the same, and goes out before anything is looked up, whether somebody has the
 * address or nobody: neither what it says nor how long it takes tells which.
 */
export function forgotRoutes(context: Context, checks: PasswordChecks): Router {
  const router = Router();
  const open = openCounters(context);
  const network = open('forgot-network', QUARTER);
  const wideNetwork = open('forgot-wide-network', QUARTER);
  const account = open('forgot-account', HOUR);

  router.get('/sign-in/forgot', openToAll, (req, res) =>
    show(req, res, { sent: req.query.sent !== undefined }),
  );

  router.post('/sign-in/forgot', openToAll, async (req, res) => {
    const email = form.safeParse(req.body).data?.email;
    if (email === undefined) return show(req, res, { status: 422, wrong: 'passwords.email' });
    const near = await network.add(networkOf(req.ip));
    const wide = await wideNetwork.add(networkOf(req.ip, 48));
    if (near.count > most.network || wide.count > most.wideNetwork) {
      const seconds = Math.ceil(Math.max(near.msLeft, wide.msLeft) / 1000);
      res.set('Retry-After', String(seconds));
      const minutes = Math.ceil(seconds / 60);
      return show(req, res, { status: 429, wrong: 'signIn.wait', values: { minutes }, email });
    }
    const { count } = await account.add(checks.accountOf(email));
    res.redirect(303, '/console/sign-in/forgot?sent');
    if (count > most.account) return;
    try {
      await mailPasswordLink(context, email, { kind: 'system', ...originOf(req) });
    } catch (error) {
      context.log.error({ err: error }, 'the letter for a lost password was not written');
    }
  });

  interface Shown {
    status?: number;
    sent?: boolean;
    /** A key of the strings, and its values. */
    wrong?: string;
    values?: Record<string, number>;
    email?: string;
  }
  function show(req: Request, res: Response, shown: Shown) {
    const { t } = wordsFor(req, res);
    const { status = 200, sent = false, wrong, values, email = '' } = shown;
    return showPage(context, req, res, {
      view: 'account/forgot.eta',
      styles: ['account'],
      title: t(sent ? 'account.forgot.sent' : 'account.forgot.title'),
      status,
      data: { sent, email, wrong: wrong && t(`account.${wrong}`, values) },
    });
  }
  return router;
}
