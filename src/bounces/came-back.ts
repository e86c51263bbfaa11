import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { isCurrent } from '../subscribers/links.ts';
import { letterIn } from '../subscribers/return-path.ts';
import type { Subject } from '../subscribers/tokens.ts';
import type { ClassifiedRecipient } from './classify.ts';
import { follow, MOST_WORDS } from './follow.ts';

/** What came back, of a reader who is known for certain: by a token of ours, or by a provider's signed event. */
export interface CameBack {
  kind: 'bounce' | 'complaint' | 'suppressed';
  /** The door it came by: `smtp`, `imap`, or a provider's name. */
  source: string;
  subject: Subject;
  verdict: Omit<ClassifiedRecipient, 'address'>;
  /** What the report says, for people. */
  words: string;
}

/**
 * Writes down what came back, and does what follows: after a hard bounce or a complaint the address is suppressed and
 * every subscription ended; after soft ones on too many days, too. A report that comes again on a day changes nothing. One about
 * an address that the reader has changed since is written down, and that is all. Call it in a transaction.
 */
export async function takeCameBack(
  tx: DbOrTransaction,
  { kind, source, subject: marked, verdict, words }: CameBack,
  now: Date,
): Promise<{ recorded: boolean; suppressed: boolean }> {
  const { letter, subject } = letterIn(marked);
  // two reports about one reader stand in line: both count days
  const reader = await tx
    .selectFrom('subscribers')
    .select(['id', 'email', 'addressHash', 'addressChanges', 'receiverGroup'])
    .where('id', '=', subject.subscriber)
    .forUpdate()
    .executeTakeFirst();
  if (!reader) return { recorded: false, suppressed: false };
  const sent =
    letter === undefined
      ? undefined
      : await tx
          .selectFrom('letters')
          .select(['email', 'newsletterId'])
          .where('id', '=', letter)
          .where('subscriberId', '=', reader.id)
          .executeTakeFirst();
  const { rows } = await sql<{ id: string }>`
    insert into bounces (at, kind, source, subscriber_id, edition_id, letter_id, newsletter_id, receiver_group, hard,
      reason, status, words)
    select ${now}, ${kind}, ${source}, ${reader.id}, e.id, ${letter ?? null},
      coalesce(e.newsletter_id, ${subject.newsletter ?? sent?.newsletterId ?? null}), ${reader.receiverGroup}, ${verdict.hard}, ${verdict.reason}, ${verdict.status}, ${words.slice(0, MOST_WORDS)}
    from (select) one left join editions e on e.id = ${subject.edition ?? null}
    on conflict do nothing
    returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) return { recorded: false, suppressed: false };
  const { addressHash } = reader;
  // a letter to another address than theirs: one that they want to change to, or had before
  const elsewhere = sent?.email != null && sent.email !== reader.email;
  if (!addressHash || elsewhere || !isCurrent(subject, reader))
    return { recorded: true, suppressed: false };
  const { hard, reason } = verdict;
  const came = { id, kind, hard, reason, words, ...subject, addressHash };
  return { recorded: true, suppressed: await follow(tx, came, now) };
}
