import MailComposer from 'nodemailer/lib/mail-composer';
import { languageTag } from '../language.ts';
import {
  headerAddress,
  listIdHeader,
  listUnsubscribeHeader,
  messageIdHeader,
} from '../message/headers.ts';
import { type ReaderValues, refuseControl } from '../message/subscriber-values.ts';
import type { LetterRenderer } from './cache.ts';
import type { LetterContent } from './content.ts';

/** Where a letter goes and whom it is from. */
export interface LetterEnvelope {
  /** `The Daily <daily@example.org>` */
  from: string;
  replyTo: string | null;
  to: ReaderValues['to'];
  /** Without angle brackets. */
  messageId: string;
  date: Date;
}

/** A finished letter: CRLF, not dot-stuffed. */
export interface LetterMessage {
  subject: string;
  message: Buffer;
  /** True if the relay must know SMTPUTF8. */
  utf8: boolean;
}

/** Renders a letter and builds its message. Throws RenderError or Unaddressable. */
export async function buildLetter(
  renderer: LetterRenderer,
  content: LetterContent,
  envelope: LetterEnvelope,
): Promise<LetterMessage> {
  const { text: address, utf8 } = headerAddress(envelope.to.address);
  const name = refuseControl(envelope.to.name ?? '', 'name').trim();
  const messageId = messageIdHeader(envelope.messageId);
  const leaving = leavingHeaders(content);
  const { subject, html, text } = await renderer.render('letter', content);
  const message = await new MailComposer({
    from: envelope.from,
    replyTo: envelope.replyTo ?? undefined,
    subject,
    messageId,
    date: envelope.date,
    to: { address, name },
    headers: {
      // RFC 3834: an answering machine must not answer this.
      'Auto-Submitted': 'auto-generated',
      'Content-Language': languageTag(content.language),
      ...leaving,
    },
    html,
    text,
    encoding: 'quoted-printable',
    newline: 'windows',
    boundaryPrefix: 'gaceta',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return { subject, message, utf8 };
}

// Only letters that answer to a subscription can be left by one click.
function leavingHeaders({ kind, parts, imprint }: LetterContent) {
  if (kind !== 'welcome' && kind !== 'notice') return {};
  const value = listUnsubscribeHeader(parts.unsubscribeUrl, parts.unsubscribeMailto);
  const [first] = parts.newsletters;
  const listId = first && {
    'List-Id': { prepared: true, value: listIdHeader(first, imprint.publicUrl) },
  };
  return {
    ...listId,
    'List-Unsubscribe': { prepared: true, value },
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}
