import { sql } from 'kysely';
import { generateSecret, generateURI, verifySync } from 'otplib';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Sealing } from '../database/sealing.ts';

/** A clock may be this many seconds off, either way. */
const TOLERANCE = 40;

const about = (operatorId: string) => `totp ${operatorId}`;

/** There is an authenticator app already: it is removed before another one is set up. */
export class TotpExists extends Error {
  override name = 'TotpExists';
}

/**
 * Makes the secret of an authenticator app (RFC 6238), which counts once a first code was right. One that was
 * never confirmed is replaced. Throws TotpExists.
 */
export async function beginTotp(
  tx: DbOrTransaction,
  sealing: Sealing,
  operatorId: string,
): Promise<void> {
  const sealed = sealing.seal(generateSecret(), about(operatorId));
  const begun = await tx
    .insertInto('totpSecrets')
    .values({ operatorId, sealed })
    .onConflict((oc) =>
      oc
        .column('operatorId')
        .doUpdateSet({ sealed, lastStep: null })
        .where('totpSecrets.confirmedAt', 'is', null),
    )
    .returning('operatorId')
    .executeTakeFirst();
  if (!begun) throw new TotpExists('There is an authenticator app already.');
}

/** The secret that waits for its first code, to be shown to its operator: as text, and as the address of a QR code. */
export async function pendingTotp(
  db: DbOrTransaction,
  sealing: Sealing,
  { id, email }: { id: string; email: string },
  issuer: string,
): Promise<{ secret: string; uri: string } | undefined> {
  const row = await db
    .selectFrom('totpSecrets')
    .select('sealed')
    .where('operatorId', '=', id)
    .where('confirmedAt', 'is', null)
    .executeTakeFirst();
  if (!row) return undefined;
  const secret = sealing.open(row.sealed, about(id));
  // a colon parts issuer and account in the label
  return {
    secret,
    uri: generateURI({ issuer: issuer.replaceAll(':', ' '), label: email, secret }),
  };
}

/** Whether an operator's authenticator app is set up. */
export async function hasTotp(db: DbOrTransaction, operatorId: string): Promise<boolean> {
  const row = await db
    .selectFrom('totpSecrets')
    .select('operatorId')
    .where('operatorId', '=', operatorId)
    .where('confirmedAt', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses a code for the first time: from then on the app counts. False when the code is wrong. */
export const confirmTotp = (
  tx: DbOrTransaction,
  sealing: Sealing,
  operatorId: string,
  code: string,
  now: Date,
): Promise<boolean> => takeStep(tx, sealing, { operatorId, code, now, confirmed: false });

/** Uses a code up. False when it is wrong, more than 40 s old, or was used: also by somebody at the same moment. */
export const useTotp = (
  db: DbOrTransaction,
  sealing: Sealing,
  operatorId: string,
  code: string,
  now: Date,
): Promise<boolean> => takeStep(db, sealing, { operatorId, code, now, confirmed: true });

/** Removes an operator's authenticator app. False when there is none. */
export async function removeTotp(tx: DbOrTransaction, operatorId: string): Promise<boolean> {
  const removed = await tx
    .deleteFrom('totpSecrets')
    .where('operatorId', '=', operatorId)
    .executeTakeFirst();
  return removed.numDeletedRows > 0n;
}

interface Attempt {
  operatorId: string;
  code: string;
  now: Date;
  confirmed: boolean;
}

async function takeStep(
  db: DbOrTransaction,
  sealing: Sealing,
  { operatorId, code, now, confirmed }: Attempt,
): Promise<boolean> {
  const row = await db
    .selectFrom('totpSecrets')
    .select('sealed')
    .where('operatorId', '=', operatorId)
    .where('confirmedAt', confirmed ? 'is not' : 'is', null)
    .executeTakeFirst();
  const token = code.replace(/[\s-]/g, '');
  // the library throws for any other length
  if (!row || !/^\d{6}$/.test(token)) return false;
  const secret = sealing.open(row.sealed, about(operatorId));
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token, epoch, epochTolerance: TOLERANCE });
  if (!result.valid) return false;
  const step = Math.floor(epoch / 30) + result.delta;
  const taken = await db
    .updateTable('totpSecrets')
    .set({ lastStep: String(step), confirmedAt: sql`coalesce(confirmed_at, now())` })
    .where('operatorId', '=', operatorId)
    .where('sealed', '=', row.sealed)
    .where('confirmedAt', confirmed ? 'is not' : 'is', null)
    .where((eb) => eb.or([eb('lastStep', 'is', null), eb('lastStep', '<', String(step))]))
    .executeTakeFirst();
  return taken.numUpdatedRows > 0n;
}
