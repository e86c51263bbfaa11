import type { Request } from 'express';
import type { DbOrTransaction } from '../../../database/connection.ts';
import type { Sealing } from '../../../database/sealing.ts';
import { hasPasskey } from '../../../operators/passkeys.ts';
import { hasTotp } from '../../../operators/totp.ts';
import { twoFactorRequired } from '../../../operators/two-factor.ts';

declare module '../account/sessions.ts' {
  interface SessionData {
    /** Recovery codes that were just made, encrypted: shown once. */
    recoveryCodes: string;
  }
}

const ABOUT = 'recovery codes';

/** The newsroom requires a second factor, and this is somebody's only one. */
export class LastFactor extends Error {
  override name = 'LastFactor';
}

/** Keeps codes for the next page; undefined: none were made. */
export async function keepCodes(
  req: Request,
  sealing: Sealing,
  codes: string[] | undefined,
): Promise<void> {
  if (!codes) return;
  const sealed = sealing.seal(codes.join(' '), ABOUT).toString('base64');
  await req.session?.keep({ recoveryCodes: sealed });
}

/** The codes that were just made; the next time they are gone. */
export async function takeCodes(req: Request, sealing: Sealing): Promise<string[]> {
  const sealed = await req.session?.take('recoveryCodes');
  return sealed ? sealing.open(Buffer.from(sealed, 'base64'), ABOUT).split(' ') : [];
}

/** Call it in the transaction that removed a factor. Throws LastFactor. */
export async function keepAFactor(tx: DbOrTransaction, operatorId: string): Promise<void> {
  if (!(await twoFactorRequired(tx))) return;
  if ((await hasTotp(tx, operatorId)) || (await hasPasskey(tx, operatorId))) return;
  throw new LastFactor('The newsroom requires a second factor: add another one first.');
}
