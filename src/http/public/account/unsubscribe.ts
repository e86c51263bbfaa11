import { type Request, type Response, Router } from 'express';
import { isCurrent, preferencesUrl } from '../../../subscribers/links.ts';
import { type Reader, readerOf } from '../../../subscribers/own-page.ts';
import { type Ending, endSubscriptions, UNDO_MS } from '../../../subscribers/subscriptions/end.ts';
import { batched } from '../../batched.ts';
import { anyBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { evidenceOf } from './evidence.ts';
import { showBadLink, shownAddress, titlesOf, tokenOf } from './token-pages.ts';
import { endedAt } from './undo.ts';

/**
 * Unsubscribing: GET shows whose subscription it is and one button, and changes nothing; POST unsubscribes. The
 * same POST is the one-click target of RFC 8058: no cookie, any number of times, at once, always 200 whatever
 * the body is, since the token says all. Only the page's own form is redirected.
 */
export function unsubscribeRoutes({ context, show }: PublicContext): Router {
  const router = Router();
  // After each digest many unsubscribe within minutes.
  const unsubscribe = batched(
    async (endings: Ending[]) => {
      await endSubscriptions(context.db, endings, context.now());
      return endings.map(() => undefined);
    },
    { most: 100, lanes: 4 },
  );
  router.get('/unsubscribe/:token', async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, newsletter, current } = found;
    const active = reader.subscriptions.filter((one) => one.state === 'active');
    const here = reader.subscriptions.find((one) => one.newsletterId === newsletter);
    const all = req.query.scope === 'all';
    if (here ? here.state === 'unsubscribed' : active.length === 0)
      return showUnsubscribed(req, res, found, all);
    const language = languageOf(req, reader.language);
    const t = words(language);
    const title = here ? t('leave.title', { newsletter: here.title }) : t('leave.titleAll');
    await show(req, res, {
      view: './unsubscribe',
      title,
      language,
      here: req.path,
      data: {
        secret: true,
        address: addressFor(found),
        more: here !== undefined && active.length > 1,
        preferences: current
          ? preferencesUrl(
              { publicUrl: '', tokens: context.tokens },
              reader.id,
              reader.addressChanges,
              found.edition,
            )
          : null,
      },
    });
  });

  router.post('/unsubscribe/:token', anyBody, async (req, res) => {
    const subject = context.tokens.verify('unsubscribe', tokenOf(req));
    if (!subject) return showBadLink(req, res, show);
    const { lang, scope } = req.body as { lang?: string; scope?: string };
    const fromPage = lang !== undefined;
    const newsletter = scope === 'all' ? undefined : subject.newsletter;
    const evidence = evidenceOf(req, fromPage ? 'link' : 'one-click');
    const { subscriber, edition } = subject;
    await unsubscribe({ subscriber, newsletter, edition, evidence });
    const all = scope === 'all' ? '&scope=all' : '';
    if (fromPage) res.redirect(303, `/unsubscribe/${tokenOf(req)}?lang=${languageOf(req)}${all}`);
    else res.type('text/plain').send('Unsubscribed.\n');
  });

  async function find(req: Request) {
    const subject = context.tokens.verify('unsubscribe', tokenOf(req));
    const reader = subject && (await readerOf(context.db, subject.subscriber));
    if (!reader) return undefined;
    const { newsletter, edition } = subject;
    return { reader, newsletter, edition, current: isCurrent(subject, reader) };
  }

  /** What has ended, however long ago, and for an hour the way back. */
  async function showUnsubscribed(req: Request, res: Response, found: Found, all: boolean) {
    const { reader, current } = found;
    const newsletter = all ? undefined : found.newsletter;
    const language = languageOf(req, reader.language);
    const t = words(language);
    const since = context.now().getTime() - UNDO_MS;
    const of = reader.subscriptions.filter(
      (one) => newsletter === undefined || one.newsletterId === newsletter,
    );
    const leftAt = Math.max(0, ...of.map((one) => one.leftAt?.getTime() ?? 0));
    const recent = endedAt({ ...reader, subscriptions: of }, new Date(leftAt));
    const undo = leftAt > since && recent.length > 0;
    const left = undo ? recent : of.filter((one) => one.state === 'unsubscribed');
    const address = addressFor(found);
    await show(req, res, {
      view: './unsubscribed',
      title: t('leave.doneTitle'),
      language,
      here: req.path,
      data: {
        secret: true,
        texts:
          left.length > 0
            ? [t('leave.done', { address, newsletters: titlesOf(left, language) }), t('leave.soon')]
            : [t('leave.doneNothing', { address })],
        undo: undo && current ? `/undo/${undoToken(reader.id, leftAt)}` : null,
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

/** Whose subscription a link is for; not `current` when the subscriber has another address since it was mailed. */
interface Found {
  reader: Reader;
  newsletter: string | undefined;
  edition: string | undefined;
  current: boolean;
}

/** An old link still unsubscribes, and tells nothing of the address that came after it. */
const addressFor = ({ reader, current }: Found) => (current ? shownAddress(reader) : '•••');
