import { Router } from 'express';
import type { Context } from '../../../context.ts';
import { getActiveOperator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { findCredential, notePasskeyUse } from '../../../operators/passkeys.ts';
import { beginStep, takeStep } from '../../../operators/sign-in-steps.ts';
import {
  authenticationOptions,
  readAuthentication,
  relyingPartyOf,
} from '../../../operators/webauthn.ts';
import { networkOf, originOf } from '../../middleware/client-address.ts';
import { Problem, tryLater } from '../../middleware/problem.ts';
import { openToAll } from '../../middleware/roles.ts';
import { openCounters } from '../../public/limits/counters.ts';
import type { Admission } from './admission.ts';
import { readResponse } from './passkey-response.ts';
import type { ShowSignIn } from './sign-in.ts';
import { stepCookie } from './step-cookie.ts';

const KIND = 'passkey';
const QUARTER = 15 * 60;
/** From one IPv4 address or IPv6 /64 in a quarter of an hour: each try takes a challenge. */
const MOST = 60;

/** Signing in with a passkey: something one has and something one is or knows, so nothing more is asked. */
export function passkeySignInRoutes(
  context: Context,
  admission: Admission,
  showSignIn: ShowSignIn,
): Router {
  const router = Router();
  const { db, config } = context;
  const rp = relyingPartyOf(config.publicUrl);
  const cookie = stepCookie(config, KIND);
  const tries = openCounters(context)('passkey-network', QUARTER);

  router.post('/sign-in/passkey/options', openToAll, async (req, res) => {
    if (!rp) throw new Problem(404, 'There are no passkeys at this address.');
    const { count, msLeft } = await tries.add(networkOf(req.ip));
    if (count > MOST)
      throw tryLater(429, Math.ceil(msLeft / 1000), 'Too many tries: wait a while.');
    const options = await authenticationOptions(rp);
    cookie.write(res, await beginStep(db, KIND, { data: { challenge: options.challenge } }));
    res.json(options);
  });

  router.post('/sign-in/passkey', openToAll, async (req, res) => {
    const secret = cookie.read(req);
    const step = secret === undefined ? undefined : await takeStep(db, KIND, secret);
    cookie.clear(res);
    const response = readResponse(req.body?.response);
    const found = response && (await findCredential(db, response.id));
    const counter =
      rp && step && found
        ? await readAuthentication(rp, String(step.data.challenge), response, found.credential)
        : undefined;
    const operator = found && (await getActiveOperator(db, found.operatorId));
    if (counter === undefined || !found || !operator) {
      const object = `operator ${found?.operatorId ?? 'unknown'}`;
      await audit(db, { kind: 'system', ...originOf(req) }, 'wrong passkey', object);
      return showSignIn(req, res, { status: 422, text: 'account.passkey.refused' });
    }
    await notePasskeyUse(db, found.credential.id, counter);
    return admission.letIn(req, res, operator, 'passkey');
  });
  return router;
}
