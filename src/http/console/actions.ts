import { Router } from 'express';
import { z } from 'zod';
import { commit } from '../../actions/commit.ts';
import { composeAndSend } from '../../actions/compose.ts';
import { type Steer, steerEdition, steers } from '../../actions/steer.ts';
import type { Context } from '../../context.ts';
import { NothingNew } from '../../editions/errors.ts';
import { statusOf } from '../../problems/domain-errors.ts';
import { readId } from '../../text/id.ts';
import { actorOf, requireRoleIn } from '../middleware/roles.ts';
import { leaveMessage, wordsFor } from './pages.ts';
import { reachIn } from './reach.ts';
import { reasonOf } from './reasons.ts';

const digestForm = z.object({ send: z.enum(['yes', 'no']) });

const done: Record<Steer, string> = {
  send: 'done.sent',
  pause: 'done.paused',
  resume: 'done.resumed',
  cancel: 'done.cancelled',
  'resend-missed': 'done.sent',
};

/** The buttons. Each ends on a page that says what came of it, so that a reload presses nothing again. */
export function actionRoutes(context: Context): Router {
  const router = Router();
  const { ofEdition, ofNewsletter } = reachIn(context.db);

  router.post(
    '/newsletters/:slug/digest',
    requireRoleIn('sender', ofNewsletter),
    async (req, res) => {
      const send = digestForm.safeParse(req.body).data?.send === 'yes';
      const composing = {
        newsletter: req.params.slug,
        kind: 'daily' as const,
        now: context.now(),
        send,
      };
      try {
        const { id, started } = await commit(context, (tx) =>
          composeAndSend(tx, actorOf(res), composing),
        );
        if (send) await leaveMessage(req, started ? 'done.sent' : 'done.already', true);
        else await leaveMessage(req, 'done.composed', true);
        return res.redirect(303, `/console/editions/${id}`);
      } catch (error) {
        if (!(error instanceof NothingNew)) throw error;
        await leaveMessage(req, 'done.nothing', false);
        return res.redirect(303, '/console/editions');
      }
    },
  );

  for (const steer of steers)
    router.post(`/editions/:id/${steer}`, requireRoleIn('sender', ofEdition), async (req, res) => {
      const page = `/console/editions/${encodeURIComponent(req.params.id)}`;
      if (!readId(req.params.id)) return res.redirect(303, page);
      try {
        const { changed } = await commit(context, (tx) =>
          steerEdition(tx, actorOf(res), req.params.id, steer, context.now()),
        );
        await leaveMessage(req, changed || steer !== 'send' ? done[steer] : 'done.already', true);
      } catch (error) {
        if (!(error instanceof Error) || statusOf(error) !== 409) throw error;
        const { t } = wordsFor(req, res);
        await leaveMessage(req, 'done.refused', false, { reason: reasonOf(error, t) });
      }
      return res.redirect(303, page);
    });
  return router;
}
