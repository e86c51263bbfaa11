import { type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { openSealing } from '../../../database/sealing.ts';
import { getNewsroom } from '../../../newsletters/newsroom.ts';
import type { Operator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import {
  addPasskey,
  credentialsOf,
  PasskeyExists,
  PasskeyNotFound,
  removePasskey,
  renamePasskey,
} from '../../../operators/passkeys.ts';
import { endUselessRecoveryCodes, firstRecoveryCodes } from '../../../operators/two-factor.ts';
import {
  readRegistration,
  registrationOptions,
  relyingPartyOf,
} from '../../../operators/webauthn.ts';
import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, requireScopedRole } from '../../middleware/roles.ts';
import { readResponse } from '../account/passkey-response.ts';
import { leaveMessage, wordsFor } from '../pages.ts';
import { deviceOf } from './device.ts';
import { isRecent, recentSignIn } from './recent.ts';
import { keepAFactor, keepCodes, LastFactor } from './recovery.ts';

declare module '../account/sessions.ts' {
  interface SessionData {
    /** What a passkey that is being added has to sign. */
    passkeyChallenge: string;
  }
}

const added = z.object({ response: z.string(), name: z.string().max(200).default('') });

/** An operator's passkeys. */
export function passkeyRoutes(context: Context): Router {
  const router = Router();
  const { db, config } = context;
  const rp = relyingPartyOf(config.publicUrl);
  const sealing = openSealing(context.secrets);
  const mine = requireScopedRole('viewer');
  const me = (res: Response): Operator => res.locals.operator;
  const page = '/console/me#two-factor';

  router.post('/me/passkeys/options', mine, async (req, res) => {
    if (!rp) throw new Problem(404, 'There are no passkeys at this address.');
    if (!isRecent(req)) throw new Problem(403, 'Sign in again first.');
    const { name } = await getNewsroom(db);
    const known = await credentialsOf(db, me(res).id);
    const options = await registrationOptions(rp, name, me(res), known);
    await req.session?.keep({ passkeyChallenge: options.challenge });
    res.json(options);
  });

  router.post('/me/passkeys', mine, recentSignIn, async (req, res) => {
    const { id } = me(res);
    const { t } = wordsFor(req, res);
    const typed = added.safeParse(req.body).data;
    const challenge = await req.session?.take('passkeyChallenge');
    const response = readResponse(typed?.response);
    const credential =
      rp && challenge && response ? await readRegistration(rp, challenge, response) : undefined;
    if (!credential) {
      await leaveMessage(req, 'me.passkeys.refused', false);
      return res.redirect(303, page);
    }
    const name = typed?.name.trim() || deviceOf(req.get('User-Agent') ?? null, t);
    try {
      const codes = await db.transaction().execute(async (tx) => {
        const passkey = await addPasskey(tx, id, credential, name);
        await audit(tx, actorOf(res), 'add passkey', `operator ${id}`, { passkey });
        return firstRecoveryCodes(tx, id);
      });
      await keepCodes(req, sealing, codes);
      await leaveMessage(req, 'me.passkeys.added', true);
    } catch (error) {
      if (!(error instanceof PasskeyExists)) throw error;
      await leaveMessage(req, 'me.passkeys.exists', false);
    }
    return res.redirect(303, page);
  });

  router.post('/me/passkeys/:id', mine, async (req, res) => {
    const id = idOf(req.params.id);
    await renamePasskey(db, me(res).id, id, String(req.body?.name ?? ''));
    await leaveMessage(req, 'me.saved', true);
    res.redirect(303, page);
  });

  router.post('/me/passkeys/:id/remove', mine, recentSignIn, async (req, res) => {
    const passkey = idOf(req.params.id);
    const { id } = me(res);
    try {
      await db.transaction().execute(async (tx) => {
        await removePasskey(tx, id, passkey);
        await keepAFactor(tx, id);
        await endUselessRecoveryCodes(tx, id);
        await audit(tx, actorOf(res), 'remove passkey', `operator ${id}`, { passkey });
      });
      await leaveMessage(req, 'me.passkeys.removed', true);
    } catch (error) {
      if (!(error instanceof LastFactor)) throw error;
      await leaveMessage(req, 'me.lastFactor', false);
    }
    res.redirect(303, page);
  });
  return router;
}

function idOf(text: unknown): string {
  const id = readId(text);
  if (id === undefined) throw new PasskeyNotFound('There is no such passkey.');
  return id;
}
