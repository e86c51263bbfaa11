import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import { scheduleEdition } from '../../../actions/schedule.ts';
import { type ShownEdition, showEdition } from '../../../actions/show-editions.ts';
import { steerEdition } from '../../../actions/steer.ts';
import type { Context } from '../../../context.ts';
import { countReaders } from '../../../deliveries/audience.ts';
import { missedOf } from '../../../deliveries/missed.ts';
import { getEdition, newsletterOfEdition } from '../../../editions/editions.ts';
import { EditionNotFound, InvalidEdition } from '../../../editions/errors.ts';
import { instantOfLocal, localTimeOf } from '../../../editions/local-time.ts';
import { newsletterOfId } from '../../../newsletters/newsletters.ts';
import { statusOf } from '../../../problems/domain-errors.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, mayAct, requireRoleIn } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import { reasonOf } from '../reasons.ts';
import { timeIn } from '../times.ts';
import { editionIdOf } from './id.ts';
import { consoleEdition } from './view.ts';

const form = z.object({
  when: z.enum(['now', 'time']).catch('now'),
  time: z.string().max(40).catch(''),
  /** How the edition was when the page was shown; a form without it was not shown on a page. */
  seen: z.string().max(100).optional().catch(undefined),
});

const notStarted = (state: string) => state === 'draft' || state === 'scheduled';

/**
 * The pages that ask once before anything goes out: what goes to how many of which newsletter, and when. What was
 * changed since the page was shown is looked at again first.
 */
export function confirmRoutes(context: Context): Router {
  const { db } = context;
  const router = Router();
  const sender = requireRoleIn('sender', reachIn(db).ofEdition);

  router.get('/editions/:id/send', sender, async (req, res) => {
    const { language } = wordsFor(req, res);
    const edition = await showEdition(db, editionIdOf(req.params.id), context.now(), language);
    if (!notStarted(edition.state)) return back(req, res, edition.id, 'done.already', true);
    return showSend(req, res, edition, {});
  });

  router.post('/editions/:id/send', sender, async (req, res) => {
    const id = editionIdOf(req.params.id);
    const asked = form.parse(req.body ?? {});
    const { language, t } = wordsFor(req, res);
    const edition = await showEdition(db, id, context.now(), language);
    if (notStarted(edition.state) && asked.seen !== undefined && asked.seen !== (await stateOf(id)))
      return showSend(req, res, edition, {
        status: 409,
        message: { good: false, text: t('editions.send.changed') },
      });
    try {
      if (asked.when === 'time') return await schedule(req, res, id, asked.time);
      const { changed } = await commit(context, (tx) =>
        steerEdition(tx, actorOf(res), id, 'send', context.now()),
      );
      return await back(req, res, id, changed ? 'done.sent' : 'done.already', true);
    } catch (error) {
      if (error instanceof InvalidEdition)
        return showSend(req, res, edition, {
          status: 422,
          time: asked.time,
          message: { good: false, text: t('editions.send.wrong') },
        });
      return refused(req, res, id, error);
    }
  });

  router.get('/editions/:id/resend', sender, async (req, res) => {
    const id = editionIdOf(req.params.id);
    const words = wordsFor(req, res);
    const edition = await showEdition(db, id, context.now(), words.language);
    const { reasons, again } = await missedOf(db, id, edition.ledger);
    if (edition.state !== 'sent' && edition.state !== 'cancelled')
      return back(req, res, id, 'done.already', true);
    if (again === 0) return back(req, res, id, 'editions.done.nothingMissed', false);
    const newsletter = await newsletterFor(id);
    return showPage(context, req, res, {
      view: 'editions/resend.eta',
      nav: 'editions',
      title: words.t('editions.resend.title'),
      styles: ['editions'],
      data: {
        edition: consoleEdition(edition, [newsletter], words, context.now()),
        again,
        reasons: reasons.filter(({ resent }) => resent),
      },
    });
  });

  router.post('/editions/:id/resend-missed', sender, async (req, res) => {
    const id = editionIdOf(req.params.id);
    try {
      await commit(context, (tx) =>
        steerEdition(tx, actorOf(res), id, 'resend-missed', context.now()),
      );
      return await back(req, res, id, 'editions.done.resent', true);
    } catch (error) {
      return refused(req, res, id, error);
    }
  });

  async function schedule(req: Request, res: Response, id: string, local: string) {
    if (!mayAct(res, 'editor')) throw new Problem(403, 'The time of an edition takes an editor.');
    const { timezone } = await newsletterFor(id);
    const sendAt = instantOfLocal(local, timezone);
    await db
      .transaction()
      .execute((tx) => scheduleEdition(tx, actorOf(res), id, sendAt, context.now()));
    const { language } = wordsFor(req, res);
    const time = timeIn(sendAt, language, timezone);
    return back(req, res, id, 'editions.done.scheduled', true, { time });
  }

  async function showSend(
    req: Request,
    res: Response,
    edition: ShownEdition,
    {
      status = 200,
      time,
      message,
    }: { status?: number; time?: string; message?: { good: boolean; text: string } },
  ) {
    const words = wordsFor(req, res);
    const now = context.now();
    const newsletter = await newsletterFor(edition.id);
    const { timezone } = newsletter;
    const coming = edition.sendAt && edition.sendAt > now ? edition.sendAt : undefined;
    await showPage(context, req, res, {
      view: 'editions/send.eta',
      nav: 'editions',
      title: words.t('editions.send.title'),
      status,
      styles: ['editions'],
      message,
      data: {
        edition: consoleEdition(edition, [newsletter], words, now),
        readers: await countReaders(db, edition.id),
        seen: await stateOf(edition.id),
        timezone,
        scheduled:
          edition.state === 'scheduled' && coming && timeIn(coming, words.language, timezone),
        time: time ?? (coming ? localTimeOf(coming, timezone) : ''),
        least: localTimeOf(now, timezone),
        wrong: status === 422,
        mayEdit: mayAct(res, 'editor'),
      },
    });
  }

  async function newsletterFor(id: string) {
    const newsletterId = await newsletterOfEdition(db, id);
    if (newsletterId === undefined) throw new EditionNotFound(id);
    return newsletterOfId(db, newsletterId);
  }

  /** What must be the same for an edition to be the one that was shown. */
  async function stateOf(id: string): Promise<string> {
    const edition = await getEdition(db, id);
    if (!edition) throw new EditionNotFound(id);
    return `${edition.touchedAt?.getTime() ?? ''}-${edition.articles.map((one) => one.id).join('.')}`.slice(
      0,
      100,
    );
  }

  async function refused(req: Request, res: Response, id: string, error: unknown) {
    if (!(error instanceof Error) || statusOf(error) !== 409) throw error;
    const { t } = wordsFor(req, res);
    return back(req, res, id, 'done.refused', false, { reason: reasonOf(error, t) });
  }
  return router;
}

async function back(
  req: Request,
  res: Response,
  id: string,
  key: string,
  good: boolean,
  values?: Record<string, string>,
) {
  await leaveMessage(req, key, good, values);
  return res.redirect(303, `/console/editions/${id}`);
}
