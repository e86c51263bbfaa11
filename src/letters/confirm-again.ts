import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { readAddress } from '../mail/address.ts';
import { askAddress, type NotAsked } from './ask-address.ts';
import type { NamedNewsletter } from './content.ts';

/**
 * Sends the confirmation of everything that waits for one to a subscriber's present address: after a change of
 * the address, when the link in the older letter has ended, or because somebody asks for it again. Judged by the
 * gate of `askAddress`. Returns the letters to enqueue; none, and no reason, where nothing waits.
 */
export async function confirmAgain(
  tx: DbOrTransaction,
  subscriberId: string,
  { origin, now }: { origin: string; now: Date },
): Promise<{ letters: string[]; refused: NotAsked | null }> {
  const { rows } = await sql<{
    email: string;
    addressHash: Buffer;
    language: string;
    newsletters: NamedNewsletter[];
  }>`
    select s.email, s.address_hash,
      coalesce(max(t.requested->>'language'), s.language, max(n.language)) as language,
      jsonb_agg(jsonb_build_object('slug', n.slug, 'title', n.title, 'description', n.description)
        order by n.id) as newsletters
    from subscribers s join subscriptions t on t.subscriber_id = s.id and t.state = 'pending'
      join newsletters n on n.id = t.newsletter_id
    where s.id = ${subscriberId} and s.erased_at is null and s.address_hash is not null
    group by s.id`.execute(tx);
  const [waiting] = rows;
  if (!waiting) return { letters: [], refused: null };
  const { email, addressHash, language, newsletters } = waiting;
  const question = {
    kind: 'confirmation' as const,
    subscriberId,
    address: readAddress(email),
    addressHash,
    language,
    content: { newsletters, requestedAt: now.toISOString(), origin },
  };
  const asked = await askAddress(tx, question, now);
  // It is the letter of this day: a sign-up on the same day sends no second one.
  if (asked.letters.length > 0)
    await tx
      .updateTable('subscribers')
      .set({ confirmationAt: now })
      .where('id', '=', subscriberId)
      .execute();
  return asked;
}
