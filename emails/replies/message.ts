import MailComposer from 'nodemailer/lib/mail-composer';
import type { Email } from 'postal-mime';
import { translator } from '../../src/locales/index.ts';
import type { Mailbox } from '../../src/mail/mailbox.ts';
import { readHtml } from '../../src/text/plain-text.ts';
import { mailboxHeader, messageIdHeader, subjectHeader } from '../message/headers.ts';

/** A reader's reply on its way to one of the newsroom's people. */
export interface PassedOn {
  reply: Email;
  /** The newsletter's: its domain is the one that our signature is for. */
  from: Mailbox;
  /** Whom it is from, and who gets an answer. */
  writer: Mailbox;
  to: Mailbox;
  messageId: string;
  date: Date;
  language: string;
  newsletter: string;
  /** The mark by which it is known if it comes back. */
  mark: { name: string; value: string };
  /** The reader's page in the console; null: a stranger. */
  readerPage: string | null;
  wantsOut: boolean;
}

const MOST_TEXT = 200_000;
/** What is passed on of a reader's: pictures, texts, PDF. A stranger's attachments are named, and that is all. */
const ATTACHED = /^(?:image\/(?:jpeg|png|gif|webp|heic)|text\/plain|application\/pdf)$/;

/**
 * Builds the message, from our own address so that it passes DMARC, answered to the reader. What was written goes on as
 * plain text. Throws Unaddressable.
 */
export async function passOn(parts: PassedOn): Promise<{ message: Buffer; utf8: boolean }> {
  const { reply, from, writer, to, language, readerPage, mark } = parts;
  const t = translator(language, 'mail');
  const to_ = mailboxHeader('To', to);
  const name = t('reply.from', {
    reader: writer.name || writer.address,
    newsletter: parts.newsletter,
  });
  const fields = [
    ['From', mailboxHeader('From', { ...from, name }).text],
    ['To', to_.text],
    ['Reply-To', mailboxHeader('Reply-To', writer).text],
    ['Subject', subjectHeader(reply.subject?.trim() || t('reply.noSubject'))],
    ['Auto-Submitted', 'auto-generated'],
    ['Precedence', 'bulk'],
    ['X-Loop', from.address],
    [mark.name, mark.value],
  ];
  const kept =
    readerPage === null ? [] : reply.attachments.filter((one) => ATTACHED.test(one.mimeType));
  const dropped = reply.attachments.filter((one) => !kept.includes(one));
  const notes = [
    readerPage === null
      ? t('reply.stranger', { address: writer.address })
      : t('reply.reader', { address: writer.address, url: readerPage }),
    ...(parts.wantsOut ? [t('reply.wantsOut')] : []),
    ...(dropped.length > 0
      ? [
          t('reply.dropped', {
            names: dropped
              .map((one) => one.filename || one.mimeType)
              .join(', ')
              .slice(0, 500),
          }),
        ]
      : []),
  ];
  const own = reply.text?.trim()
    ? reply.text
    : readHtml((reply.html ?? '').slice(0, MOST_TEXT)).text;
  const built = await new MailComposer({
    messageId: messageIdHeader(parts.messageId),
    date: parts.date,
    text: `${notes.join('\n')}\n\n----\n\n${own.slice(0, MOST_TEXT)}\n`,
    attachments: kept.map((one) => ({
      filename: one.filename || 'attachment',
      contentType: one.mimeType,
      content: Buffer.from(one.content as ArrayBuffer),
      contentDisposition: 'attachment' as const,
    })),
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  const head = fields.map(([field, value]) => `${field}: ${value}\r\n`).join('');
  return { message: Buffer.concat([Buffer.from(head, 'utf8'), built]), utf8: to_.utf8 };
}
