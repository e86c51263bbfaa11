import { Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { languages } from '../../../locales/index.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { mayAct, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { languageName } from '../language-name.ts';
import { showPage, wordsFor } from '../pages.ts';
import { formToPaste } from './form-to-paste.ts';

const asked = z.object({
  newsletter: z.string().catch(''),
  lang: z.enum(languages).optional().catch(undefined),
});

/** The sign-up form: where readers find it, and what to paste into a site for each newsletter within the scope. */
export function formRoutes(context: Context): Router {
  const router = Router();
  const { config, db } = context;

  router.get('/readers/form', requireScopedRole('viewer'), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const { newsletter, lang } = asked.parse(req.query);
    const newsletters = (await listNewsletters(db, scopeOf(res))).filter((one) => !one.archivedAt);
    const chosen =
      newsletters.find(({ slug }) => slug === newsletter) ??
      newsletters.find((one) => one.active && !one.private) ??
      newsletters[0];
    await showPage(context, req, res, {
      view: 'readers/form.eta',
      nav: 'readers',
      title: t('form.title'),
      styles: ['readers'],
      scripts: ['copy'],
      data: {
        mayList: mayAct(res, 'admin'),
        newsletters,
        chosen,
        offered: chosen?.active && !chosen.private,
        lang,
        languages: languages.map((tag) => ({ tag, name: languageName(tag, language) })),
        form: formToPaste(config.publicUrl, chosen, lang),
      },
    });
  });
  return router;
}
