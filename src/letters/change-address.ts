import type { DbOrTransaction } from '../database/connection.ts';
import { type Address, maskAddress } from '../mail/address.ts';
import { changeAddress } from '../subscribers/change.ts';
import { findSuppression, requireNotSuppressed } from '../subscribers/suppression.ts';
import { confirmAgain } from './confirm-again.ts';
import { queueLetter } from './letters.ts';

/** How long the owner of the old address may take a change back. */
export const RESTORE_DAYS = 7;

/** An address and the HMAC of its compared form. */
interface Target {
  address: Address;
  addressHash: Buffer;
}

/**
 * Gives a subscriber another address, which has confirmed it or which an operator vouches for, and tells the old one,
 * which can take that back for a week, if it has ever confirmed anything. What waits for a confirmation is asked anew at the
 * new one. Call it in a transaction; returns the letters to enqueue. Throws AddressTaken, AddressSuppressed.
 */
export async function moveToAddress(
  tx: DbOrTransaction,
  subscriberId: string,
  { address, addressHash }: Target,
  { origin, now }: { origin: string; now: Date },
): Promise<string[]> {
  const old = await tx
    .selectFrom('subscribers')
    .select(['email', 'addressHash', 'language'])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('subscriptions')
            .select('state')
            .where('subscriberId', '=', subscriberId)
            .where('confirmedAt', 'is not', null),
        )
        .as('hasConsented'),
    )
    .where('id', '=', subscriberId)
    .where('erasedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  // to write the same address otherwise moves nobody
  if (!old?.addressHash?.equals(addressHash)) await requireNotSuppressed(tx, addressHash);
  const moved = await changeAddress(tx, subscriberId, address, addressHash);
  if (!moved) return [];
  const { letters } = await confirmAgain(tx, subscriberId, { origin, now });
  if (!old?.email || !old.addressHash || !old.hasConsented) return letters;
  const suppression = await findSuppression(tx, old.addressHash);
  if (suppression && !suppression.held) return letters;
  const told = await queueLetter(tx, {
    kind: 'moved',
    subscriberId,
    email: old.email,
    language: old.language ?? 'en',
    content: { newAddress: maskAddress(address.email), changedAt: now.toISOString() },
  });
  return [...letters, told];
}

/**
 * Gives a subscriber back the address that a letter of a change was sent to. The addresses that came after it are
 * told nothing and can take nothing back. Call it in a transaction; returns the letters to enqueue. Throws
 * AddressTaken.
 */
export async function restoreAddress(
  tx: DbOrTransaction,
  subscriberId: string,
  letterId: string,
  { address, addressHash }: Target,
  { origin, now }: { origin: string; now: Date },
): Promise<string[]> {
  await changeAddress(tx, subscriberId, address, addressHash);
  await tx
    .deleteFrom('letters')
    .where('subscriberId', '=', subscriberId)
    .where('kind', 'in', ['moved', 'address'])
    .where('id', '>', letterId)
    .where('state', '<>', 'sending')
    .execute();
  const { letters } = await confirmAgain(tx, subscriberId, { origin, now });
  return letters;
}
