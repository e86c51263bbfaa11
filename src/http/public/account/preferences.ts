import { type Request, type Response, Router } from 'express';
import { requestAccess } from '../../../letters/own-links.ts';
import { saveChoices } from '../../../subscribers/preferences.ts';
import { noteSeen, noteSignOfLife } from '../../../subscribers/signs-of-life.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { readChoices, typedChoices, UnusableChoice } from './preferences-input.ts';
import { preferencesView } from './preferences-view.ts';
import {
  type LinkReader,
  readerOfLink,
  showBadLink,
  shownAddress,
  tokenOf,
} from './token-pages.ts';

/** The preference page. Its link is in every message, so it masks the address and cannot start a subscription. */
export function preferencesRoutes({ context, show, enqueueLetters }: PublicContext): Router {
  const router = Router();
  const find = (req: Request) => readerOfLink(context, 'preferences', req);
  router.get('/preferences/:token', async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    await noteSeen(context.db, reader.id, context.now());
    await showChoices(req, res, reader, req.query.saved === '1' ? { saved: true } : {});
  });

  router.post('/preferences/:token', formBody, async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    try {
      const choices = readChoices(req.body, reader, context.now());
      await saveChoices(context.db, reader.id, choices);
      await noteSignOfLife(context.db, reader.id, context.now());
      const language = choices.language ?? languageOf(req);
      res.redirect(303, `/preferences/${tokenOf(req)}?saved=1&lang=${language}`);
    } catch (error) {
      if (!(error instanceof UnusableChoice)) throw error;
      await showChoices(req, res, reader, { wrong: error });
    }
  });

  router.post('/preferences/:token/data', formBody, async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    const letters = await requestAccess(context.db, reader.id, context.now());
    enqueueLetters(letters);
    const language = languageOf(req, reader.language);
    res.redirect(303, `/preferences/${tokenOf(req)}/data?lang=${language}`);
  });

  router.get('/preferences/:token/data', async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    const language = languageOf(req, reader.language);
    const t = words(language);
    await show(req, res, {
      view: './message',
      title: t('preferences.dataSentTitle'),
      language,
      data: {
        secret: true,
        texts: [t('preferences.dataSent', { address: shownAddress(reader) })],
      },
    });
  });

  async function showChoices(
    req: Request,
    res: Response,
    reader: LinkReader,
    { saved = false, wrong }: { saved?: boolean; wrong?: UnusableChoice },
  ) {
    const language = languageOf(req, reader.language);
    const t = words(language);
    const typed = wrong && typedChoices(req.body);
    const problem = wrong?.newsletter
      ? t('preferences.noSection', { newsletter: wrong.newsletter.title })
      : wrong && t(wrong.isName ? 'signUp.wrongName' : 'preferences.wrong');
    await show(req, res, {
      view: './preferences',
      title: t('preferences.title'),
      language,
      status: wrong ? 422 : 200,
      here: req.path,
      data: {
        secret: true,
        saved,
        problem,
        withoutSections: wrong?.newsletter?.slug,
        address: shownAddress(reader),
        here: req.path,
        ...preferencesView(reader, { language, tokens: context.tokens, now: context.now(), typed }),
      },
    });
  }
  return router;
}
