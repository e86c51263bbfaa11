import { Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { InvalidOperator, OperatorExists } from '../../../operators/accounts.ts';
import { shortestPassword } from '../../../operators/passwords.ts';
import { findSetupLink, SetupLinkGone, useSetupLink } from '../../../operators/setup-links.ts';
import { openToAll } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { beginSession } from './sessions.ts';

const form = z.object({
  token: z.string().max(100),
  email: z.string().max(254),
  password: z.string().max(2000),
});

/** The one-time link: looking at it changes nothing, the form uses it up. Its token is the proof; no cookie is. */
export function setupRoutes(context: Context): Router {
  const router = Router();

  router.get('/setup/:token', openToAll, async (req, res) => {
    // the address is the secret
    res.set('Referrer-Policy', 'no-referrer');
    const { t } = wordsFor(req, res);
    const { token } = req.params;
    const link = await findSetupLink(context.db, token);
    if (!link)
      return showPage(context, req, res, { view: 'gone.eta', title: t('setup.gone'), status: 404 });
    return showPage(context, req, res, {
      view: 'setup.eta',
      title: t('setup.title'),
      data: { token, forEmail: link.email, email: '', shortest: shortestPassword },
    });
  });

  router.post('/setup', openToAll, async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const typed = form.safeParse(req.body).data ?? { token: '', email: '', password: '' };
    try {
      const operator = await context.db
        .transaction()
        .execute((tx) => useSetupLink(tx, typed.token, { ...typed, language }));
      await beginSession(context, req, res, operator);
      return res.redirect(303, '/console');
    } catch (error) {
      if (error instanceof SetupLinkGone)
        return showPage(context, req, res, {
          view: 'gone.eta',
          title: t('setup.gone'),
          status: 404,
        });
      if (!(error instanceof InvalidOperator) && !(error instanceof OperatorExists)) throw error;
      const link = await findSetupLink(context.db, typed.token);
      return showPage(context, req, res, {
        view: 'setup.eta',
        title: t('setup.title'),
        status: 422,
        message: {
          good: false,
          text:
            error instanceof OperatorExists
              ? t('passwords.exists')
              : t(`passwords.${error.fault}`, { characters: shortestPassword }),
        },
        data: {
          token: typed.token,
          forEmail: link?.email ?? null,
          email: typed.email,
          shortest: shortestPassword,
        },
      });
    }
  });
  return router;
}
