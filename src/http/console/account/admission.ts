import type { Request, Response } from 'express';
import type { Context } from '../../../context.ts';
import type { SignInMethod } from '../../../database/tables.ts';
import { noteSeen, type Operator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { beginStep } from '../../../operators/sign-in-steps.ts';
import { originOf } from '../../middleware/client-address.ts';
import { openAskedPage } from './asked-page.ts';
import type { PasswordChecks } from './password-checks.ts';
import { beginSession } from './sessions.ts';
import { stepCookie } from './step-cookie.ts';

/** Where every way in ends. Answers the request. */
export interface Admission {
  /** After a password or a mailed link: begins a session, or asks for the second factor where there is one. */
  afterFirst(req: Request, res: Response, operator: Operator, method: SignInMethod): Promise<void>;
  /** After all that was needed: begins a session; `begun` may leave something in it before the answer goes. */
  letIn(
    req: Request,
    res: Response,
    operator: Operator,
    method: SignInMethod,
    begun?: () => Promise<void>,
  ): Promise<void>;
}

export function openAdmission(context: Context, checks: PasswordChecks): Admission {
  const { db, config } = context;
  const asked = openAskedPage(config);
  const secondFactor = stepCookie(config, 'second-factor');

  const letIn: Admission['letIn'] = async (req, res, operator, method, begun) => {
    await noteSeen(db, operator.id);
    const actor = { kind: 'operator' as const, id: operator.id, ...originOf(req) };
    await audit(db, actor, 'sign in', 'console', { method });
    await beginSession(context, req, res, operator, method);
    checks.browsers.remember(req, res, checks.accountOf(operator.email));
    await begun?.();
    res.redirect(303, asked.take(req, res));
  };

  return {
    letIn,
    async afterFirst(req, res, operator, method) {
      if (!operator.twoFactor) return letIn(req, res, operator, method);
      const step = { operatorId: operator.id, data: { method } };
      secondFactor.write(res, await beginStep(db, 'second-factor', step));
      res.redirect(303, '/console/sign-in/code');
    },
  };
}
