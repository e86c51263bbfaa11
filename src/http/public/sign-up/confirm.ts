import { type Request, type Response, Router } from 'express';
import { preferencesUrl } from '../../../subscribers/links.ts';
import { type Reader, readerOf } from '../../../subscribers/own-page.ts';
import { noteSignOfLife } from '../../../subscribers/signs-of-life.ts';
import { confirmSubscriptions } from '../../../subscribers/subscriptions/confirm.ts';
import { formBody } from '../../middleware/bodies.ts';
import { evidenceOf } from '../account/evidence.ts';
import { showBadLink, shownAddress, titlesOf, tokenOf } from '../account/token-pages.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';

/** The double opt-in: GET shows one button and changes nothing, POST activates. */
export function confirmRoutes({ context, show, enqueueLetters }: PublicContext): Router {
  const router = Router();
  router.get('/confirm/:token', async (req, res) => {
    const reader = await readerOfToken(req);
    if (!reader) return showBadLink(req, res, show);
    await showQuestion(req, res, reader, 200);
  });

  router.post('/confirm/:token', formBody, async (req, res) => {
    const reader = await readerOfToken(req);
    if (!reader) return showBadLink(req, res, show);
    const chosen = chosenOf(req, reader);
    if (chosen?.length === 0) return showQuestion(req, res, reader, 422);
    const { letters } = await confirmSubscriptions(
      context.db,
      reader.id,
      { newsletters: chosen, sentTo: reader.addressMark, evidence: evidenceOf(req, 'link') },
      context.now(),
    );
    await noteSignOfLife(context.db, reader.id, context.now());
    enqueueLetters(letters);
    const language = languageOf(req, reader.language);
    res.redirect(303, `/confirm/${tokenOf(req)}?done=1&lang=${language}`);
  });

  /** Undefined also when the letter with this link went to another address than the reader has now. */
  async function readerOfToken(req: Request): Promise<Reader | undefined> {
    const subject = context.tokens.verify('confirm', tokenOf(req));
    const reader = subject && (await readerOf(context.db, subject.subscriber));
    return reader && reader.addressMark === subject.extra ? reader : undefined;
  }

  async function showQuestion(req: Request, res: Response, reader: Reader, status: number) {
    const pending = reader.subscriptions.filter((one) => one.state === 'pending');
    if (pending.length === 0 || req.query.done === '1') return showDone(req, res, reader);
    const language = languageOf(req, reader.language);
    const t = words(language);
    await show(req, res, {
      view: './confirm',
      title: t('confirm.title'),
      language,
      status,
      here: req.path,
      data: {
        secret: true,
        pending,
        address: shownAddress(reader),
        error: status === 422 ? t('confirm.none') : null,
      },
    });
  }

  /** Every further click gets the same page as the first one. */
  async function showDone(req: Request, res: Response, reader: Reader) {
    const language = languageOf(req, reader.language);
    const t = words(language);
    const active = reader.subscriptions.filter((one) => one.state === 'active');
    const done = active.length > 0;
    const values = { address: shownAddress(reader), newsletters: titlesOf(active, language) };
    const again = req.query.done !== '1';
    const maker = { publicUrl: '', tokens: context.tokens };
    await show(req, res, {
      view: './message',
      title: t(done ? 'confirm.doneTitle' : 'confirm.nothingTitle'),
      language,
      here: again ? req.path : `${req.path}?done=1`,
      data: {
        secret: true,
        texts: done
          ? [t('confirm.done', values), ...(again ? [t('confirm.already')] : [])]
          : [t('confirm.nothing')],
        links: done
          ? [
              {
                href: preferencesUrl(maker, reader.id, reader.addressChanges),
                label: t('confirm.preferences'),
              },
              { href: `/archive?lang=${language}`, label: t('confirm.archive') },
            ]
          : [{ href: `/?lang=${language}`, label: t('badLink.again') }],
      },
    });
  }
  return router;
}

/** The newsletters whose boxes are ticked; undefined where there was nothing to choose from. */
function chosenOf(req: Request, reader: Reader): string[] | undefined {
  const body = req.body as { some?: unknown; newsletter?: unknown } | undefined;
  if (!body?.some) return undefined;
  const slugs = [body.newsletter].flat();
  return reader.subscriptions
    .filter((one) => slugs.includes(one.slug))
    .map((one) => one.newsletterId);
}
