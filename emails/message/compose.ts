import MailComposer from 'nodemailer/lib/mail-composer';
import type { Mailbox } from '../../src/mail/mailbox.ts';
import { validLanguageTag } from '../language.ts';
import { mailboxHeader, messageIdHeader, subjectHeader } from './headers.ts';

/** A message before it is encoded. `html` and `text` have bare line feeds. */
export interface MessageParts {
  from: Mailbox;
  to: Mailbox;
  replyTo: Mailbox | null;
  subject: string;
  /** Without angle brackets. */
  messageId: string;
  date: Date;
  language: string;
  /** Further fields by name, their values finished and folded. */
  headers: Record<string, string>;
  text: string;
  html: string;
  /** What the boundary is made of; otherwise it is random. */
  boundarySeed?: string;
}

/**
 * Encodes a message: CRLF, quoted-printable, not dot-stuffed. Names, addresses and the subject are written into their
 * fields by `headers.ts`, not by the library, which would parse them as header text. Throws Unaddressable.
 */
export async function composeMessage(parts: MessageParts): Promise<Buffer> {
  const fields = [
    ['From', mailboxHeader('From', parts.from).text],
    ['To', mailboxHeader('To', parts.to).text],
    ...(parts.replyTo ? [['Reply-To', mailboxHeader('Reply-To', parts.replyTo).text]] : []),
    ['Subject', subjectHeader(parts.subject)],
    ...Object.entries(parts.headers),
  ];
  const built = await new MailComposer({
    messageId: messageIdHeader(parts.messageId),
    date: parts.date,
    headers: { 'Content-Language': validLanguageTag(parts.language) },
    text: parts.text,
    html: parts.html,
    encoding: 'quoted-printable',
    newline: 'windows',
    boundaryPrefix: 'gaceta',
    ...(parts.boundarySeed === undefined ? {} : { baseBoundary: parts.boundarySeed }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  const own = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(own, 'utf8'), built]);
}
