import type { LetterRenderer } from '../../emails/letters/cache.ts';
import { buildLetter } from '../../emails/letters/message.ts';
import { editionMessage } from '../../src/actions/preview.ts';
import type { Context } from '../../src/context.ts';
import type { ClaimedLetter } from '../../src/letters/claim.ts';
import type { LetterContents } from '../../src/letters/content.ts';
import { type Mailbox } from '../../src/mail/mailbox.ts';
import { letterMessageId } from '../../src/mail/message-id.ts';
import { letterContent } from './content.ts';

/** A finished letter: CRLF, not dot-stuffed. */
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
  letter: ClaimedLetter,
  address: string,
): Promise<OutgoingLetter> {
  const to = { address, name: null };
  if (letter.kind === 'test') {
    const { edition, language, sections } = letter.content as LetterContents['test'];
    const messageId = letterMessageId(letter.id, context.origin);
    const test = await editionMessage(context, edition, { language, sections }, to, messageId);
    return { ...test, returnPath: test.from.address };
  }
  const { content, envelope, returnPath } = await letterContent(context, letter);
  const { message, utf8 } = await buildLetter(renderer, content, { ...envelope, to });
  return { from: envelope.from, returnPath, message, utf8 };
}
