import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { relyingPartyOf } from '../../../operators/webauthn.ts';
import { openToAll } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import type { Admission } from './admission.ts';
import type { PasswordChecks } from './password-checks.ts';
import { endSession } from './sessions.ts';

const form = z.object({
  email: z.string().max(254),
  password: z.string().max(1000),
  /** The solution of a proof of work, where one was asked for. */
  altcha: z.string().max(10_000).optional(),
});

/** Signing in and out. */
export function signInRoutes(
  context: Context,
  checks: PasswordChecks,
  admission: Admission,
  show: ShowSignIn,
): Router {
  const router = Router();

  router.get('/sign-in', openToAll, async (req, res) => {
    if (req.session) return res.redirect(303, '/console');
    const { kept, expired } = req.query;
    const text = kept !== undefined ? 'kept' : expired !== undefined ? 'expired' : undefined;
    return show(req, res, text === undefined ? {} : { text: `account.signIn.${text}` });
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
          text: 'account.signIn.wait',
          values: { minutes: Math.ceil(checked.seconds / 60) },
          email,
        });
      case 'prove':
        return show(req, res, { status: 422, text: 'account.signIn.prove', email, proof: true });
      case 'wrong':
        return show(req, res, {
          status: 422,
          text: 'account.signIn.wrong',
          email,
          proof: altcha !== undefined,
        });
      case 'right':
        return admission.afterFirst(req, res, checked.operator, 'password');
    }
  });

  router.post('/sign-out', openToAll, async (req, res) => {
    await endSession(context, req, res);
    res.redirect(303, '/console/sign-in');
  });

  return router;
}

/** What the sign-in page says and holds. */
interface Shown {
  status?: number;
  /** A key of the console's strings, and its values. */
  text?: string;
  values?: Record<string, string | number>;
  email?: string;
  proof?: boolean;
}
export type ShowSignIn = (req: Request, res: Response, shown?: Shown) => Promise<void>;

/** Shows the page on which every way in begins. */
export function openShowSignIn(context: Context): ShowSignIn {
  const { oidc } = context.config;
  const provider = oidc && new URL(oidc.issuer).hostname;
  const passkeys = relyingPartyOf(context.config.publicUrl) !== undefined;
  return (req, res, { status = 200, text, values, email = '', proof = false } = {}) => {
    const { language, t } = wordsFor(req, res);
    return showPage(context, req, res, {
      view: 'account/sign-in.eta',
      title: t('account.signIn.title'),
      status,
      styles: ['account'],
      scripts: passkeys ? ['passkeys'] : [],
      message: text === undefined ? undefined : { good: false, text: t(text, values) },
      data: { email, proof, language, passkeys, provider },
    });
  };
}
