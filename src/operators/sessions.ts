import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { getActiveOperator, type Operator } from './accounts.ts';
import { hashSecret, newSecret } from './secret-tokens.ts';

/** How long a session lasts at most, and how long without a request; both end it. */
const MOST_DAYS = 30;
const IDLE_DAYS = 14;

/** The lifetime of a session, for the cookie that names it. */
export const SESSION_MS = MOST_DAYS * 24 * 60 * 60 * 1000;

/** A session of an operator. The database knows the hash of its secret, never the secret. */
export interface StoredSession {
  idHash: Buffer;
  operator: Operator;
  /** What the console keeps between two pages. */
  data: Record<string, unknown>;
}

/** Begins a session; answers the secret that goes into the cookie. Forgets sessions that have expired. */
export async function beginSession(db: DbOrTransaction, operatorId: string): Promise<string> {
  await db.deleteFrom('sessions').where('expiresAt', '<', sql<Date>`now()`).execute();
  const secret = newSecret('gcn');
  await db
    .insertInto('sessions')
    .values({
      idHash: hashSecret(secret),
      operatorId,
      expiresAt: sql`now() + ${`${IDLE_DAYS} days`}::interval`,
    })
    .execute();
  return secret;
}

/** The session with this secret, unless it has expired or its operator is disabled. Using it prolongs it. */
export async function findSession(
  db: DbOrTransaction,
  secret: string,
): Promise<StoredSession | undefined> {
  const idHash = hashSecret(secret);
  const found = await db
    .selectFrom('sessions')
    .select(['operatorId', 'data', 'usedAt'])
    .where('idHash', '=', idHash)
    .where('expiresAt', '>', sql<Date>`now()`)
    .executeTakeFirst();
  const operator = found && (await getActiveOperator(db, found.operatorId));
  if (!operator) return undefined;
  // once an hour is often enough
  if (Date.now() - found.usedAt.getTime() > 3_600_000)
    await db
      .updateTable('sessions')
      .set({
        usedAt: sql`now()`,
        expiresAt: sql`least(created_at + ${`${MOST_DAYS} days`}::interval, now() + ${`${IDLE_DAYS} days`}::interval)`,
      })
      .where('idHash', '=', idHash)
      .execute();
  return { idHash, operator, data: found.data };
}

/**
 * The operators of sessions that have not ended, by the session's `id`: each as one text that changes with anything of
 * the account. One statement for all who keep a stream open; it prolongs none.
 */
export async function operatorsOfSessions(
  db: DbOrTransaction,
  ids: string[],
): Promise<Map<string, string>> {
  const hashes = ids.map((id) => Buffer.from(id, 'base64url'));
  const { rows } = await sql<{ idHash: Buffer; operator: string }>`
    select s.id_hash, md5((to_jsonb(o) - 'last_seen_at')::text) as operator
    from sessions s join operators o on o.id = s.operator_id
    where s.id_hash = any(${hashes}) and s.expires_at > now() and o.disabled_at is null`.execute(
    db,
  );
  return new Map(rows.map(({ idHash, operator }) => [idHash.toString('base64url'), operator]));
}

/** Keeps values in a session, each under its name. A session that has ended keeps nothing. */
export async function keepInSession(
  db: DbOrTransaction,
  idHash: Buffer,
  data: Record<string, unknown>,
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ data: sql`data || ${JSON.stringify(data)}::jsonb` })
    .where('idHash', '=', idHash)
    .execute();
}

/** Removes a value from a session and answers it: of two requests at once, one gets it. */
export async function takeFromSession(
  db: DbOrTransaction,
  idHash: Buffer,
  name: string,
): Promise<unknown> {
  const { rows } = await sql<{ value: unknown }>`
    with taken as (select id_hash, data -> ${name} as value from sessions
      where id_hash = ${idHash} and data ? ${name} for update)
    update sessions set data = data - ${name}::text from taken
    where sessions.id_hash = taken.id_hash returning taken.value`.execute(db);
  return rows[0]?.value;
}

export async function endSession(db: DbOrTransaction, idHash: Buffer): Promise<void> {
  await db.deleteFrom('sessions').where('idHash', '=', idHash).execute();
}

/** Ends every session of an operator, in every browser. Answers how many there were. */
export async function endSessionsOf(db: DbOrTransaction, operatorId: string): Promise<number> {
  const ended = await db
    .deleteFrom('sessions')
    .where('operatorId', '=', operatorId)
    .where('expiresAt', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return Number(ended.numDeletedRows);
}
