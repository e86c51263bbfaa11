import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Address } from '../mail/address.ts';
import { mailboxOf } from '../mail/canonical-mailbox.ts';
import { getSignUpSettings } from '../subscribers/sign-up-settings.ts';
import type { LetterContents } from './content.ts';

type Asked = 'confirmation' | 'address' | 'links';

/** Addresses other than their own that one subscriber can have letters sent to in a day. */
export const TARGETS_A_DAY = 3;
/** The same letter to the same address goes once in so many minutes: the link of the first still works. */
const PAUSE_MINUTES = 10;

/**
 * Why no letter was sent. `suppressed` and `mailbox` (it had its letters of the day) are about the person behind the
 * address: a page says the same as if one had been sent, so that nobody learns them. `targets` (too many
 * addresses today) and `again` (sent a moment ago) may be told.
 */
export type NotAsked = 'suppressed' | 'mailbox' | 'targets' | 'again';

/** A letter to an address whose owner has not consented to any, or that somebody else asks for. */
export interface Question<K extends Asked = Asked> {
  kind: K;
  /** On whose behalf. */
  subscriberId: string;
  address: Address;
  /** HMAC of the address' compared form. */
  addressHash: Buffer;
  language: string;
  content: LetterContents[K];
}

/**
 * The one gate before every letter to an address that has not consented, and before those that an operator has sent,
 * whichever page, program or operator asks. (Sign-ups are judged by the same rules inside their own statement, in
 * subscribers/subscriptions/request.ts.) Sends nothing
 * to a suppressed address, to a fourth other address of one subscriber in a day, to a mailbox that had its
 * letters of the day (`perMailbox` of the sign-up settings; all its aliases together), and twice within ten
 * minutes. Call it in the transaction of the cause. Returns the letters to enqueue, and why there is none.
 */
export async function askAddress(
  tx: DbOrTransaction,
  { kind, subscriberId, address, addressHash, language, content }: Question,
  now: Date,
): Promise<{ letters: string[]; refused: NotAsked | null }> {
  const mailbox = mailboxOf(address);
  const { perMailbox } = await getSignUpSettings(tx);
  // Of many at once each sees the letters of those before it.
  await sql`select from subscribers where id = ${subscriberId} for update`.execute(tx);
  await sql`select pg_advisory_xact_lock(hashtextextended(${mailbox}, 0))`.execute(tx);
  const since = (minutes: number) => sql`${now}::timestamptz - ${minutes} * interval '1 minute'`;
  const { rows } = await sql<{ id: string | null; refused: NotAsked | null }>`
    with own as (
      select id, email, email_key = ${address.key} as is_present from subscribers
      where id = ${subscriberId} and erased_at is null
    ), verdict as (
      select case
        when exists (select from suppressions x where x.address_hash = ${addressHash} and not x.held)
          then 'suppressed'
        when exists (select from letters l where l.subscriber_id = own.id and l.kind = ${kind}
            and coalesce(l.email, own.email) = ${address.email} and l.state not in ('failed', 'skipped')
            and l.mailbox = ${mailbox} and l.created_at > ${since(PAUSE_MINUTES)}) then 'again'
        when not own.is_present and (
            select count(distinct l.email) from letters l where l.subscriber_id = own.id
              and l.mailbox is not null and l.email <> ${address.email}
              and l.created_at > ${since(24 * 60)}) >= ${TARGETS_A_DAY} then 'targets'
        when (select count(*) from letters l where l.mailbox = ${mailbox}
            and l.state not in ('failed', 'skipped') and l.created_at > ${since(24 * 60)}) >= ${perMailbox}
          then 'mailbox' end as refused, own.id, own.is_present
      from own
    ), letter as (
      insert into letters (kind, subscriber_id, email, mailbox, language, content, created_at, next_at,
        expires_at)
      -- to the present address by way of the subscriber, so that the letter follows a change of it
      select ${kind}::text, id, case when not is_present then ${address.email}::text end, ${mailbox}::text,
        ${language}::text, ${JSON.stringify(content)}::jsonb, ${now}::timestamptz, ${now}::timestamptz,
        ${now}::timestamptz + interval '1 day'
      from verdict where refused is null
      returning id
    )
    select (select id from letter), refused from verdict`.execute(tx);
  const { id = null, refused = null } = rows[0] ?? {};
  return { letters: id === null ? [] : [id], refused };
}
