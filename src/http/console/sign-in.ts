import { Router } from 'express';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
} from 'rate-limiter-flexible';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { signIn } from '../../operators/accounts.ts';
import { audit } from '../../operators/audit.ts';
import { showPage, wordsFor } from './pages.ts';
import { beginSession, endSession, signedIn } from './sessions.ts';

const form = z.object({ email: z.string().max(254), password: z.string().max(1000) });

/** Signing in and out. Ten wrong tries in a quarter of an hour, for an account or from an address, and it is shut for as long. */
export function signInRoutes(context: Context): Router {
  const router = Router();
  const tries = limiter(context);

  router.get('/sign-in', async (req, res) => {
    if (await signedIn(context, req)) return res.redirect(303, '/console');
    const { t } = wordsFor(req, res);
    return showPage(context, req, res, {
      view: 'sign-in.eta',
      title: t('signIn.title'),
      data: { email: '' },
    });
  });

  router.post('/sign-in', async (req, res) => {
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

    const keys = [`from ${req.ip}`, `to ${typed.email.trim().toLowerCase()}`];
    const spent = await Promise.all(keys.map((key) => tries.get(key)));
    const shut = spent.filter((one) => one !== null && one.remainingPoints <= 0);
    if (shut.length > 0) {
      const seconds = Math.ceil(Math.max(...shut.map((one) => one?.msBeforeNext ?? 0)) / 1000);
      res.set('Retry-After', String(seconds));
      return refuse(429, t('signIn.wait', { minutes: Math.ceil(seconds / 60) }));
    }
    // counted before the slow hash, so that tries at the same moment do not slip through
    await Promise.all(keys.map((key) => tries.penalty(key)));
    const operator = await signIn(context.db, typed.email, typed.password);
    if (!operator) return refuse(422, t('signIn.wrong'));
    await Promise.all(keys.map((key) => tries.delete(key)));
    await audit(context.db, { kind: 'operator', id: operator.id }, 'sign in', 'console');
    await beginSession(context, req, operator);
    return res.redirect(303, '/console');
  });

  router.post('/sign-out', async (req, res) => {
    await endSession(req);
    res.redirect(303, '/console/sign-in');
  });
  return router;
}

/** Held across processes where there is Redis; otherwise each web process counts for itself. */
function limiter(context: Context): RateLimiterAbstract {
  const rule = { keyPrefix: 'gaceta-sign-in', points: 10, duration: 15 * 60 };
  const memory = new RateLimiterMemory(rule);
  return context.redis
    ? new RateLimiterRedis({ ...rule, storeClient: context.redis, insuranceLimiter: memory })
    : memory;
}
