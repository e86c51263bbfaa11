import type { DbOrTransaction } from '../database/connection.ts';
import { confirmAgain } from '../letters/confirm-again.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { Scope } from '../operators/scope.ts';
import { eraseSubscriber } from '../privacy/erase.ts';
import type { Subscriber } from '../subscribers/api-shape.ts';
import { updateSubscriber } from '../subscribers/change.ts';
import { AddressSuppressed } from '../subscribers/errors.ts';
import type { HashAddress } from '../subscribers/sign-up-fields.ts';
import { getSubscriber } from '../subscribers/subscribers.ts';
import { suppress } from '../subscribers/suppression.ts';
import type { Done } from './commit.ts';

/**
 * Changes a subscriber, with its audit row. Where a subscription waits for its confirmation and the address changes,
 * the new address is asked. Throws InvalidSubscriber, SubscriberNotFound, SubscriberShared, AddressTaken, AddressSuppressed.
 */
export async function changeSubscriber(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  changes: object,
  by: { hashAddress: HashAddress; origin: string; now: Date; scope?: Scope },
): Promise<Done<Subscriber>> {
  const { moved } = await updateSubscriber(tx, id, changes, by);
  await audit(tx, actor, 'change', `subscriber ${id}`, { fields: Object.keys(changes) });
  const { letters, refused } = moved
    ? await confirmAgain(tx, id, by)
    : { letters: [], refused: null };
  if (refused === 'suppressed') throw new AddressSuppressed();
  return {
    value: await getSubscriber(tx, id, by.scope),
    enqueue: (queues) => queues.enqueueLetters(letters),
  };
}

/** Erases a person, with its audit row; a last letter tells them. Throws SubscriberNotFound. */
export async function eraseAndTell(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  now: Date,
): Promise<Done<void>> {
  const { letters } = await eraseSubscriber(tx, id, now);
  await audit(tx, actor, 'erase', `subscriber ${id}`);
  return { value: undefined, enqueue: (queues) => queues.enqueueLetters(letters) };
}

/** Never mails an address again, with its audit row; false where it was suppressed before. */
export async function suppressAddress(
  tx: DbOrTransaction,
  actor: Actor,
  hash: Buffer,
  detail: string | null,
): Promise<boolean> {
  const made = await suppress(tx, hash, { reason: 'operator', detail });
  if (made) await audit(tx, actor, 'suppress', `address ${hash.toString('hex')}`);
  return made;
}
