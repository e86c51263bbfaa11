import { Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { languages } from '../../../locales/index.ts';
import {
  InvalidOperator,
  type Operator,
  setPassword,
  signIn,
  updateOperator,
} from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { shortestPassword } from '../../../operators/passwords.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { beginSession, endSessionsOf } from './sessions.ts';

const choices = z.object({
  language: z.enum(languages as [string, ...string[]]),
  draftNotices: z
    .literal('yes')
    .optional()
    .transform((ticked) => ticked === 'yes'),
});
const passwords = z.object({ before: z.string().max(1000), password: z.string().max(2000) });

/** An operator's own page: language, notices, password. */
export function meRoutes(context: Context): Router {
  const router = Router();

  router.get('/me', async (req, res) => {
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

  router.post('/me', async (req, res) => {
    const operator: Operator = res.locals.operator;
    const changes = choices.parse(req.body);
    await context.db.transaction().execute(async (tx) => {
      await updateOperator(tx, operator.email, changes);
      const fields = Object.keys(changes);
      await audit(tx, { kind: 'operator', id: operator.id }, 'change', `operator ${operator.id}`, {
        fields,
      });
    });
    leaveMessage(req, 'me.saved', true);
    res.redirect(303, '/console/me');
  });

  router.post('/me/password', async (req, res) => {
    const operator: Operator = res.locals.operator;
    const { before, password } = passwords.parse(req.body);
    const known = await signIn(context.db, operator.email, before);
    if (!known) leaveMessage(req, 'me.wrong', false);
    else
      try {
        await context.db.transaction().execute(async (tx) => {
          await setPassword(tx, operator.id, password);
          await audit(
            tx,
            { kind: 'operator', id: operator.id },
            'set password',
            `operator ${operator.id}`,
          );
        });
        // whoever knew the old one is out, this browser is not
        await endSessionsOf(context, operator.id);
        await beginSession(context, req, operator);
        leaveMessage(req, 'me.passwordSet', true);
      } catch (error) {
        if (!(error instanceof InvalidOperator)) throw error;
        leaveMessage(req, 'me.refused', false, { reason: error.message });
      }
    res.redirect(303, '/console/me');
  });
  return router;
}
