import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { queueLetter } from '../letters/letters.ts';
import { InvalidAddress, readAddress } from '../mail/address.ts';
import { readMailbox } from '../mail/mailbox.ts';
import { listNewsletters, type Newsletter } from '../newsletters/newsletters.ts';
import { getNewsroom } from '../newsletters/newsroom.ts';
import { noteSignOfLife } from '../subscribers/signs-of-life.ts';
import { readReply, wantsOut } from './reply.ts';

/** Who gets replies where the newsroom's settings name nobody. */
export interface ReplyDefaults {
  alertTo: string[];
  inboundDomain: string | undefined;
}

/** One writer's a day, and all of them an hour: more are written down and passed on to nobody. */
const MOST_OF_ONE = 20;
const MOST_AN_HOUR = 300;

/**
 * Takes what was written to a newsletter's reply address: keeps it, queues a letter to each of the newsroom's people
 * who get replies, and notes that its reader reads. Nothing where its writer is one of ourselves, or has written too often. Returns the letters to enqueue.
 */
export async function takeReply(
  tx: DbOrTransaction,
  {
    newsletter,
    bytes,
    hashAddress,
    alertTo,
    inboundDomain,
  }: ReplyDefaults & {
    newsletter: string;
    bytes: Buffer;
    hashAddress(emailKey: string): Buffer;
  },
  now: Date,
): Promise<string[]> {
  const reply = await readReply(bytes);
  const writer = addressIn(reply.replyTo?.[0]?.address ?? reply.from?.address);
  const sender = addressIn(reply.from?.address);
  if (!writer || !sender) return [];
  const [recipients, newsletters] = await Promise.all([
    recipientsOf(tx, alertTo),
    listNewsletters(tx),
  ]);
  const ours = [...recipients.map(({ email }) => email), ...newsletters.flatMap(addressesOf)];
  const own = new Set(ours.map((one) => one.toLowerCase()));
  if (
    [writer, sender].some(
      ({ email }) => own.has(email.toLowerCase()) || email.endsWith(`@${inboundDomain}`),
    )
  )
    return [];
  const { rows: written } = await sql<{ one: number; all: number }>`
    select count(*) filter (where email = ${sender.email} and at > ${now}::timestamptz - interval '1 day')::integer as one,
      count(*) filter (where at > ${now}::timestamptz - interval '1 hour')::integer as all
    from replies where at > ${now}::timestamptz - interval '1 day'`.execute(tx);
  if ((written[0]?.one ?? 0) >= MOST_OF_ONE || (written[0]?.all ?? 0) >= MOST_AN_HOUR) return [];
  const reader = await tx
    .selectFrom('subscribers as s')
    .select('s.id')
    .where('s.addressHash', '=', hashAddress(sender.key))
    .where('s.erasedAt', 'is', null)
    .executeTakeFirst();
  const out = wantsOut(reply);
  // who asks for no more is not brought back by that
  if (reader && !out) await noteSignOfLife(tx, reader.id, now);
  const { id } = await tx
    .insertInto('replies')
    .values({
      at: now,
      newsletterId: newsletter,
      subscriberId: reader?.id ?? null,
      email: sender.email,
      message: bytes,
      wantsOut: out,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const letters: string[] = [];
  for (const { email, language } of recipients)
    letters.push(
      await queueLetter(tx, {
        kind: 'reply',
        newsletterId: newsletter,
        email,
        language: language ?? newsletters.find((one) => one.id === newsletter)?.language ?? 'en',
        content: { reply: id },
      }),
    );
  return letters;
}

function addressIn(text: string | undefined) {
  try {
    return text === undefined ? undefined : readAddress(text);
  } catch (error) {
    if (error instanceof InvalidAddress) return undefined;
    throw error;
  }
}

const addressesOf = ({ from, replyTo }: Pick<Newsletter, 'from' | 'replyTo'>): string[] =>
  [from, replyTo].filter((one) => one !== null).map((one) => readMailbox(one).address);

/** Those whom the settings name, else ALERT_TO, else the owners; each in their own language where that is known. */
async function recipientsOf(
  tx: DbOrTransaction,
  alertTo: string[],
): Promise<{ email: string; language: string | null }[]> {
  const { repliesTo } = await getNewsroom(tx);
  const named = repliesTo ? repliesTo.split(/\s*,\s*/) : alertTo;
  const operators = await tx
    .selectFrom('operators')
    .select(['email', 'language', 'role'])
    .where('disabledAt', 'is', null)
    .execute();
  if (named.length === 0) return operators.filter(({ role }) => role === 'owner');
  return named.map((email) => ({
    email,
    language:
      operators.find((one) => one.email.toLowerCase() === email.toLowerCase())?.language ?? null,
  }));
}
