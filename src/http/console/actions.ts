import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../actions/commit.ts';
import { composeAndSend } from '../../actions/compose.ts';
import { type Steer, steerEdition, steers } from '../../actions/steer.ts';
import type { Context } from '../../context.ts';
import { NothingNew } from '../../editions/errors.ts';
import type { Operator } from '../../operators/accounts.ts';
import { mayAct } from '../../operators/roles.ts';
import { toProblem } from '../../problems/to-problem.ts';
import { leaveMessage } from './pages.ts';

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

  router.post('/newsletters/:slug/digest', async (req, res) => {
    const operator = senderOf(req, res);
    if (!operator) return res.redirect(303, '/console');
    const send = digestForm.safeParse(req.body).data?.send === 'yes';
    const composing = {
      newsletter: req.params.slug,
      kind: 'daily' as const,
      now: context.now(),
      send,
    };
    try {
      const { id, started } = await commit(context, (tx) =>
        composeAndSend(tx, { kind: 'operator', id: operator.id }, composing),
      );
      if (send) leaveMessage(req, started ? 'done.sent' : 'done.already', true);
      else leaveMessage(req, 'done.composed', true);
      return res.redirect(303, `/console/editions/${id}`);
    } catch (error) {
      if (!(error instanceof NothingNew)) throw error;
      leaveMessage(req, 'done.nothing', false);
      return res.redirect(303, '/console');
    }
  });

  for (const steer of steers)
    router.post(`/editions/:id/${steer}`, async (req, res) => {
      const page = `/console/editions/${encodeURIComponent(req.params.id)}`;
      const operator = senderOf(req, res);
      if (!operator || !/^[1-9]\d{0,17}$/.test(req.params.id)) return res.redirect(303, page);
      const actor = { kind: 'operator' as const, id: operator.id };
      try {
        const { changed } = await commit(context, (tx) =>
          steerEdition(tx, actor, req.params.id, steer, context.now()),
        );
        leaveMessage(req, changed || steer !== 'send' ? done[steer] : 'done.already', true);
      } catch (error) {
        const problem = toProblem(error, req.id);
        if (problem.status !== 409) throw error;
        leaveMessage(req, 'done.refused', false, { reason: problem.message });
      }
      return res.redirect(303, page);
    });
  return router;
}

/** Who is signed in, if their role may send; otherwise the next page says why not. */
function senderOf(req: Request, res: Response): Operator | undefined {
  const operator: Operator = res.locals.operator;
  if (mayAct(operator.role, 'sender')) return operator;
  leaveMessage(req, 'done.forbidden', false, { role: operator.role });
  return undefined;
}
