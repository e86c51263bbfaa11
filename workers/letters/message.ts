import type { LetterRenderer } from '../../emails/letters/cache.ts';
import { buildLetter } from '../../emails/letters/message.ts';
import { Unaddressable } from '../../emails/message/subscriber-values.ts';
import { passOn } from '../../emails/replies/message.ts';
import { editionMessage } from '../../src/actions/preview.ts';
import { OWN_MARK, readReply } from '../../src/bounces/reply.ts';
import type { Context } from '../../src/context.ts';
import type { Signing } from '../../src/identity/signing.ts';
import type { ClaimedLetter } from '../../src/letters/claim.ts';
import type { LetterContents } from '../../src/letters/content.ts';
import { type Mailbox, readMailbox } from '../../src/mail/mailbox.ts';
import { domainOf, letterMessageId } from '../../src/mail/message-id.ts';
import { signMessage } from '../../src/relays/dkim/sign-message.ts';
import { letterContent } from './content.ts';

/** A finished letter: CRLF, not dot-stuffed, signed where there is a key. */
export interface OutgoingLetter {
  from: Mailbox;
  /** Where it goes back to when it cannot be delivered. */
  returnPath: string;
  message: Buffer;
  utf8: boolean;
}

/** Writes a letter: from its template, or for a test an edition as a reader would get it. */
export async function letterMessage(
  context: Context,
  renderer: LetterRenderer,
  signing: Signing,
  letter: ClaimedLetter,
  address: string,
): Promise<OutgoingLetter> {
  const to = { address, name: null };
  if (letter.kind === 'test') {
    const { edition, ...choice } = letter.content as LetterContents['test'];
    const messageId = letterMessageId(letter.id, context.origin);
    const test = await editionMessage(context, edition, choice, to, messageId);
    const signed = await sign(signing, test.from, test.message);
    return { ...test, returnPath: test.from.address, message: signed };
  }
  if (letter.kind === 'reply') return passedOn(context, signing, letter, to);
  const { content, envelope, returnPath } = await letterContent(context, letter);
  const { message, utf8 } = await buildLetter(renderer, content, { ...envelope, to });
  const signed = await sign(signing, envelope.from, message);
  return { from: envelope.from, returnPath, message: signed, utf8 };
}

const sign = (signing: Signing, from: Mailbox, message: Buffer) =>
  signMessage(signing.signer(domainOf(from.address)), message);

/** A reader's reply, on its way to one of the newsroom's people. Throws Unaddressable once it was erased. */
async function passedOn(
  context: Context,
  signing: Signing,
  letter: ClaimedLetter,
  to: Mailbox,
): Promise<OutgoingLetter> {
  const { db, config, origin } = context;
  const kept = await db
    .selectFrom('replies as r')
    .innerJoin('newsletters as n', 'n.id', 'r.newsletterId')
    .select(['r.id', 'r.subscriberId', 'r.email', 'r.message', 'r.wantsOut', 'r.at'])
    .select(['n.title', 'n.mailFrom'])
    .where('r.id', '=', (letter.content as LetterContents['reply']).reply)
    .executeTakeFirst();
  if (!kept) throw new Unaddressable('The reply was erased');
  const reply = await readReply(kept.message);
  // whom it says it is from: the address was read when it came
  const writer = { address: kept.email, name: reply.from?.name || null };
  const from = readMailbox(kept.mailFrom ?? config.mailFrom);
  const { message, utf8 } = await passOn({
    reply,
    from,
    writer,
    to,
    messageId: letterMessageId(letter.id, origin),
    date: kept.at,
    language: letter.language,
    newsletter: kept.title,
    mark: { name: OWN_MARK, value: kept.id },
    readerPage: kept.subscriberId && `${config.publicUrl}/console/readers/${kept.subscriberId}`,
    wantsOut: kept.wantsOut,
  });
  const signed = await sign(signing, from, message);
  return { from, returnPath: from.address, message: signed, utf8 };
}
