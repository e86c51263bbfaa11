import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { Address } from '../mail/address.ts';
import {
  formatSchema,
  frequencySchema,
  hourSchema,
  languageSchema,
  nameSchema,
  timezoneSchema,
} from './choices.ts';
import { withoutRequest } from './consent-evidence.ts';
import { AddressTaken, InvalidSubscriber, SubscriberNotFound } from './errors.ts';
import { readFields, toAddress } from './sign-up-fields.ts';
import { endSubscriptions } from './subscriptions/end.ts';
import { requireSubscriber } from './within-scope.ts';

/** Changes that an operator may make. A subscription can be ended here; it is begun by consent alone. */
export const subscriberChanges = z
  .strictObject({
    email: z.string(),
    name: nameSchema.nullable(),
    language: languageSchema.nullable(),
    timezone: timezoneSchema.nullable(),
    subscriptions: z.array(
      z.strictObject({
        newsletter: z.string(),
        state: z.literal('unsubscribed', 'A subscription can only be ended here.').optional(),
        frequency: frequencySchema.optional(),
        hour: hourSchema.nullable().optional(),
        sections: z
          .array(z.string())
          .min(1, 'Name a section, or null for all.')
          .nullable()
          .optional(),
        format: formatSchema.optional(),
        pausedUntil: z.iso.datetime({ offset: true }).nullable().optional(),
      }),
    ),
  })
  .partial();

/** Reads changes: the address apart, since a change of it is a matter of letters, too. Throws InvalidSubscriber. */
export function readChanges(input: unknown): { address: Address | undefined; changes: Changes } {
  const { email, ...changes } = readFields(subscriberChanges, input);
  return { address: email === undefined ? undefined : toAddress(email), changes };
}

type Changes = Omit<z.output<typeof subscriberChanges>, 'email'>;

/** Changes a subscriber, all but the address. Throws InvalidSubscriber, SubscriberNotFound, SubscriberShared. */
export async function updateSubscriber(
  tx: DbOrTransaction,
  id: string,
  { subscriptions, ...person }: Changes,
  { now, scope = null }: { now: Date; scope?: Scope },
): Promise<void> {
  const known = await tx
    .selectFrom('subscribers')
    .select('id')
    .where('id', '=', id)
    .where('erasedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!known) throw new SubscriberNotFound(id);
  await requireSubscriber(tx, scope, id, { whole: Object.keys(person).length > 0 });
  if (Object.keys(person).length > 0)
    await tx.updateTable('subscribers').set(person).where('id', '=', id).execute();
  for (const [index, change] of (subscriptions ?? []).entries())
    await changeSubscription(tx, id, change, index, { now, scope });
}

/**
 * Gives a subscriber another address. Links mailed to the old one end with it, confirmations too: call `confirmAgain`
 * (src/letters) in the same transaction, to ask at the new one. Returns whether it is another; the same address
 * in other letters only changes how it is written. Throws AddressTaken.
 */
export async function changeAddress(
  tx: DbOrTransaction,
  id: string,
  address: Address,
  addressHash: Buffer,
): Promise<boolean> {
  const taken = await tx
    .selectFrom('subscribers')
    .select('id')
    .where('emailKey', '=', address.key)
    .where('id', '<>', id)
    .executeTakeFirst();
  if (taken) throw new AddressTaken(taken.id);
  const { key: emailKey, email, group: receiverGroup } = address;
  const change = tx.updateTable('subscribers').where('id', '=', id).where('erasedAt', 'is', null);
  const moved = await change
    .where('emailKey', 'is distinct from', emailKey)
    // the letters of the day went to the other address
    .set((eb) => ({
      email,
      emailKey,
      addressHash,
      addressChanges: eb('addressChanges', '+', 1),
      receiverGroup,
      confirmationAt: null,
      noticeAt: null,
    }))
    .executeTakeFirstOrThrow();
  // the same address, written otherwise
  if (moved.numUpdatedRows === 0n) await change.set({ email }).execute();
  return moved.numUpdatedRows > 0n;
}

type Change = NonNullable<z.output<typeof subscriberChanges>['subscriptions']>[number];

async function changeSubscription(
  tx: DbOrTransaction,
  subscriberId: string,
  { newsletter, state, pausedUntil, ...choices }: Change,
  index: number,
  { now, scope }: { now: Date; scope: Scope },
): Promise<void> {
  const wrong = (field: string, detail: string) =>
    new InvalidSubscriber([{ pointer: `/subscriptions/${index}/${field}`, detail }]);
  const place = await tx
    .selectFrom('subscriptions as t')
    .innerJoin('newsletters as n', 'n.id', 't.newsletterId')
    .select(['n.id', 't.state'])
    .where('n.slug', '=', newsletter)
    .where('t.subscriberId', '=', subscriberId)
    .where(within(scope, 'n.id'))
    .executeTakeFirst();
  if (!place) throw wrong('newsletter', 'The subscriber has no subscription to such a newsletter.');
  const known = await tx
    .selectFrom('sections')
    .select('slug')
    .where('newsletterId', '=', place.id)
    .execute();
  const unknown = choices.sections?.find((slug) => !known.some((one) => one.slug === slug));
  if (unknown !== undefined)
    throw wrong('sections', `There is no section "${unknown.slice(0, 60)}".`);
  const changes = {
    ...choices,
    ...(pausedUntil === undefined
      ? {}
      : { pausedUntil: pausedUntil ? new Date(pausedUntil) : null }),
  };
  if (Object.keys(changes).length > 0)
    await tx
      .updateTable('subscriptions')
      .set(changes)
      .where('newsletterId', '=', place.id)
      .where('subscriberId', '=', subscriberId)
      .execute();
  if (state !== 'unsubscribed') return;
  await endSubscriptions(
    tx,
    [{ subscriber: subscriberId, newsletter: place.id, evidence: withoutRequest('operator') }],
    now,
  );
}
