import type { DbOrTransaction } from '../database/connection.ts';
import type { NotAsked } from '../letters/ask-address.ts';
import { confirmAgain } from '../letters/confirm-again.ts';
import { LetterRefused, NothingToConfirm } from '../letters/errors.ts';
import { sendLinks } from '../letters/own-links.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { AddressSuppressed, SubscriberNotFound } from '../subscribers/errors.ts';
import { addressHashOf } from '../subscribers/suppression.ts';
import { requireSubscriber } from '../subscribers/within-scope.ts';
import type { Done } from './commit.ts';
import type { SubscriberWork } from './subscribers.ts';

/**
 * Asks a subscriber once more to confirm what waits for it, with its audit row. Throws SubscriberNotFound,
 * NothingToConfirm, AddressSuppressed, LetterRefused.
 */
export async function sendConfirmationTo(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  by: SubscriberWork,
): Promise<Done<void>> {
  await requireSubscriber(tx, by.scope ?? null, id, { whole: false });
  if (!(await addressHashOf(tx, id))) throw new SubscriberNotFound(id);
  const asked = sent(await confirmAgain(tx, id, by));
  if (asked.length === 0) throw new NothingToConfirm();
  await audit(tx, actor, 'send confirmation', `subscriber ${id}`);
  return { value: undefined, enqueue: (queues) => queues.enqueueLetters(asked) };
}

/**
 * Sends a subscriber the links to their preferences and out of what they receive, with its audit row. Throws
 * SubscriberNotFound, AddressSuppressed, LetterRefused.
 */
export async function sendLinksTo(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  { now, scope = null }: SubscriberWork,
): Promise<Done<void>> {
  await requireSubscriber(tx, scope, id, { whole: false });
  const letters = sent(await sendLinks(tx, id, now));
  await audit(tx, actor, 'send links', `subscriber ${id}`);
  return { value: undefined, enqueue: (queues) => queues.enqueueLetters(letters) };
}

/** The letters that the gate let out. An operator may be told why there is none. */
function sent({ letters, refused }: { letters: string[]; refused: NotAsked | null }): string[] {
  if (refused === 'suppressed') throw new AddressSuppressed();
  if (refused) throw new LetterRefused(refused);
  return letters;
}
