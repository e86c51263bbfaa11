import { sql } from 'kysely';
import type { DbOrTransaction } from '../../database/connection.ts';
import { InvalidAddress, readAddress } from '../../mail/address.ts';
import type { Subject, Tokens } from '../../subscribers/tokens.ts';
import { marksIn } from '../inbound-address.ts';
import type { ProviderEvent } from './event.ts';

export interface Knowing {
  tokens: Tokens;
  origin: { installation: string };
  hashAddress(emailKey: string): Buffer;
}

/** Readers to whom something was sent within so many days: for them a password is enough. */
const RECENT_DAYS = 14;

/**
 * Whom an event is about: the reader that a token of ours names, or a Message-ID of ours told for that very address; else
 * the reader of the address, where a signature covers the event or something was sent to them of late.
 */
export async function whoIs(
  db: DbOrTransaction,
  { tokens, origin, hashAddress }: Knowing,
  event: ProviderEvent,
  signed: boolean,
): Promise<{ subject: Subject | undefined; addressHash: Buffer | undefined }> {
  const [marked] = marksIn(event.marks ?? '', tokens);
  if (marked) return { subject: marked, addressHash: undefined };
  const key = keyOf(event.address);
  if (key === undefined) return { subject: undefined, addressHash: undefined };
  const addressHash = hashAddress(key);
  const reader = await db
    .selectFrom('subscribers')
    .select(['id', 'addressChanges'])
    .where('addressHash', '=', addressHash)
    .where('erasedAt', 'is', null)
    .executeTakeFirst();
  if (!reader) return { subject: undefined, addressHash: signed ? addressHash : undefined };
  const named = namedBy(event.messageId, origin.installation);
  const known = named?.subscriber === reader.id;
  if (!known && !signed && !(await sentOfLate(db, reader.id)))
    return { subject: undefined, addressHash: undefined };
  // the address is the one that the reader has now
  const now = reader.addressChanges > 0 ? { extra: String(reader.addressChanges) } : {};
  const edition = known && named.edition !== undefined ? { edition: named.edition } : {};
  return { subject: { subscriber: reader.id, ...edition, ...now }, addressHash };
}

function keyOf(address: string | null): string | undefined {
  try {
    return address === null ? undefined : readAddress(address).key;
  } catch (error) {
    if (error instanceof InvalidAddress) return undefined;
    throw error;
  }
}

/** The edition and the reader that a Message-ID of this installation names (see mail/message-id.ts). */
function namedBy(messageId: string | undefined, installation: string) {
  const [, edition, subscriber, origin] =
    /^<?edition-(\d{1,19})\.reader-(\d{1,19})\.(\w+)@/.exec(messageId ?? '') ?? [];
  return subscriber !== undefined && origin === installation ? { edition, subscriber } : undefined;
}

async function sentOfLate(db: DbOrTransaction, subscriber: string): Promise<boolean> {
  const { rows } = await sql`
    select from deliveries d join editions e on e.id = d.edition_id
    where d.subscriber_id = ${subscriber} and d.state in ('sent', 'uncertain')
      and e.started_at > now() - ${RECENT_DAYS} * interval '1 day'
    union all
    select from letters l
    where l.subscriber_id = ${subscriber} and l.state in ('sent', 'uncertain')
      and l.created_at > now() - ${RECENT_DAYS} * interval '1 day'
    limit 1`.execute(db);
  return rows.length > 0;
}
