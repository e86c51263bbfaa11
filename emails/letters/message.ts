import type { Mailbox } from '../../src/mail/mailbox.ts';
import { composeMessage } from '../message/compose.ts';
import {
  complaintsHeader,
  headerAddress,
  listIdHeader,
  listUnsubscribeHeader,
} from '../message/headers.ts';
import type { LetterRenderer } from './cache.ts';
import type { LetterContent } from './content.ts';

/** Where a letter goes and whom it is from. */
export interface LetterEnvelope {
  from: Mailbox;
  replyTo: Mailbox | null;
  to: Mailbox;
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
  const { utf8 } = headerAddress(envelope.to.address);
  const leaving = leavingHeaders(content);
  const { subject, html, text } = await renderer.render('letter', content);
  const message = await composeMessage({
    ...envelope,
    subject,
    language: content.language,
    // RFC 3834: keeps vacation responders from replying.
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...leaving,
      ...complaintsHeader(envelope.from, content.imprint.complaintsTo),
    },
    html,
    text,
  });
  return { subject, message, utf8 };
}

// One click ends one subscription: only a letter about a single one offers it.
function leavingHeaders({ kind, parts, imprint }: LetterContent): Record<string, string> {
  if (kind !== 'welcome' && kind !== 'notice' && kind !== 'links' && kind !== 'silent') return {};
  const [only, ...others] = parts.newsletters;
  if (!only || others.length > 0) return {};
  return {
    'List-Id': listIdHeader(only, imprint.publicUrl),
    'List-Unsubscribe': listUnsubscribeHeader(only.unsubscribeUrl, only.unsubscribeMailto),
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}
