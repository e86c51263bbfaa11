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

/** Confirmations that one address gets in a day, the first and those asked for again. */
const CONFIRMATIONS_A_DAY = 2;

/**
 * Sends the confirmation again to an address that somebody says has none, once a day and ten minutes after the
 * first at the earliest; to an address of which nothing waits nothing. Returns the letters to enqueue.
 */
export async function sendConfirmationAgain(
  db: DbOrTransaction,
  emailKey: string,
  about: { origin: string; now: Date },
): Promise<string[]> {
  const since = new Date(about.now.getTime() - 24 * 3_600_000);
  const send = async (tx: DbOrTransaction) => {
    const { rows } = await sql<{ id: string; sent: number }>`
      select s.id, (select count(*)::integer from letters l where l.subscriber_id = s.id
        and l.kind = 'confirmation' and l.created_at > ${since}
        and l.state not in ('failed', 'skipped')) as sent
      from subscribers s where s.email_key = ${emailKey} for update`.execute(tx);
    const [found] = rows;
    if (!found || found.sent >= CONFIRMATIONS_A_DAY) return [];
    return (await confirmAgain(tx, found.id, about)).letters;
  };
  return db.isTransaction ? send(db) : db.transaction().execute(send);
}
