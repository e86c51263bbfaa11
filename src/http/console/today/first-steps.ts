import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import { composeAndSend } from '../../../actions/compose.ts';
import { dismissFirstSteps, noteDraftSeen } from '../../../actions/first-steps.ts';
import { RelayNotFound, testRelay } from '../../../actions/relays.ts';
import { checkSenders } from '../../../actions/sender-checks.ts';
import { InvalidSettings, readSettings, replaceSettings } from '../../../actions/settings.ts';
import { TooManyTests } from '../../../actions/test-send.ts';
import type { Context } from '../../../context.ts';
import { NothingNew } from '../../../editions/errors.ts';
import { InvalidAddress } from '../../../mail/address.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, requireRole } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { reasonOf } from '../reasons.ts';
import { stepsView } from './steps-view.ts';

const page = '/console/first-steps';
const newsroomForm = z.object({ name: z.string().max(1000), postalAddress: z.string().max(5000) });
const testForm = z.object({ email: z.string().max(254) });

/** The checklist of a new newsroom on a page of its own, and what its forms do. */
export function firstStepsRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;

  router.get('/first-steps', requireRole('admin'), (req, res) => show(req, res));

  router.post('/first-steps/newsroom', requireRole('admin'), async (req, res) => {
    const typed = newsroomForm.safeParse(req.body).data ?? { name: '', postalAddress: '' };
    const settings = await readSettings(db);
    const newsroom = {
      ...settings.newsroom,
      name: typed.name.trim(),
      postalAddress: typed.postalAddress.replaceAll('\r\n', '\n').trim() || null,
    };
    try {
      await commit(context, (tx) => replaceSettings(tx, actorOf(res), { ...settings, newsroom }));
    } catch (error) {
      if (!(error instanceof InvalidSettings)) throw error;
      const wrong = error.errors.map(({ pointer }) => pointer.split('/').at(-1) ?? '');
      return show(req, res, { typed, wrong });
    }
    await leaveMessage(req, 'settings.saved', true);
    return res.redirect(303, page);
  });

  router.post('/first-steps/relays/:name/test', requireRole('admin'), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const { name } = req.params;
    const { email } = testForm.safeParse(req.body).data ?? { email: '' };
    try {
      await testRelay(context, actorOf(res), name, { email, language });
    } catch (error) {
      if (error instanceof RelayNotFound) throw new Problem(404, error.message);
      const refused = error instanceof InvalidAddress || error instanceof TooManyTests;
      if (!refused) throw error;
      const reason =
        error instanceof InvalidAddress ? t('today.relay.badAddress') : reasonOf(error, t);
      await leaveMessage(req, 'today.relay.notSent', false, { reason });
    }
    return res.redirect(303, `${page}?open=relay#relay`);
  });

  router.post('/first-steps/dns', requireRole('admin'), async (_req, res) => {
    await checkSenders(context);
    return res.redirect(303, `${page}?open=dns#dns`);
  });

  router.post('/first-steps/draft', requireRole('editor'), async (req, res) => {
    const newsletter = (await listNewsletters(db)).find(({ active }) => active);
    if (!newsletter) return res.redirect(303, '/console/newsletters');
    const now = context.now();
    const kind = newsletter.kinds.includes('daily') ? ('daily' as const) : ('weekly' as const);
    const composing = { newsletter: newsletter.slug, kind, now, send: false };
    try {
      const { id } = await commit(context, (tx) => composeAndSend(tx, actorOf(res), composing));
      await noteDraftSeen(db);
      return res.redirect(303, `/console/editions/${id}`);
    } catch (error) {
      if (!(error instanceof NothingNew)) throw error;
      await leaveMessage(req, 'today.draft.nothing', false);
      return res.redirect(303, `${page}?open=draft#draft`);
    }
  });

  for (const choice of ['dismiss', 'show'] as const)
    router.post(`/first-steps/${choice}`, requireRole('owner'), async (_req, res) => {
      await db
        .transaction()
        .execute((tx) => dismissFirstSteps(tx, actorOf(res), choice === 'dismiss'));
      return res.redirect(303, '/console');
    });

  async function show(
    req: Request,
    res: Response,
    corrected?: { typed: z.infer<typeof newsroomForm>; wrong: string[] },
  ) {
    const { t } = wordsFor(req, res);
    const steps = await stepsView(context, req, res, await listNewsletters(db));
    await showPage(context, req, res, {
      view: 'today/first-steps.eta',
      nav: 'today',
      title: t('today.steps.title'),
      status: corrected ? 422 : 200,
      styles: ['today'],
      scripts: ['copy'],
      message: corrected ? { good: false, text: t('settings.wrong.title') } : undefined,
      data: {
        steps: corrected ? { ...steps, newsroom: corrected.typed } : steps,
        wrong: corrected?.wrong ?? [],
      },
    });
  }
  return router;
}

/** Notes that an operator has looked at an edition, which is the last of the first steps. Once for each process. */
export function noteFirstLook({ db, log }: Context): RequestHandler {
  let noted = false;
  return (req, res, next) => {
    // `new` is an address below /editions, too
    if (!noted && req.method === 'GET' && readId(req.params['id']))
      res.once('finish', () => {
        if (noted || res.statusCode !== 200) return;
        noted = true;
        noteDraftSeen(db).catch((err) => {
          noted = false;
          log.warn({ err }, 'that a draft was looked at is not noted');
        });
      });
    next();
  };
}
