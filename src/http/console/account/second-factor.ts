import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import type { SignInMethod } from '../../../database/tables.ts';
import { getActiveOperator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { hasPasskey } from '../../../operators/passkeys.ts';
import { recoveryCodesLeft } from '../../../operators/recovery-codes.ts';
import { findStep, takeStep } from '../../../operators/sign-in-steps.ts';
import { hasTotp } from '../../../operators/totp.ts';
import { originOf } from '../../middleware/client-address.ts';
import { openToAll } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import type { Admission } from './admission.ts';
import type { CheckCode } from './code-checks.ts';
import { stepCookie } from './step-cookie.ts';

const form = z.object({ code: z.string().max(100) });
const KIND = 'second-factor';

/** After the password: a code of the authenticator app, or a recovery code. A passkey has its own route. */
export function secondFactorRoutes(
  context: Context,
  admission: Admission,
  check: CheckCode,
): Router {
  const router = Router();
  const { db, config } = context;
  const cookie = stepCookie(config, KIND);

  /** Whose password was right in this browser within the last minutes. */
  async function waiting(req: Request) {
    const secret = cookie.read(req);
    const step = secret === undefined ? undefined : await findStep(db, KIND, secret);
    const operator = step?.operatorId && (await getActiveOperator(db, step.operatorId));
    return secret !== undefined && step && operator ? { secret, step, operator } : undefined;
  }

  router.get('/sign-in/code', openToAll, async (req, res) => {
    const found = await waiting(req);
    if (!found) return res.redirect(303, '/console/sign-in?expired');
    return show(req, res, found.operator.id);
  });

  router.post('/sign-in/code', openToAll, async (req, res) => {
    const found = await waiting(req);
    if (!found) return res.redirect(303, '/console/sign-in?expired');
    const { secret, step, operator } = found;
    const checked = await check(req, operator, form.safeParse(req.body).data?.code ?? '');
    if (checked.result === 'wait') {
      res.set('Retry-After', String(checked.seconds));
      const minutes = Math.ceil(checked.seconds / 60);
      return show(req, res, operator.id, { status: 429, text: 'signIn.wait', values: { minutes } });
    }
    if (checked.result === 'wrong')
      return show(req, res, operator.id, { status: 422, text: 'code.wrong' });
    if (!(await takeStep(db, KIND, secret))) return res.redirect(303, '/console/sign-in?expired');
    cookie.clear(res);
    await admission.letIn(req, res, operator, step.data.method as SignInMethod, async () => {
      if (!checked.recovery) return;
      const left = await recoveryCodesLeft(db, operator.id);
      const actor = { kind: 'operator' as const, id: operator.id, ...originOf(req) };
      await audit(db, actor, 'use recovery code', `operator ${operator.id}`, { left });
      await leaveMessage(req, 'account.code.recoveryUsed', true, { left: String(left) });
    });
  });

  async function show(
    req: Request,
    res: Response,
    operatorId: string,
    wrong?: { status: number; text: string; values?: Record<string, number> },
  ) {
    const { t } = wordsFor(req, res);
    const [app, passkey] = await Promise.all([hasTotp(db, operatorId), hasPasskey(db, operatorId)]);
    return showPage(context, req, res, {
      view: 'account/code.eta',
      title: t('account.code.title'),
      status: wrong?.status ?? 200,
      styles: ['account'],
      scripts: passkey ? ['passkeys'] : [],
      data: {
        app,
        passkey,
        wrong: wrong && t(`account.${wrong.text}`, wrong.values),
      },
    });
  }
  return router;
}
