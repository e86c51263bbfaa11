import { translator } from '../src/locales/index.ts';
import type { Mailbox } from '../src/mail/mailbox.ts';
import { escapeHtml } from './escape.ts';
import { timeInWords, validLanguageTag } from './language.ts';
import { composeMessage } from './message/compose.ts';
import { headerAddress } from './message/headers.ts';

/** What a test of a relay is made of. */
export interface RelayTest {
  relay: string;
  newsroom: string;
  language: string;
  from: Mailbox;
  to: string;
  /** Without angle brackets. */
  messageId: string;
  date: Date;
}

/** The message that tries a relay out: CRLF, not dot-stuffed. Throws Unaddressable. */
export async function relayTestMessage(
  test: RelayTest,
): Promise<{ message: Buffer; utf8: boolean }> {
  const { relay, newsroom, language, from, to, messageId, date } = test;
  const t = translator(language, 'mail');
  const { utf8 } = headerAddress(to);
  const lines = [
    t('relayTest.text', { newsroom, relay, time: timeInWords(date, language, 'UTC') }),
    t('relayTest.arrived'),
  ];
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n');
  const message = await composeMessage({
    from,
    to: { address: to, name: null },
    replyTo: null,
    subject: t('relayTest.subject', { relay }),
    messageId,
    date,
    language,
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: `${lines.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="${validLanguageTag(language)}"><meta charset="utf-8"><title>${escapeHtml(relay)}</title>\n<body>\n${paragraphs}\n</body></html>\n`,
  });
  return { message, utf8 };
}
