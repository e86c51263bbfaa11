import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { hashSecret } from './secret-tokens.ts';

const CODES = 10;
/** 32 signs that are not mistaken for each other: five bits each, 80 bits a code. */
const SIGNS = 'abcdefghijkmnpqrstuvwxyz23456789';
const LENGTH = 16;

/** Ten codes, each of which lets its operator in once in place of a second factor; those of before end. */
export async function makeRecoveryCodes(
  tx: DbOrTransaction,
  operatorId: string,
): Promise<string[]> {
  const codes = Array.from({ length: CODES }, newCode);
  await tx.deleteFrom('recoveryCodes').where('operatorId', '=', operatorId).execute();
  await tx
    .insertInto('recoveryCodes')
    .values(codes.map((code) => ({ operatorId, codeHash: hashSecret(bare(code)) })))
    .execute();
  return codes;
}

/** Uses a code up. False when it is wrong or was used: also by somebody at the same moment. */
export async function useRecoveryCode(
  db: DbOrTransaction,
  operatorId: string,
  code: string,
): Promise<boolean> {
  const used = await db
    .updateTable('recoveryCodes')
    .set({ usedAt: sql`now()` })
    .where('operatorId', '=', operatorId)
    .where('codeHash', '=', hashSecret(bare(code)))
    .where('usedAt', 'is', null)
    .executeTakeFirst();
  return used.numUpdatedRows > 0n;
}

/** How many codes an operator has left. */
export async function recoveryCodesLeft(db: DbOrTransaction, operatorId: string): Promise<number> {
  const { left } = await db
    .selectFrom('recoveryCodes')
    .select(sql<number>`count(*)::int`.as('left'))
    .where('operatorId', '=', operatorId)
    .where('usedAt', 'is', null)
    .executeTakeFirstOrThrow();
  return left;
}

function newCode(): string {
  const signs = Array.from(randomBytes(LENGTH), (byte) => SIGNS[byte % SIGNS.length]);
  return [0, 4, 8, 12].map((at) => signs.slice(at, at + 4).join('')).join('-');
}

/** A code as it is hashed, however somebody typed it. */
const bare = (code: string) => code.toLowerCase().replace(/[^a-z0-9]/g, '');
