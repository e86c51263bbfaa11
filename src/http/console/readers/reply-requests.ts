import { Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import { handleReplyRequest, unsubscribeAsAsked } from '../../../actions/reply-requests.ts';
import { subscriberWork } from '../../../actions/subscribers.ts';
import type { Context } from '../../../context.ts';
import { actorOf, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage } from '../pages.ts';

const page = '/console/readers';

/** What one press does about an email that asks to be unsubscribed. */
export function replyRequestRoutes(context: Context): Router {
  const router = Router();

  router.post(
    '/readers/replies/:request/unsubscribe',
    requireScopedRole('admin'),
    async (req, res) => {
      const by = subscriberWork(context, scopeOf(res));
      const done = await commit(context, (tx) =>
        unsubscribeAsAsked(tx, actorOf(res), String(req.params['request']), by),
      );
      await leaveMessage(req, done ? 'readers.done.ended' : 'readers.asks.nothing', done);
      res.redirect(303, page);
    },
  );

  router.post('/readers/replies/:request/leave', requireScopedRole('admin'), async (req, res) => {
    const id = String(req.params['request']);
    await commit(context, async (tx) => ({
      value: await handleReplyRequest(tx, scopeOf(res), id),
    }));
    res.redirect(303, page);
  });
  router.param('request', (_req, _res, next, id: string) => {
    next(/^\d{1,18}$/.test(id) ? undefined : 'route');
  });
  return router;
}
