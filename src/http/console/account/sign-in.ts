import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { noteSignIn } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { openToAll } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import type { PasswordChecks } from './password-checks.ts';
import { beginSession, endSession } from './sessions.ts';

const form = z.object({
  email: z.string().max(254),
  password: z.string().max(1000),
  /** The solution of a proof of work, where one was asked for. */
  altcha: z.string().max(10_000).optional(),
});

/** Signing in and out. */
export function signInRoutes(context: Context, checks: PasswordChecks): Router {
  const router = Router();

  router.get('/sign-in', openToAll, async (req, res) => {
    if (req.session) return res.redirect(303, '/console');
    return show(req, res, req.query.expired === undefined ? {} : { text: 'signIn.expired' });
  });

  router.post('/sign-in', openToAll, async (req, res) => {
    const typed = form.safeParse(req.body).data ?? { email: '', password: '' };
    const { email, password, altcha } = typed;
    const checked = await checks.signIn(req, email, password, altcha ?? null);
    switch (checked.result) {
      case 'wait':
        res.set('Retry-After', String(checked.seconds));
        return show(req, res, {
          status: 429,
          text: 'signIn.wait',
          values: { minutes: Math.ceil(checked.seconds / 60) },
          email,
        });
      case 'prove':
        return show(req, res, { status: 422, text: 'signIn.prove', email, proof: true });
      case 'wrong':
        return show(req, res, {
          status: 422,
          text: 'signIn.wrong',
          email,
          proof: altcha !== undefined,
        });
      case 'right': {
        const { operator } = checked;
        await noteSignIn(context.db, operator.id);
        await audit(context.db, { kind: 'operator', id: operator.id }, 'sign in', 'console');
        await beginSession(context, req, res, operator);
        checks.browsers.remember(req, res, checks.accountOf(operator.email));
        return res.redirect(303, '/console');
      }
    }
  });

  router.post('/sign-out', openToAll, async (req, res) => {
    await endSession(context, req, res);
    res.redirect(303, '/console/sign-in');
  });

  interface Shown {
    status?: number;
    /** A key of the console's strings, and its values. */
    text?: string;
    values?: Record<string, number>;
    email?: string;
    proof?: boolean;
  }
  function show(req: Request, res: Response, shown: Shown) {
    const { language, t } = wordsFor(req, res);
    const { status = 200, text, values, email = '', proof = false } = shown;
    return showPage(context, req, res, {
      view: 'sign-in.eta',
      title: t('signIn.title'),
      status,
      message: text === undefined ? undefined : { good: false, text: t(text, values) },
      data: { email, proof, language },
    });
  }
  return router;
}
