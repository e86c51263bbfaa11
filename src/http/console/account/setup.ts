import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { languages } from '../../../locales/index.ts';
import { InvalidOperator, OperatorExists } from '../../../operators/accounts.ts';
import { shortestPassword } from '../../../operators/passwords.ts';
import {
  findSetupLink,
  type SetupLink,
  SetupLinkGone,
  useSetupLink,
} from '../../../operators/setup-links.ts';
import { openToAll } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import type { Admission } from './admission.ts';

const form = z.object({
  token: z.string().max(100),
  email: z.string().max(254),
  password: z.string().max(2000),
  /** Asked of the first operator alone; an invited one has them already. */
  name: z.string().max(100).default(''),
  language: z.enum(languages as [string, ...string[]]).optional(),
});

/** The one-time link: looking at it changes nothing, the form uses it up. Its token is the proof; no cookie is. */
export function setupRoutes(context: Context, admission: Admission): Router {
  const router = Router();

  router.get('/setup/:token', openToAll, async (req, res) => {
    // the address is the secret
    res.set('Referrer-Policy', 'no-referrer');
    const { token } = req.params;
    try {
      return await show(req, res, token, await findSetupLink(context.db, token));
    } catch (error) {
      return showGone(req, res, error);
    }
  });

  router.post('/setup', openToAll, async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const typed =
      form.safeParse(req.body).data ?? form.parse({ token: '', email: '', password: '' });
    try {
      const operator = await context.db
        .transaction()
        .execute((tx) =>
          useSetupLink(tx, typed.token, { ...typed, language: typed.language ?? language }),
        );
      return await admission.afterFirst(req, res, operator, 'link');
    } catch (error) {
      if (!(error instanceof InvalidOperator) && !(error instanceof OperatorExists))
        return showGone(req, res, error);
      const wrong =
        error instanceof OperatorExists
          ? t('account.passwords.exists')
          : t(`account.passwords.${error.fault}`, { characters: shortestPassword });
      const of = error instanceof OperatorExists || error.fault === 'email' ? 'email' : 'password';
      const link = await findSetupLink(context.db, typed.token);
      return show(req, res, typed.token, link, { ...typed, wrong: { [of]: wrong } });
    }
  });

  function show(
    req: Request,
    res: Response,
    token: string,
    { purpose, email: forEmail }: SetupLink,
    typed?: {
      email: string;
      name: string;
      language?: string | undefined;
      wrong: { email?: string; password?: string };
    },
  ) {
    const { language, t } = wordsFor(req, res);
    return showPage(context, req, res, {
      view: 'account/setup.eta',
      title: t(`account.setup.title.${purpose}`),
      status: typed ? 422 : 200,
      data: {
        token,
        purpose,
        forEmail,
        email: typed?.email ?? '',
        name: typed?.name ?? '',
        languages,
        chosen: typed?.language ?? language,
        wrong: typed?.wrong ?? {},
        shortest: shortestPassword,
      },
    });
  }

  /** What to do about a link that opens nothing. Throws what is something else. */
  function showGone(req: Request, res: Response, error: unknown) {
    if (!(error instanceof SetupLinkGone)) throw error;
    const { t } = wordsFor(req, res);
    const { why, purpose } = error;
    // Back from the first page: who has just come in by it is in
    if (why === 'used' && req.session?.operator) return res.redirect(303, '/console');
    return showPage(context, req, res, {
      view: 'account/link-gone.eta',
      title: t(`account.gone.title.${why}`),
      status: 404,
      data: { why, purpose: purpose ?? 'unknown' },
    });
  }
  return router;
}
