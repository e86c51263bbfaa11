import { type Request, Router } from 'express';
import { readerOf } from '../../../subscribers/own-page.ts';
import { undoUnsubscribing } from '../../../subscribers/subscriptions.ts';
import { saveUnsubscribeReason } from '../../../subscribers/unsubscribe-reason.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { evidenceOf } from './evidence.ts';
import { showBadLink, shownAddress, titlesOf, tokenOf } from './token-pages.ts';

const MAX_REASON = 500;

/** After leaving: back as it was, for an hour; and why, for who wants to say. */
export function undoRoutes({ context, show }: PublicContext): Router {
  const router = Router();
  router.get('/undo/:token', async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const language = languageOf(req, found.reader.language);
    const title = words(language)('leave.undoTitle');
    await show(req, res, {
      view: './undo',
      title,
      language,
      here: req.path,
      data: { secret: true },
    });
  });

  router.post('/undo/:token', formBody, async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, leftAt } = found;
    const evidence = evidenceOf(req, 'link');
    await undoUnsubscribing(context.db, reader.id, { endedAt: leftAt, evidence }, context.now());
    const after = (await readerOf(context.db, reader.id)) ?? reader;
    const active = after.subscriptions.filter((one) => one.state === 'active');
    const language = languageOf(req, reader.language);
    const t = words(language);
    const values = { address: shownAddress(reader), newsletters: titlesOf(active, language) };
    await show(req, res, {
      view: './message',
      title: t(active.length > 0 ? 'leave.backTitle' : 'leave.lateTitle'),
      language,
      data: {
        secret: true,
        texts: [active.length > 0 ? t('leave.back', values) : t('leave.late')],
      },
    });
  });

  router.post('/undo/:token/reason', formBody, async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const reason = reasonOf(req);
    if (reason) await saveUnsubscribeReason(context.db, found.reader.id, found.leftAt, reason);
    const language = languageOf(req, found.reader.language);
    const t = words(language);
    await show(req, res, {
      view: './message',
      title: t('leave.doneTitle'),
      language,
      data: { secret: true, texts: [t('leave.thanks')] },
    });
  });

  async function find(req: Request) {
    const subject = context.tokens.verify('undo', tokenOf(req));
    const reader = subject && (await readerOf(context.db, subject.subscriber));
    if (!reader) return undefined;
    return { reader, leftAt: new Date(Number.parseInt(subject.extra ?? '', 36)) };
  }
  return router;
}

/** The ticked reason and what was written, as one line of text. */
function reasonOf(req: Request): string {
  const { reason, more } = (req.body ?? {}) as { reason?: unknown; more?: unknown };
  const ticked = typeof reason === 'string' && /^(often|interest|never|other)$/.test(reason);
  const written = typeof more === 'string' ? more.replace(/\p{C}+/gu, ' ').trim() : '';
  return [ticked ? reason : '', written].filter(Boolean).join(': ').slice(0, MAX_REASON);
}
