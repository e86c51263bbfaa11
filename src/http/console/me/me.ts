import { type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { languages } from '../../../locales/index.ts';
import {
  InvalidOperator,
  type Operator,
  setPassword,
  updateOperator,
} from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { shortestPassword } from '../../../operators/passwords.ts';
import { endSessionsOf } from '../../../operators/sessions.ts';
import { actorOf, requireScopedRole } from '../../middleware/roles.ts';
import type { PasswordChecks } from '../account/password-checks.ts';
import { beginSession } from '../account/sessions.ts';
import { leaveMessage } from '../pages.ts';
import { passkeyRoutes } from './passkeys.ts';
import { sessionRoutes } from './sessions.ts';
import { openShowMe } from './show.ts';
import { twoFactorRoutes } from './two-factor.ts';

const choices = z.object({
  language: z.enum(languages as [string, ...string[]]),
  draftNotices: z
    .literal('yes')
    .optional()
    .transform((ticked) => ticked === 'yes'),
});
const passwords = z.object({ before: z.string().max(1000), password: z.string().max(2000) });

/** An operator's own page: language, notices, password, second factors, sessions. */
export function meRoutes(context: Context, checks: PasswordChecks): Router {
  const router = Router();
  const mine = requireScopedRole('viewer');
  const me = (res: Response): Operator => res.locals.operator;
  const show = openShowMe(context);

  router.get('/me', mine, (req, res) => show(req, res));

  router.post('/me', mine, async (req, res) => {
    const operator = me(res);
    const changes = choices.parse(req.body);
    await context.db.transaction().execute(async (tx) => {
      await updateOperator(tx, operator.id, changes);
      const fields = Object.keys(changes);
      await audit(tx, actorOf(res), 'change', `operator ${operator.id}`, { fields });
    });
    await leaveMessage(req, 'me.saved', true);
    res.redirect(303, '/console/me');
  });

  router.post('/me/password', mine, async (req, res) => {
    const operator = me(res);
    const { before, password } = passwords.parse(req.body);
    const session = { id: req.session?.id ?? '', operator };
    const checked = await checks.current(req, session, before);
    if (checked.result === 'wait') {
      res.set('Retry-After', String(checked.seconds));
      const values = { minutes: Math.ceil(checked.seconds / 60) };
      return show(req, res, { status: 429, wrong: { before: 'account.signIn.wait' }, values });
    }
    if (checked.result !== 'right')
      return show(req, res, { status: 422, wrong: { before: 'me.wrong' } });
    try {
      await context.db.transaction().execute(async (tx) => {
        await setPassword(tx, operator.id, password);
        await audit(tx, actorOf(res), 'set password', `operator ${operator.id}`);
        // who knows the old one may be signed in somewhere
        await endSessionsOf(tx, operator.id);
      });
    } catch (error) {
      if (!(error instanceof InvalidOperator)) throw error;
      const wrong = { password: `account.passwords.${error.fault}` };
      return show(req, res, { status: 422, wrong, values: { characters: shortestPassword } });
    }
    await beginSession(context, req, res, operator, req.session?.method ?? 'password');
    await leaveMessage(req, 'me.passwordSet', true);
    return res.redirect(303, '/console/me');
  });

  router.use(twoFactorRoutes(context, show));
  router.use(passkeyRoutes(context));
  router.use(sessionRoutes(context));
  return router;
}
