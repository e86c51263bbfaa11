import { Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { signIn } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { networkOf } from '../../middleware/client-address.ts';
import { openToAll } from '../../middleware/roles.ts';
import { type Counter, openCounters } from '../../public/limits/counters.ts';
import { showPage, wordsFor } from '../pages.ts';
import { beginSession, endSession } from './sessions.ts';

const QUARTER = 15 * 60;
const TRIES_FROM = 10;
const TRIES_TO = 50;

const form = z.object({ email: z.string().max(254), password: z.string().max(1000) });

/**
 * Signing in and out. After ten wrong tries from one address in a quarter of an hour it has to wait; after
 * fifty for one account everybody has to, so that nobody shuts an operator out from a single machine. Counted
 * across all web processes.
 */
export function signInRoutes(context: Context): Router {
  const router = Router();
  const openCounter = openCounters(context);
  const tries = {
    from: openCounter('sign-in-from', QUARTER),
    to: openCounter('sign-in-to', QUARTER),
  };

  router.get('/sign-in', openToAll, async (req, res) => {
    if (req.session) return res.redirect(303, '/console');
    const { t } = wordsFor(req, res);
    return showPage(context, req, res, {
      view: 'sign-in.eta',
      title: t('signIn.title'),
      message:
        req.query.expired === undefined ? undefined : { good: false, text: t('signIn.expired') },
      data: { email: '' },
    });
  });

  router.post('/sign-in', openToAll, async (req, res) => {
    const { t } = wordsFor(req, res);
    const typed = form.safeParse(req.body).data ?? { email: '', password: '' };
    const refuse = (status: number, text: string) =>
      showPage(context, req, res, {
        view: 'sign-in.eta',
        title: t('signIn.title'),
        status,
        message: { good: false, text },
        data: { email: typed.email },
      });

    const from = networkOf(req.ip);
    // counters know no address
    const to = context.hashAddress(typed.email.trim().toLowerCase()).toString('base64url');
    // counted before the slow hash, so that tries at the same moment do not slip through
    // and the account is not touched by whoever may not try any more
    const waits = [await take(tries.from, from, TRIES_FROM)];
    if (waits[0] === 0) waits.push(await take(tries.to, to, TRIES_TO));
    const seconds = Math.ceil(Math.max(...waits) / 1000);
    if (seconds > 0) {
      res.set('Retry-After', String(seconds));
      return refuse(429, t('signIn.wait', { minutes: Math.ceil(seconds / 60) }));
    }
    const operator = await signIn(context.db, typed.email, typed.password);
    if (!operator) return refuse(422, t('signIn.wrong'));
    await Promise.all([tries.from.forget(from), tries.to.forget(to)]);
    await audit(context.db, { kind: 'operator', id: operator.id }, 'sign in', 'console');
    await beginSession(context, req, res, operator);
    return res.redirect(303, '/console');
  });

  router.post('/sign-out', openToAll, async (req, res) => {
    await endSession(context, req, res);
    res.redirect(303, '/console/sign-in');
  });
  return router;
}

/** Takes one try; answers 0, or how long to wait in ms where none is left. */
async function take(counter: Counter, key: string, most: number): Promise<number> {
  const { count, msLeft } = await counter.add(key);
  return count <= most ? 0 : Math.max(1, msLeft);
}
