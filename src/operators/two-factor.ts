import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { getSetting, putSetting } from '../database/settings.ts';
import { hasPasskey } from './passkeys.ts';
import { makeRecoveryCodes, recoveryCodesLeft } from './recovery-codes.ts';
import { hasTotp } from './totp.ts';

const KEY = 'requireTwoFactor';

/** Whether every operator has to have a second factor. */
export const twoFactorRequired = async (db: DbOrTransaction): Promise<boolean> =>
  (await getSetting(db, KEY, z.boolean())) ?? false;

export const requireTwoFactor = (tx: DbOrTransaction, required: boolean): Promise<void> =>
  putSetting(tx, KEY, required);

/**
 * Recovery codes for somebody who has just added a second factor and has none left; undefined where there are
 * some, which stay as they are.
 */
export async function firstRecoveryCodes(
  tx: DbOrTransaction,
  operatorId: string,
): Promise<string[] | undefined> {
  if ((await recoveryCodesLeft(tx, operatorId)) > 0) return undefined;
  return makeRecoveryCodes(tx, operatorId);
}

/** Without a second factor its recovery codes open nothing: they end with it. */
export async function endUselessRecoveryCodes(
  tx: DbOrTransaction,
  operatorId: string,
): Promise<void> {
  if ((await hasTotp(tx, operatorId)) || (await hasPasskey(tx, operatorId))) return;
  await tx.deleteFrom('recoveryCodes').where('operatorId', '=', operatorId).execute();
}

/** Takes away every second factor of an operator, who lost them. False when there was none. */
export async function resetTwoFactor(tx: DbOrTransaction, operatorId: string): Promise<boolean> {
  let removed = 0n;
  for (const table of ['totpSecrets', 'passkeys', 'recoveryCodes'] as const) {
    const { numDeletedRows } = await tx
      .deleteFrom(table)
      .where('operatorId', '=', operatorId)
      .executeTakeFirst();
    removed += numDeletedRows;
  }
  return removed > 0n;
}
