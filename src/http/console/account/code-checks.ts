import type { Request } from 'express';
import type { Context } from '../../../context.ts';
import { openSealing, Unsealable } from '../../../database/sealing.ts';
import type { Operator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { useRecoveryCode } from '../../../operators/recovery-codes.ts';
import { useTotp } from '../../../operators/totp.ts';
import { originOf } from '../../middleware/client-address.ts';
import { openCounters } from '../../public/limits/counters.ts';
import type { PasswordChecks } from './password-checks.ts';

const QUARTER = 15 * 60;
const DAY = 24 * 60 * 60;
/**
 * Wrong codes for one account. A code of six digits is right by chance three times in a million: at fifty a day
 * somebody who knows the password would need centuries. A browser that signed in before has its own budget.
 */
const most = { account: 10, day: 50, browser: 10 };

/** What came of a code. */
export type CodeCheck =
  | { result: 'right'; recovery: boolean }
  | { result: 'wrong' }
  | { result: 'wait'; seconds: number };

/** Every check of a second factor that is typed goes through here: limited, audited, counted across all processes. */
export type CheckCode = (req: Request, operator: Operator, code: string) => Promise<CodeCheck>;

export function openCodeChecks(context: Context, checks: PasswordChecks): CheckCode {
  const { db, secrets, log } = context;
  const open = openCounters(context);
  const counters = {
    account: open('code-account', QUARTER),
    day: open('code-day', DAY),
    browser: open('code-browser', QUARTER),
  };
  const sealing = openSealing(secrets);

  async function isRight({ id }: Operator, code: string): Promise<CodeCheck> {
    if (await useRecoveryCode(db, id, code)) return { result: 'right', recovery: true };
    try {
      const right = await useTotp(db, sealing, id, code, context.now());
      return right ? { result: 'right', recovery: false } : { result: 'wrong' };
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      log.error({ operator: id }, 'an authenticator app was sealed under a SECRET that is gone');
      return { result: 'wrong' };
    }
  }

  return async (req, operator, code) => {
    const account = checks.accountOf(operator.email);
    const browser = checks.browsers.find(req, account);
    const taken: [keyof typeof counters, string][] =
      browser === undefined
        ? [
            ['account', account],
            ['day', account],
          ]
        : [['browser', browser]];
    // before the check, so that tries at the same moment do not slip through
    for (const [kind, key] of taken) {
      const { count, msLeft } = await counters[kind].add(key);
      if (count > most[kind]) {
        log.warn({ operator: operator.id }, 'too many wrong codes: has to wait');
        return { result: 'wait', seconds: Math.max(1, Math.ceil(msLeft / 1000)) };
      }
    }
    const checked = await isRight(operator, code);
    // a right one does not count, and forgives no wrong one
    if (checked.result === 'right')
      for (const [kind, key] of taken) await counters[kind].takeBack(key);
    else {
      const actor = { kind: 'system' as const, ...originOf(req) };
      await audit(db, actor, 'wrong code', `operator ${operator.id}`);
    }
    return checked;
  };
}
