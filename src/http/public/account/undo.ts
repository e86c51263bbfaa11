import { type Request, type Response, Router } from 'express';
import {
  joinReason,
  leavingReasons,
  saveUnsubscribeReason,
} from '../../../subscribers/leaving-reasons.ts';
import { type Reader, readerOf } from '../../../subscribers/own-page.ts';
import { noteSignOfLife } from '../../../subscribers/signs-of-life.ts';
import { UNDO_MS, undoUnsubscribing } from '../../../subscribers/subscriptions/end.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { evidenceOf } from './evidence.ts';
import { showBadLink, shownAddress, titlesOf, tokenOf } from './token-pages.ts';

const MAX_REASON = 500;

/** After unsubscribing: one click undoes it for an hour, and a reader may say why, before or after that. */
export function undoRoutes({ context, show }: PublicContext): Router {
  const router = Router();
  router.get('/undo/:token', async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    if (!found.undoable) return showResult(req, res, found.reader);
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
    await noteSignOfLife(context.db, reader.id, context.now());
    res.redirect(303, `/undo/${tokenOf(req)}?lang=${languageOf(req, reader.language)}`);
  });

  router.post('/undo/:token/reason', formBody, async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, leftAt } = found;
    const reason = reasonOf(req);
    if (reason) await saveUnsubscribeReason(context.db, reader.id, leftAt, reason);
    res.redirect(303, `/undo/${tokenOf(req)}/reason?lang=${languageOf(req, reader.language)}`);
  });

  router.get('/undo/:token/reason', async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const language = languageOf(req, found.reader.language);
    const t = words(language);
    await show(req, res, {
      view: './unsubscribed',
      title: t('leave.doneTitle'),
      language,
      here: req.path,
      data: {
        secret: true,
        texts: [t('leave.thanks')],
        undo: found.undoable ? `/undo/${tokenOf(req)}` : null,
        reasonGiven: true,
      },
    });
  });

  /** The subscriptions as they are now: undone, or too late for it. */
  async function showResult(req: Request, res: Response, reader: Reader) {
    const active = reader.subscriptions.filter((one) => one.state === 'active');
    const language = languageOf(req, reader.language);
    const t = words(language);
    const values = { address: shownAddress(reader), newsletters: titlesOf(active, language) };
    const back = active.length > 0;
    await show(req, res, {
      view: './message',
      title: t(back ? 'leave.backTitle' : 'leave.lateTitle'),
      language,
      here: req.path,
      data: { secret: true, texts: [back ? t('leave.back', values) : t('leave.late')] },
    });
  }

  async function find(req: Request) {
    const subject = context.tokens.verify('undo', tokenOf(req));
    const reader = subject && (await readerOf(context.db, subject.subscriber));
    if (!reader) return undefined;
    const leftAt = new Date(Number.parseInt(subject.extra ?? '', 36));
    const inTime = context.now().getTime() - leftAt.getTime() < UNDO_MS;
    const undoable = inTime && endedAt(reader, leftAt).length > 0;
    return { reader, leftAt, undoable };
  }
  return router;
}

/** The subscriptions that ended at that moment and can be made as they were. */
export const endedAt = ({ subscriptions }: Reader, leftAt: Date) =>
  subscriptions.filter(
    (one) =>
      one.state === 'unsubscribed' &&
      one.activeFrom !== null &&
      one.leftAt?.getTime() === leftAt.getTime(),
  );

/** The ticked reason and what was written, as one line of text. */
function reasonOf(req: Request): string {
  const { reason, more } = (req.body ?? {}) as { reason?: unknown; more?: unknown };
  const ticked = leavingReasons.find((known) => known === reason) ?? '';
  const written = typeof more === 'string' ? more.replace(/\p{C}+/gu, ' ').trim() : '';
  return joinReason(ticked, written).slice(0, MAX_REASON);
}
