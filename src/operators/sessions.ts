import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { SignInMethod } from '../database/tables.ts';
import { getActiveOperator, noteSeen, type Operator } from './accounts.ts';
import { hashSecret, newSecret } from './secret-tokens.ts';

/** How long a session lasts at most, and how long without a request; both end it. */
const MOST_DAYS = 30;
const IDLE_DAYS = 14;
/** Its use is noted this often at most. */
const NOTED_MS = 3 * 60_000;

/** The lifetime of a session, for the cookie that names it. */
export const SESSION_MS = MOST_DAYS * 24 * 60 * 60 * 1000;

/** A session of an operator. The database knows the hash of its secret, never the secret. */
export interface StoredSession {
  idHash: Buffer;
  operator: Operator;
  method: SignInMethod;
  createdAt: Date;
  /** What the console keeps between two pages. */
  data: Record<string, unknown>;
}

/** How and from where somebody signed in, for the list of their sessions. Gone with the session. */
export interface SessionOrigin {
  method: SignInMethod;
  userAgent: string | null;
  originAddress: string | null;
}

/** A session as its operator sees it in a list. */
export interface ListedSession extends SessionOrigin {
  id: string;
  createdAt: Date;
  usedAt: Date;
}

/** Begins a session; answers the secret that goes into the cookie. Forgets sessions that have expired. */
export async function beginSession(
  db: DbOrTransaction,
  operatorId: string,
  origin: SessionOrigin = { method: 'password', userAgent: null, originAddress: null },
): Promise<string> {
  await db.deleteFrom('sessions').where('expiresAt', '<', sql<Date>`now()`).execute();
  const secret = newSecret('gcn');
  await db
    .insertInto('sessions')
    .values({
      idHash: hashSecret(secret),
      operatorId,
      method: origin.method,
      userAgent: origin.userAgent?.slice(0, 500) ?? null,
      originAddress: origin.originAddress,
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
    .select(['operatorId', 'data', 'usedAt', 'method', 'createdAt'])
    .where('idHash', '=', idHash)
    .where('expiresAt', '>', sql<Date>`now()`)
    .executeTakeFirst();
  const operator = found && (await getActiveOperator(db, found.operatorId));
  if (!operator) return undefined;
  if (Date.now() - found.usedAt.getTime() > NOTED_MS || operator.lastSeenAt === null) {
    await db
      .updateTable('sessions')
      .set({
        usedAt: sql`now()`,
        expiresAt: sql`least(created_at + ${`${MOST_DAYS} days`}::interval, now() + ${`${IDLE_DAYS} days`}::interval)`,
      })
      .where('idHash', '=', idHash)
      .execute();
    await noteSeen(db, operator.id);
  }
  const { data, method, createdAt } = found;
  return { idHash, operator, method, createdAt, data };
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

/** The sessions of an operator that have not ended, the one used last first. */
export async function listSessions(
  db: DbOrTransaction,
  operatorId: string,
): Promise<(ListedSession & { idHash: Buffer })[]> {
  return db
    .selectFrom('sessions')
    .select(['id', 'idHash', 'method', 'userAgent', 'originAddress', 'createdAt', 'usedAt'])
    .where('operatorId', '=', operatorId)
    .where('expiresAt', '>', sql<Date>`now()`)
    .orderBy('usedAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** Ends one session of an operator, named as in their list. False when there is none of that name. */
export async function endListedSession(
  db: DbOrTransaction,
  operatorId: string,
  id: string,
): Promise<boolean> {
  const ended = await db
    .deleteFrom('sessions')
    .where('operatorId', '=', operatorId)
    .where('id', '=', id)
    .executeTakeFirst();
  return ended.numDeletedRows > 0n;
}

/** Ends the sessions of an operator but for one. Answers how many there were. */
export async function endOtherSessions(
  db: DbOrTransaction,
  operatorId: string,
  kept: Buffer,
): Promise<number> {
  const ended = await db
    .deleteFrom('sessions')
    .where('operatorId', '=', operatorId)
    .where('idHash', '<>', kept)
    .where('expiresAt', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return Number(ended.numDeletedRows);
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
