import { type Request, Router } from 'express';
import { maskAddress } from '../../../mail/address.ts';
import { preferencesUrl } from '../../../subscribers/links.ts';
import { noteSignOfLife } from '../../../subscribers/signs-of-life.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { readerOfLink, showBadLink, tokenOf } from './token-pages.ts';

/** The answer to the question whether to go on: GET shows one button and changes nothing, POST goes on. */
export function keepRoutes({ context, show }: PublicContext): Router {
  const router = Router();
  const find = (req: Request) => readerOfLink(context, 'keep', req);

  router.get('/keep/:token', async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    const language = languageOf(req, reader.language);
    const t = words(language);
    const address = maskAddress(reader.email);
    if (req.query.done !== '1')
      return show(req, res, {
        view: './address',
        title: t('keep.title'),
        language,
        here: req.path,
        data: { secret: true, lead: t('keep.lead', { address }), button: t('keep.button') },
      });
    const maker = { publicUrl: '', tokens: context.tokens };
    return show(req, res, {
      view: './message',
      title: t('keep.doneTitle'),
      language,
      here: `${req.path}?done=1`,
      data: {
        secret: true,
        texts: [t('keep.done', { address })],
        links: [
          {
            href: preferencesUrl(maker, reader.id, reader.addressChanges),
            label: t('keep.preferences'),
          },
        ],
      },
    });
  });

  router.post('/keep/:token', formBody, async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    await noteSignOfLife(context.db, reader.id, context.now());
    res.redirect(303, `/keep/${tokenOf(req)}?done=1&lang=${languageOf(req, reader.language)}`);
  });
  return router;
}
