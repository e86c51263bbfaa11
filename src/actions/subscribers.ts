import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { addSubscriber } from '../letters/added-by-operator.ts';
import { moveToAddress } from '../letters/change-address.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { Scope } from '../operators/scope.ts';
import { eraseSubscriber } from '../privacy/erase.ts';
import type { Subscriber } from '../subscribers/api-shape.ts';
import { readChanges, updateSubscriber } from '../subscribers/change.ts';
import type { HashAddress } from '../subscribers/sign-up-fields.ts';
import { getSubscriber } from '../subscribers/subscribers.ts';
import { requireSubscriber } from '../subscribers/within-scope.ts';
import type { Done } from './commit.ts';

/** On whose behalf, and what it takes to write to a reader. */
export interface SubscriberWork {
  hashAddress: HashAddress;
  /** The host of this service, as a letter names it. */
  origin: string;
  now: Date;
  scope?: Scope;
}

/** The work of one request or command. */
export const subscriberWork = (
  { hashAddress, config, now }: Pick<Context, 'hashAddress' | 'config' | 'now'>,
  scope: Scope = null,
): SubscriberWork => ({
  hashAddress,
  origin: new URL(config.publicUrl).host,
  now: now(),
  scope,
});

/**
 * Adds a subscriber, or subscriptions to one who is known, with its audit row. Without a consent they are asked first.
 * Throws InvalidSubscriber, AddressSuppressed.
 */
export async function addReader(
  tx: DbOrTransaction,
  actor: Actor,
  input: unknown,
  work: SubscriberWork,
): Promise<Done<{ subscriber: Subscriber; added: boolean }>> {
  const by = actor.kind === 'token' ? 'api' : 'operator';
  const { id, added, letters } = await addSubscriber(tx, input, { ...work, by });
  await audit(tx, actor, 'add', `subscriber ${id}`);
  return {
    value: { subscriber: await getSubscriber(tx, id, work.scope), added },
    enqueue: (queues) => queues.enqueueLetters(letters),
  };
}

/**
 * Changes a subscriber, with its audit row. Where the address changes, the old one is told and can take it back for a
 * week, links mailed to it end, and what waits for a confirmation is asked at the new one. Throws InvalidSubscriber,
 * SubscriberNotFound, SubscriberShared, AddressTaken, AddressSuppressed.
 */
export async function changeSubscriber(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  input: object,
  by: SubscriberWork,
): Promise<Done<Subscriber>> {
  const { address, changes } = readChanges(input);
  await updateSubscriber(tx, id, changes, by);
  let letters: string[] = [];
  if (address) {
    await requireSubscriber(tx, by.scope ?? null, id, { whole: true });
    const addressHash = by.hashAddress(address.key);
    letters = await moveToAddress(tx, id, { address, addressHash }, by);
  }
  await audit(tx, actor, 'change', `subscriber ${id}`, detailOf(input));
  return {
    value: await getSubscriber(tx, id, by.scope),
    enqueue: (queues) => queues.enqueueLetters(letters),
  };
}

/** What was changed, and of which newsletters; never to what, since the audit outlives an erasure. */
function detailOf(input: object): Record<string, unknown> {
  const { subscriptions } = input as { subscriptions?: { newsletter: string; state?: string }[] };
  const newsletters = subscriptions?.map((one) => one.newsletter);
  const ended = subscriptions
    ?.filter((one) => one.state !== undefined)
    .map((one) => one.newsletter);
  return {
    fields: Object.keys(input),
    ...(newsletters ? { newsletters } : {}),
    ...(ended && ended.length > 0 ? { ended } : {}),
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
