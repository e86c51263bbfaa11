import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { getEdition } from '../editions/editions.ts';
import { EditionNotFound, NothingNew } from '../editions/errors.ts';
import { isLetter } from '../editions/variant.ts';
import type { LetterContents } from '../letters/content.ts';
import { queueLetter } from '../letters/letters.ts';
import { readAddress } from '../mail/address.ts';
import { type Actor, audit } from '../operators/audit.ts';
import type { Done } from './commit.ts';

const MOST_AN_HOUR = 100;

/** A hundred tests went out within the last hour: more would be a mailing of its own. */
export class TooManyTests extends Error {
  override name = 'TooManyTests';
  readonly retryAfterSeconds = 600;
}

/**
 * Sends an edition as it stands to one address, as a reader with these choices would get it; nothing is
 * written to its ledger. Throws EditionNotFound, NothingNew, InvalidAddress, TooManyTests.
 */
export async function sendTest(
  tx: DbOrTransaction,
  actor: Actor,
  id: string,
  { email, ...choice }: { email: string } & Omit<LetterContents['test'], 'edition'>,
  now: Date,
): Promise<Done<{ letter: string }>> {
  const address = readAddress(email);
  const edition = await getEdition(tx, id);
  if (!edition) throw new EditionNotFound(id);
  if (edition.articles.length === 0 && !isLetter({ edition, articles: [] }))
    throw new NothingNew(edition.newsletter.slug, edition.kind);
  const { sent } = await tx
    .selectFrom('letters')
    .select(sql<number>`count(*)::int`.as('sent'))
    .where('kind', '=', 'test')
    .where('createdAt', '>', sql<Date>`now() - interval '1 hour'`)
    .executeTakeFirstOrThrow();
  if (sent >= MOST_AN_HOUR)
    throw new TooManyTests(`${MOST_AN_HOUR} tests were sent within the last hour: wait a little.`);
  const letter = await queueLetter(tx, {
    kind: 'test',
    email: address.email,
    language: choice.language ?? edition.newsletter.language,
    newsletterId: edition.newsletterId,
    content: { edition: id, ...choice },
    expiresAt: new Date(now.getTime() + 60 * 60 * 1000),
  });
  await audit(tx, actor, 'test', `edition ${id}`);
  return { value: { letter }, enqueue: (queues) => queues.enqueueLetters([letter]) };
}
