import { Router } from 'express';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { signIn } from '../../operators/accounts.ts';
import { audit } from '../../operators/audit.ts';
import { showPage, wordsFor } from './pages.ts';
import { beginSession, endSession, signedIn } from './sessions.ts';

const form = z.object({ email: z.string().max(254), password: z.string().max(1000) });

/**
 * Signing in and out. After ten wrong tries from one address in a quarter of an hour it has to wait; after
 * fifty for one account everybody has to, so that nobody shuts an operator out from a single machine.
 */
export function signInRoutes(context: Context): Router {
  const router = Router();
  const tries = { from: limiter(context, 'from', 10), to: limiter(context, 'to', 50) };

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

    const from = req.ip ?? '';
    const to = typed.email.trim().toLowerCase();
    // counted before the slow hash, so that tries at the same moment do not slip through
    // and the account is not touched by whoever may not try any more
    const waits = [await taken(tries.from, from)];
    if (waits[0] === 0) waits.push(await taken(tries.to, to));
    const seconds = Math.ceil(Math.max(...waits) / 1000);
    if (seconds > 0) {
      res.set('Retry-After', String(seconds));
      return refuse(429, t('signIn.wait', { minutes: Math.ceil(seconds / 60) }));
    }
    const operator = await signIn(context.db, typed.email, typed.password);
    if (!operator) return refuse(422, t('signIn.wrong'));
    await Promise.all([tries.from.delete(from), tries.to.delete(to)]);
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

/** Takes one try; answers 0, or how long to wait in ms where none is left. */
async function taken(limiter: RateLimiterAbstract, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (reason) {
    if (reason instanceof RateLimiterRes) return Math.max(1, reason.msBeforeNext);
    throw reason;
  }
}

/** Held across processes where there is Redis; otherwise each web process counts for itself. */
function limiter(context: Context, name: string, points: number): RateLimiterAbstract {
  const rule = { keyPrefix: `gaceta-sign-in-${name}`, points, duration: 15 * 60 };
  const memory = new RateLimiterMemory(rule);
  return context.redis
    ? new RateLimiterRedis({ ...rule, storeClient: context.redis, insuranceLimiter: memory })
    : memory;
}
