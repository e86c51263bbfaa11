import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';

/** The first request with this key has not ended yet. */
export class StillRunning extends Error {
  override name = 'StillRunning';
}
/** The key was used for another request. */
export class KeyReused extends Error {
  override name = 'KeyReused';
}

export interface StoredAnswer {
  status: number;
  body: unknown;
}

/** What makes two requests the same: method, path with query, and body. */
export function requestHash(method: string, path: string, body: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([method, path, body ?? null]))
    .digest();
}

/** A request that was answered, and its answer. */
export interface EarlierRequest {
  hash: Buffer;
  answer: StoredAnswer;
}

/**
 * Takes a key for the length of the transaction. Answers the request it was used for within 24 hours;
 * undefined when this is the first. Throws StillRunning.
 */
export async function takeIdempotencyKey(
  tx: DbOrTransaction,
  { tokenId, key }: { tokenId: string; key: string },
): Promise<EarlierRequest | undefined> {
  // A lock that ends with its transaction, also when the process is killed. An insert would wait for the
  // first request instead of telling the second one that it runs.
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`${tokenId} ${key}`}, 0)) as taken
  `.execute(tx);
  if (!rows[0]?.taken)
    throw new StillRunning('The first request with this Idempotency-Key is still running.');
  const row = await tx
    .selectFrom('idempotencyKeys')
    .select(['requestHash', 'status', 'response'])
    .where('tokenId', '=', tokenId)
    .where('key', '=', key)
    .where('createdAt', '>', sql<Date>`now() - interval '24 hours'`)
    .executeTakeFirst();
  return (
    row && { hash: row.requestHash, answer: { status: row.status ?? 200, body: row.response } }
  );
}

/** What the earlier request was answered, if this is the same one. Throws KeyReused. */
export function replay(earlier: EarlierRequest, hash: Buffer): StoredAnswer {
  if (!earlier.hash.equals(hash))
    throw new KeyReused('This Idempotency-Key was used for another request.');
  return earlier.answer;
}

/** Keeps the answer, in the transaction of what it answers for. */
export async function keepAnswer(
  tx: DbOrTransaction,
  request: { tokenId: string; key: string; hash: Buffer },
  answer: StoredAnswer,
): Promise<void> {
  const values = {
    requestHash: request.hash,
    status: answer.status,
    response: JSON.stringify(answer.body ?? null),
  };
  await tx
    .insertInto('idempotencyKeys')
    .values({ tokenId: request.tokenId, key: request.key, ...values })
    .onConflict((oc) =>
      oc.columns(['tokenId', 'key']).doUpdateSet({ ...values, createdAt: sql`now()` }),
    )
    .execute();
}

/** Forgets keys older than 24 hours. */
export async function forgetIdempotencyKeys(db: DbOrTransaction): Promise<void> {
  await db
    .deleteFrom('idempotencyKeys')
    .where('createdAt', '<', sql<Date>`now() - interval '24 hours'`)
    .execute();
}
