import type { LetterRenderer } from '../../emails/letters/cache.ts';
import { buildLetter } from '../../emails/letters/message.ts';
import { editionMessage } from '../../src/actions/preview.ts';
import type { Context } from '../../src/context.ts';
import type { Signing } from '../../src/identity/signing.ts';
import type { ClaimedLetter } from '../../src/letters/claim.ts';
import type { LetterContents } from '../../src/letters/content.ts';
import { type Mailbox } from '../../src/mail/mailbox.ts';
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
    const { edition, language, sections } = letter.content as LetterContents['test'];
    const messageId = letterMessageId(letter.id, context.origin);
    const test = await editionMessage(context, edition, { language, sections }, to, messageId);
    const signed = await sign(signing, test.from, test.message);
    return { ...test, returnPath: test.from.address, message: signed };
  }
  const { content, envelope, returnPath } = await letterContent(context, letter);
  const { message, utf8 } = await buildLetter(renderer, content, { ...envelope, to });
  const signed = await sign(signing, envelope.from, message);
  return { from: envelope.from, returnPath, message: signed, utf8 };
}

const sign = (signing: Signing, from: Mailbox, message: Buffer) =>
  signMessage(signing.signer(domainOf(from.address)), message);
