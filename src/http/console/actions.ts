import { Router } from 'express';
import { commit } from '../../actions/commit.ts';
import { type Steer, steerEdition } from '../../actions/steer.ts';
import type { Context } from '../../context.ts';
import { statusOf } from '../../problems/domain-errors.ts';
import { readId } from '../../text/id.ts';
import { actorOf, requireRoleIn } from '../middleware/roles.ts';
import { leaveMessage, wordsFor } from './pages.ts';
import { reachIn } from './reach.ts';
import { reasonOf } from './reasons.ts';

/** What one press does. What sends is asked for on a page of its own: see editions/confirm.ts. */
const done = {
  pause: 'done.paused',
  resume: 'done.resumed',
  cancel: 'done.cancelled',
} as const;
const steers = ['pause', 'resume', 'cancel'] as const satisfies Steer[];

/** The buttons. Each ends on a page that says what came of it, so that a reload presses nothing again. */
export function actionRoutes(context: Context): Router {
  const router = Router();

  for (const steer of steers)
    router.post(
      `/editions/:id/${steer}`,
      requireRoleIn('sender', reachIn(context.db).ofEdition),
      async (req, res) => {
        const page = `/console/editions/${encodeURIComponent(req.params.id)}`;
        if (!readId(req.params.id)) return res.redirect(303, page);
        try {
          await commit(context, (tx) =>
            steerEdition(tx, actorOf(res), req.params.id, steer, context.now()),
          );
          await leaveMessage(req, done[steer], true);
        } catch (error) {
          if (!(error instanceof Error) || statusOf(error) !== 409) throw error;
          const { t } = wordsFor(req, res);
          await leaveMessage(req, 'done.refused', false, { reason: reasonOf(error, t) });
        }
        return res.redirect(303, page);
      },
    );
  return router;
}
