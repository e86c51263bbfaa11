import { type Request, type Response, Router } from 'express';
import { requestAccess } from '../../../letters/own-links.ts';
import { unsubscribeUrl } from '../../../subscribers/links.ts';
import { type Reader, type ReaderSubscription, readerOf } from '../../../subscribers/own-page.ts';
import { saveChoices } from '../../../subscribers/preferences.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { pauseDay, readChoices, UnusableChoice } from './preferences-input.ts';
import { showBadLink, shownAddress, tokenOf } from './token-pages.ts';

/** The page to choose on. Its link is in every message, so it shows the address masked and begins nothing. */
export function preferencesRoutes({ context, show, enqueueLetters }: PublicContext): Router {
  const router = Router();
  router.get('/preferences/:token', async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    await showChoices(req, res, reader, req.query.saved === '1' ? { saved: true } : {});
  });

  router.post('/preferences/:token', formBody, async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    try {
      const choices = readChoices(req.body, reader, context.now());
      await saveChoices(context.db, reader.id, choices);
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

  async function find(req: Request): Promise<Reader | undefined> {
    const subject = context.tokens.verify('preferences', tokenOf(req));
    return subject ? readerOf(context.db, subject.subscriber) : undefined;
  }

  async function showChoices(
    req: Request,
    res: Response,
    reader: Reader,
    { saved = false, wrong }: { saved?: boolean; wrong?: UnusableChoice },
  ) {
    const language = languageOf(req, reader.language);
    const t = words(language);
    const active = reader.subscriptions.filter((one) => one.state === 'active');
    const maker = { publicUrl: '', tokens: context.tokens };
    const trouble = wrong?.newsletter
      ? t('preferences.noSection', { newsletter: wrong.newsletter })
      : wrong && t(wrong.isName ? 'signUp.wrongName' : 'preferences.wrong');
    await show(req, res, {
      view: './preferences',
      title: t('preferences.title'),
      language,
      status: wrong ? 422 : 200,
      here: req.path,
      data: {
        secret: true,
        reader,
        saved,
        wrong: trouble,
        address: shownAddress(reader),
        here: req.path,
        mailLanguage: reader.language ?? language,
        newsroomZone: active[0]?.timezone ?? 'UTC',
        zones: Intl.supportedValuesOf('timeZone'),
        hours: Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`),
        today: pauseFloor(reader.timezone ?? active[0]?.timezone ?? 'UTC', context.now()),
        subscriptions: active.map((one) => ({
          ...one,
          ...frequenciesOf(one),
          pause: pauseDay(one.pausedUntil, reader.timezone ?? one.timezone, context.now()),
          leave: unsubscribeUrl(maker, reader.id, one.newsletterId),
        })),
      },
    });
  }
  return router;
}

/** What can be had of a newsletter. One without a daily goes to all but readers of special reports alike. */
function frequenciesOf({ kinds, frequency }: ReaderSubscription) {
  const special = kinds.includes('special') ? (['special'] as const) : [];
  if (!kinds.includes('daily'))
    return {
      frequencies: ['weekly' as const, ...special],
      frequency: frequency === 'special' ? frequency : ('weekly' as const),
    };
  const weekly = kinds.includes('weekly') || frequency === 'weekly' ? (['weekly'] as const) : [];
  const offered = ['daily' as const, 'weekdays' as const, ...weekly, ...special];
  return {
    frequencies: offered.includes(frequency) ? offered : [...offered, frequency],
    frequency,
  };
}

/** Tomorrow, for the date field: a pause begins at once. */
const pauseFloor = (timezone: string, now: Date) =>
  pauseDay(new Date(now.getTime() + 24 * 3_600_000), timezone, now);
