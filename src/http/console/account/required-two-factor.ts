import type { RequestHandler } from 'express';
import type { Context } from '../../../context.ts';
import { twoFactorRequired } from '../../../operators/two-factor.ts';

/**
 * Where the newsroom requires a second factor, leads those without one to set it up before anything else. Who comes
 * by single sign-on is the identity provider's to check.
 */
export function requiredTwoFactor({ db }: Context): RequestHandler {
  return async (req, res, next) => {
    const { session } = req;
    if (!session || session.operator.twoFactor || session.method === 'oidc') return next();
    if (req.path === '/me' || req.path.startsWith('/me/')) return next();
    if (!(await twoFactorRequired(db))) return next();
    return res.redirect(303, '/console/me#two-factor');
  };
}
