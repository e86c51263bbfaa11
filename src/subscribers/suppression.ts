import { type Selectable, sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';
import { AddressSuppressed, ComplaintStays } from './errors.ts';

export type Suppression = Selectable<Database['suppressions']>;

/**
 * Suppresses an address from this moment on. One that is suppressed already stays so for its old reason, and comes
 * into force if it was held. Returns whether that changed something.
 */
export async function suppress(
  db: DbOrTransaction,
  addressHash: Buffer,
  suppression: {
    reason: Suppression['reason'];
    editionId?: string | null;
    held?: boolean;
    detail?: string | null;
  },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('suppressions')
    .values({ addressHash, ...suppression })
    .onConflict((oc) =>
      oc
        .column('addressHash')
        .doUpdateSet({ held: false })
        .where('suppressions.held', '=', true)
        .where((eb) => eb.val(suppression.held !== true)),
    )
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * Removes a suppression; returns it, or undefined where there was none. Throws ComplaintStays: who reported an
 * email as spam is never mailed again.
 */
export async function removeSuppression(
  db: DbOrTransaction,
  addressHash: Buffer,
): Promise<Suppression | undefined> {
  const removed = await db
    .deleteFrom('suppressions')
    .where('addressHash', '=', addressHash)
    // one that is held has never been in force
    .where((eb) => eb.or([eb('reason', '<>', 'complaint'), eb('held', '=', true)]))
    .returningAll()
    .executeTakeFirst();
  if (!removed && (await findSuppression(db, addressHash))) throw new ComplaintStays();
  return removed;
}

/** Suppressions by hash, a page at a time; `next` is the hash to go on after, in hex. */
export async function listSuppressions(
  db: DbOrTransaction,
  { limit, after, held }: { limit: number; after?: string | undefined; held?: boolean },
): Promise<{ data: Suppression[]; next: string | null }> {
  let query = db
    .selectFrom('suppressions')
    .selectAll()
    .orderBy('addressHash')
    .limit(limit + 1);
  if (after !== undefined) query = query.where('addressHash', '>', Buffer.from(after, 'hex'));
  if (held !== undefined) query = query.where('held', '=', held);
  const rows = await query.execute();
  const data = rows.slice(0, limit);
  return {
    data,
    next: rows.length > limit ? (data.at(-1)?.addressHash.toString('hex') ?? null) : null,
  };
}

/** How many suppressions are of addresses that no subscriber has: what is left of them is a hash. Up to 10,000. */
export async function countWithoutReader(db: DbOrTransaction): Promise<number> {
  const { rows } = await sql<{ found: number }>`
    select count(*)::int as found from (
      select from suppressions x where not x.held
        and not exists (select from subscribers s where s.address_hash = x.address_hash) limit 10000
    ) as found`.execute(db);
  return rows[0]?.found ?? 0;
}

/** The suppression of an address, in force or held. */
export function findSuppression(
  db: DbOrTransaction,
  addressHash: Buffer,
): Promise<Suppression | undefined> {
  return db
    .selectFrom('suppressions')
    .selectAll()
    .where('addressHash', '=', addressHash)
    .executeTakeFirst();
}

/** Throws AddressSuppressed where nothing may be sent to an address. */
export async function requireNotSuppressed(
  db: DbOrTransaction,
  addressHash: Buffer,
): Promise<void> {
  const found = await findSuppression(db, addressHash);
  if (found && !found.held) throw new AddressSuppressed();
}

/** The hash of a subscriber's address, by which a suppression of it is found; undefined once they were erased. */
export async function addressHashOf(
  db: DbOrTransaction,
  subscriberId: string,
): Promise<Buffer | undefined> {
  const found = await db
    .selectFrom('subscribers')
    .select('addressHash')
    .where('id', '=', subscriberId)
    .where('erasedAt', 'is', null)
    .executeTakeFirst();
  return found?.addressHash ?? undefined;
}

/** A suppression as the API shows it. */
export function suppressionShape({ addressHash, editionId, ...rest }: Suppression) {
  return { hash: addressHash.toString('hex'), edition: editionId, ...rest };
}
