import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { ReasonNeeded, SubscriberNotFound, SuppressionNotFound } from '../subscribers/errors.ts';
import { type SuppressedList, suppressList } from '../subscribers/suppress-list.ts';
import {
  addressHashOf,
  removeSuppression,
  type Suppression,
  suppress,
} from '../subscribers/suppression.ts';

/** Never mails an address again, with its audit row; false where it was suppressed before. */
export async function suppressAddress(
  tx: DbOrTransaction,
  actor: Actor,
  hash: Buffer,
  detail: string | null,
): Promise<boolean> {
  const made = await suppress(tx, hash, { reason: 'operator', detail });
  if (made)
    await audit(tx, actor, 'suppress', objectOf(hash), detail ? { reason: detail } : undefined);
  return made;
}

/** Never mails a subscriber again, at the address they have now. Throws SubscriberNotFound. */
export async function suppressSubscriber(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  detail: string | null,
): Promise<boolean> {
  return suppressAddress(tx, actor, await hashOf(tx, id), detail);
}

/**
 * Lets an address be mailed again, with its audit row, which keeps why; subscriptions that ended stay ended.
 * One that a bounce made wants a reason. Throws SuppressionNotFound, ComplaintStays, ReasonNeeded.
 */
export async function liftSuppression(
  tx: DbOrTransaction,
  actor: Actor,
  hash: Buffer,
  reason: string | null,
): Promise<Suppression> {
  const removed = await removeSuppression(tx, hash);
  if (!removed) throw new SuppressionNotFound();
  if (removed.reason === 'bounce' && !removed.held && !reason) throw new ReasonNeeded();
  const detail = { was: removed.reason, ...(reason ? { reason } : {}) };
  await audit(tx, actor, 'unsuppress', objectOf(hash), detail);
  return removed;
}

/** The same for the address that a subscriber has now. Throws SubscriberNotFound, too. */
export async function liftSubscriber(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  reason: string,
): Promise<Suppression> {
  return liftSuppression(tx, actor, await hashOf(tx, id), reason);
}

async function hashOf(tx: DbOrTransaction, id: string): Promise<Buffer> {
  const hash = await addressHashOf(tx, id);
  if (!hash) throw new SubscriberNotFound(id);
  return hash;
}

const objectOf = (hash: Buffer) => `address ${hash.toString('hex')}`;

/** Suppresses every address of a list, with one audit row. Throws InvalidImport. */
export async function importSuppressions(
  { db, hashAddress }: Pick<Context, 'db' | 'hashAddress'>,
  actor: Actor,
  source: AsyncIterable<Uint8Array>,
  { reason, detail }: { reason: 'bounce' | 'complaint' | 'operator'; detail: string | null },
): Promise<SuppressedList> {
  const done = await suppressList(db, source, { hashAddress, reason, detail });
  const { suppressed } = done;
  await audit(db, actor, 'suppress', 'addresses', {
    addresses: suppressed,
    ...(detail ? { reason: detail } : {}),
  });
  return done;
}
