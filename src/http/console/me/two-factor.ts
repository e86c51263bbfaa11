import { type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { openSealing } from '../../../database/sealing.ts';
import type { Operator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { makeRecoveryCodes } from '../../../operators/recovery-codes.ts';
import { beginTotp, confirmTotp, removeTotp, TotpExists } from '../../../operators/totp.ts';
import { endUselessRecoveryCodes, firstRecoveryCodes } from '../../../operators/two-factor.ts';
import { actorOf, requireScopedRole } from '../../middleware/roles.ts';
import { leaveMessage } from '../pages.ts';
import { recentSignIn } from './recent.ts';
import { keepAFactor, keepCodes, LastFactor } from './recovery.ts';
import type { ShowMe } from './show.ts';

const form = z.object({ code: z.string().max(100) });

/** An operator's authenticator app and recovery codes. */
export function twoFactorRoutes(context: Context, show: ShowMe): Router {
  const router = Router();
  const { db } = context;
  const sealing = openSealing(context.secrets);
  const mine = requireScopedRole('viewer');
  const me = (res: Response): Operator => res.locals.operator;

  router.post('/me/app', mine, recentSignIn, async (req, res) => {
    try {
      await beginTotp(db, sealing, me(res).id);
    } catch (error) {
      if (!(error instanceof TotpExists)) throw error;
      await leaveMessage(req, 'me.app.exists', false);
    }
    res.redirect(303, '/console/me#two-factor');
  });

  router.post('/me/app/confirm', mine, recentSignIn, async (req, res) => {
    const { id } = me(res);
    const { code = '' } = form.safeParse(req.body).data ?? {};
    const done = await db.transaction().execute(async (tx) => {
      if (!(await confirmTotp(tx, sealing, id, code, context.now()))) return undefined;
      await audit(tx, actorOf(res), 'add authenticator app', `operator ${id}`);
      return { codes: await firstRecoveryCodes(tx, id) };
    });
    if (!done) return show(req, res, { status: 422, wrong: { code: 'me.app.wrong' } });
    await keepCodes(req, sealing, done.codes);
    await leaveMessage(req, 'me.app.added', true);
    return res.redirect(303, '/console/me#two-factor');
  });

  router.post('/me/app/remove', mine, recentSignIn, async (req, res) => {
    const { id } = me(res);
    try {
      await db.transaction().execute(async (tx) => {
        await removeTotp(tx, id);
        await keepAFactor(tx, id);
        await endUselessRecoveryCodes(tx, id);
        await audit(tx, actorOf(res), 'remove authenticator app', `operator ${id}`);
      });
      await leaveMessage(req, 'me.app.removed', true);
    } catch (error) {
      if (!(error instanceof LastFactor)) throw error;
      await leaveMessage(req, 'me.lastFactor', false);
    }
    res.redirect(303, '/console/me#two-factor');
  });

  router.post('/me/recovery-codes', mine, recentSignIn, async (req, res) => {
    const { id, twoFactor } = me(res);
    if (twoFactor) {
      const codes = await db.transaction().execute(async (tx) => {
        await audit(tx, actorOf(res), 'make recovery codes', `operator ${id}`);
        return makeRecoveryCodes(tx, id);
      });
      await keepCodes(req, sealing, codes);
    }
    res.redirect(303, '/console/me#two-factor');
  });
  return router;
}
