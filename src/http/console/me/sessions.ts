import { type Response, Router } from 'express';
import type { Context } from '../../../context.ts';
import type { Operator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { endListedSession, endOtherSessions } from '../../../operators/sessions.ts';
import { readId } from '../../../text/id.ts';
import { actorOf, requireScopedRole } from '../../middleware/roles.ts';
import { leaveMessage } from '../pages.ts';

/** An operator's own sessions: each can be ended, and all but this one. */
export function sessionRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;
  const mine = requireScopedRole('viewer');
  const me = (res: Response): Operator => res.locals.operator;

  router.post('/me/sessions/end-others', mine, async (req, res) => {
    const { id } = me(res);
    const kept = Buffer.from(req.session?.id ?? '', 'base64url');
    const ended = await db.transaction().execute(async (tx) => {
      await audit(tx, actorOf(res), 'end sessions', `operator ${id}`);
      return endOtherSessions(tx, id, kept);
    });
    await leaveMessage(req, ended > 0 ? 'me.sessions.othersEnded' : 'me.sessions.noOthers', true);
    res.redirect(303, '/console/me#sessions');
  });

  router.post('/me/sessions/:id/end', mine, async (req, res) => {
    const { id } = me(res);
    const session = readId(req.params.id);
    if (session !== undefined)
      await db.transaction().execute(async (tx) => {
        // one that has ended meanwhile is what was wanted
        if (await endListedSession(tx, id, session))
          await audit(tx, actorOf(res), 'end session', `operator ${id}`);
      });
    await leaveMessage(req, 'me.sessions.ended', true);
    res.redirect(303, '/console/me#sessions');
  });
  return router;
}
