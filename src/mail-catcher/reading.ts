import { type HeaderLines, type ParsedMail, simpleParser } from 'mailparser';

/** A message as a person reads it. */
export interface Reading {
  subject: string;
  /** The From header, decoded. */
  sender: string;
  messageId: string;
  headers: { name: string; value: string }[];
  /** Absent when the message has no such part. Images sent along are within it, as data. */
  html: string | undefined;
  text: string | undefined;
  attachments: { filename: string; contentType: string; size: number }[];
}

/** Parses a whole message. Bad MIME is read as well as it goes; it never throws for it. */
export async function readMessage(message: Buffer): Promise<Reading> {
  const mail = await simpleParser(message, { skipTextToHtml: true, skipHtmlToText: true });
  return {
    ...summarize(mail),
    headers: mail.headerLines.map(toHeader),
    html: mail.html === false ? undefined : mail.html,
    text: mail.text,
    attachments: mail.attachments
      .filter(({ related }) => !related)
      .map(({ filename, contentType, size }) => ({
        filename: filename ?? 'unnamed',
        contentType,
        size,
      })),
  };
}

/** Parses what a list shows, from the header alone: a page of fifty takes a few milliseconds. */
export async function readSummary(
  message: Buffer,
): Promise<Pick<Reading, 'subject' | 'sender' | 'messageId'>> {
  const end = message.indexOf('\r\n\r\n');
  const header = end === -1 ? message.subarray(0, 65_536) : message.subarray(0, end + 4);
  return summarize(await simpleParser(header));
}

function summarize(mail: ParsedMail) {
  return {
    subject: mail.subject ?? '',
    sender: (mail.from?.value ?? [])
      .map(({ name, address = '' }) => (name ? `${name} <${address}>` : address))
      .join(', '),
    messageId: mail.messageId ?? '',
  };
}

function toHeader({ line }: HeaderLines[number]): { name: string; value: string } {
  const colon = line.indexOf(':');
  return {
    name: line.slice(0, colon),
    value: line
      .slice(colon + 1)
      .replace(/\r?\n/g, '\n')
      .trim(),
  };
}
