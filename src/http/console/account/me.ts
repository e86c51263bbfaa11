import { Router } from 'express';
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
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import type { PasswordChecks } from './password-checks.ts';
import { beginSession } from './sessions.ts';

const choices = z.object({
  language: z.enum(languages as [string, ...string[]]),
  draftNotices: z
    .literal('yes')
    .optional()
    .transform((ticked) => ticked === 'yes'),
});
const passwords = z.object({ before: z.string().max(1000), password: z.string().max(2000) });

/** An operator's own page: language, notices, password. */
export function meRoutes(context: Context, checks: PasswordChecks): Router {
  const router = Router();

  router.get('/me', requireScopedRole('viewer'), async (req, res) => {
    const { t } = wordsFor(req, res);
    await showPage(context, req, res, {
      view: 'me.eta',
      title: t('me.title'),
      data: {
        shortest: shortestPassword,
        languages: languages.map((code) => ({ code, name: t(`me.languages.${code}`) })),
      },
    });
  });

  router.post('/me', requireScopedRole('viewer'), async (req, res) => {
    const operator: Operator = res.locals.operator;
    const changes = choices.parse(req.body);
    await context.db.transaction().execute(async (tx) => {
      await updateOperator(tx, operator.id, changes);
      const fields = Object.keys(changes);
      await audit(tx, actorOf(res), 'change', `operator ${operator.id}`, { fields });
    });
    await leaveMessage(req, 'me.saved', true);
    res.redirect(303, '/console/me');
  });

  router.post('/me/password', requireScopedRole('viewer'), async (req, res) => {
    const operator: Operator = res.locals.operator;
    const { before, password } = passwords.parse(req.body);
    const checked = await checks.current({ id: req.session?.id ?? '', operator }, before);
    if (checked.result === 'wait')
      await leaveMessage(req, 'signIn.wait', false, {
        minutes: String(Math.ceil(checked.seconds / 60)),
      });
    else if (checked.result !== 'right') await leaveMessage(req, 'me.wrong', false);
    else
      try {
        await context.db.transaction().execute(async (tx) => {
          await setPassword(tx, operator.id, password);
          await audit(tx, actorOf(res), 'set password', `operator ${operator.id}`);
          // who knows the old one may be signed in somewhere
          await endSessionsOf(tx, operator.id);
        });
        await beginSession(context, req, res, operator);
        await leaveMessage(req, 'me.passwordSet', true);
      } catch (error) {
        if (!(error instanceof InvalidOperator)) throw error;
        await leaveMessage(req, `passwords.${error.fault}`, false, {
          characters: String(shortestPassword),
        });
      }
    res.redirect(303, '/console/me');
  });
  return router;
}
