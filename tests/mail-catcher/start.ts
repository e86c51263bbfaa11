import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { pino } from 'pino';
import { type MailboxServer, startMailbox } from '../../src/mail-catcher/catcher.ts';

/** A folder for a mailbox, removed after `run`. */
export async function withFolder(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = fs.mkdtempSync(join(tmpdir(), 'gaceta-mailbox-'));
  try {
    await run(dir);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** A mailbox on free ports, closed after `run`. */
export async function withMailbox(
  dir: string,
  run: (mailbox: MailboxServer) => Promise<void>,
  keep = 1000,
): Promise<void> {
  const log = pino({ level: 'silent' });
  const mailbox = await startMailbox({ httpPort: 0, dir, keep, log });
  try {
    await run(mailbox);
  } finally {
    await mailbox.close();
  }
}

/** Hands one message over SMTP, as any program would; resolves with the relay's answer. */
export async function send(
  { smtpUrl }: MailboxServer,
  message: { to: string; raw: string | Buffer },
): Promise<string> {
  const transport = createTransport(smtpUrl);
  try {
    const { response } = await transport.sendMail({
      envelope: { from: 'daily@example.com', to: message.to },
      raw: message.raw,
    });
    return response;
  } finally {
    transport.close();
  }
}

/** A small message with that subject. */
export const plain = (subject: string) =>
  `From: The Daily <daily@example.com>\r\nTo: someone@example.com\r\nSubject: ${subject}\r\n\r\nHello.\r\n`;
