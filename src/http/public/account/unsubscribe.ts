import express, { type Request, type Response, Router } from 'express';
import { preferencesUrl } from '../../../subscribers/links.ts';
import { type Reader, readerOf } from '../../../subscribers/own-page.ts';
import { type Ending, endSubscriptions, UNDO_MS } from '../../../subscribers/subscriptions.ts';
import { batched } from '../../batched.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { evidenceOf } from './evidence.ts';
import { showBadLink, shownAddress, titlesOf, tokenOf } from './token-pages.ts';

// RFC 8058 lets a mail provider post multipart as well; the token says all, so the parts are not read.
const oneClickBody = express.raw({ type: 'multipart/form-data', limit: '64kb' });

/**
 * Leaving: GET shows whose subscription it is and one button, and changes nothing; POST leaves. The same
 * POST is the one-click target of RFC 8058: no cookie, any number of times, at once, always 200.
 */
export function unsubscribeRoutes({ context, show }: PublicContext): Router {
  const router = Router();
  // After each digest many leave within minutes.
  const leaveWithOthers = batched(
    async (endings: Ending[]) => {
      await endSubscriptions(context.db, endings, context.now());
      return endings.map(() => undefined);
    },
    { most: 100, lanes: 4 },
  );
  router.get('/unsubscribe/:token', async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, newsletter } = found;
    const active = reader.subscriptions.filter((one) => one.state === 'active');
    const here = reader.subscriptions.find((one) => one.newsletterId === newsletter);
    if (here && here.state === 'unsubscribed') return showLeft(req, res, reader, newsletter);
    const language = languageOf(req, reader.language);
    const t = words(language);
    const title = here ? t('leave.title', { newsletter: here.title }) : t('leave.titleAll');
    await show(req, res, {
      view: './leave',
      title,
      language,
      here: req.path,
      data: {
        secret: true,
        address: shownAddress(reader),
        more: here !== undefined && active.length > 1,
        preferences: preferencesUrl({ publicUrl: '', tokens: context.tokens }, reader.id),
      },
    });
  });

  router.post('/unsubscribe/:token', oneClickBody, formBody, async (req, res) => {
    const subject = context.tokens.verify('unsubscribe', tokenOf(req));
    if (!subject) return showBadLink(req, res, show);
    const body = req.body as { scope?: unknown; 'List-Unsubscribe'?: unknown } | undefined;
    const oneClick = Buffer.isBuffer(body) || body?.['List-Unsubscribe'] === 'One-Click';
    const newsletter = body?.scope === 'all' ? undefined : subject.newsletter;
    const evidence = evidenceOf(req, oneClick ? 'one-click' : 'link');
    await leaveWithOthers({ subscriber: subject.subscriber, newsletter, evidence });
    // A mail program posts this and shows its answer to nobody.
    if (oneClick) {
      res.type('text/plain').send('Unsubscribed.\n');
      return;
    }
    const reader = await readerOf(context.db, subject.subscriber);
    if (!reader) return showBadLink(req, res, show);
    await showLeft(req, res, reader, newsletter);
  });

  async function find(req: Request) {
    const subject = context.tokens.verify('unsubscribe', tokenOf(req));
    const reader = subject && (await readerOf(context.db, subject.subscriber));
    return reader ? { reader, newsletter: subject.newsletter } : undefined;
  }

  /** Also for the hundredth click: what has ended, and for an hour the way back. */
  async function showLeft(req: Request, res: Response, reader: Reader, newsletter?: string) {
    const language = languageOf(req, reader.language);
    const t = words(language);
    const since = context.now().getTime() - UNDO_MS;
    const of = reader.subscriptions.filter(
      (one) => newsletter === undefined || one.newsletterId === newsletter,
    );
    const leftAt = Math.max(...of.map((one) => one.leftAt?.getTime() ?? 0));
    const recent = of.filter((one) => one.activeFrom && one.leftAt?.getTime() === leftAt);
    const undo = leftAt > since && recent.length > 0;
    const left = undo ? recent : of.filter((one) => one.state === 'unsubscribed');
    const address = shownAddress(reader);
    await show(req, res, {
      view: './left',
      title: t('leave.doneTitle'),
      language,
      here: req.path,
      data: {
        secret: true,
        texts:
          left.length > 0
            ? [t('leave.done', { address, newsletters: titlesOf(left, language) }), t('leave.soon')]
            : [t('leave.doneNothing', { address })],
        undo: undo ? `/undo/${undoToken(reader.id, leftAt)}` : null,
      },
    });
  }

  const undoToken = (subscriber: string, leftAt: number) =>
    context.tokens.sign(
      'undo',
      { subscriber, extra: leftAt.toString(36) },
      new Date(leftAt + UNDO_MS),
    );
  return router;
}
