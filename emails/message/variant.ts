import { oneLine } from '../../src/text/one-line.ts';
import type { DigestContent, Rendered } from '../content.ts';

import type { Renderer } from '../render/renderer.ts';
import { composeMessage } from './compose.ts';
import { complaintsHeader, feedbackIdHeader, listIdHeader } from './headers.ts';
import {
  type HeaderKey,
  type HeaderPlace,
  marksOf,
  type Place,
  seedOf,
  takeMarks,
} from './placeholders.ts';

/** A row of `variants`: the finished message without the reader's values, and their places in it. */
export interface Variant {
  subject: string;
  message: Buffer;
  places: Place[];
}

/** What the editor is told beside: how large the html is, and whether Gmail would cut it. */
export type BuiltVariant = Variant & Pick<Rendered, 'htmlBytes' | 'tooLong'>;

const READERS_OWN: Record<string, HeaderKey> = {
  to: 'to',
  'message-id': 'messageId',
  date: 'date',
  'list-unsubscribe': 'listUnsubscribe',
};

/** Renders content and encodes it once for all readers of the variant. The same content gives the same bytes. */
export async function buildVariant(
  renderer: Pick<Renderer, 'render'>,
  content: DigestContent,
): Promise<BuiltVariant> {
  const seed = seedOf(content);
  const marks = marksOf(seed);
  const rendered = await renderer.render('digest', { content, reader: marks });
  const built = (await compose(content, rendered, seed)).toString('latin1');
  const end = built.indexOf('\r\n\r\n') + 4;
  const head = openHeaders(built.slice(0, end - 2));
  const html = built.indexOf('\r\nContent-Type: text/html', end);
  const places: Place[] = [...head.places];
  let message = `${head.text}\r\n`;
  for (const [part, encoding] of [
    [built.slice(end, html), 'qp-text'],
    [built.slice(html), 'qp-html'],
  ] as const) {
    const { text, found } = takeMarks(part, marks);
    for (const { offset, key } of found) {
      places.push({ offset: message.length + offset, key, encoding });
    }
    message += text;
  }
  return {
    subject: rendered.subject,
    message: Buffer.from(message, 'latin1'),
    places,
    htmlBytes: rendered.htmlBytes,
    tooLong: rendered.tooLong,
  };
}

function compose(content: DigestContent, rendered: Rendered, seed: string): Promise<Buffer> {
  const { newsletter, edition, imprint } = content;
  return composeMessage({
    from: newsletter.from,
    to: { address: 'reader@reader.invalid', name: null },
    replyTo: newsletter.replyTo,
    subject: oneLine(rendered.subject),
    messageId: 'message@reader.invalid',
    date: new Date(0),
    language: content.language,
    headers: {
      ...listArchive(newsletter, imprint.publicUrl),
      'List-Id': listIdHeader(newsletter, imprint.publicUrl),
      'List-Unsubscribe': '<https://reader.invalid>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Feedback-ID': feedbackIdHeader(newsletter, edition),
      ...complaintsHeader(newsletter.from, imprint.complaintsTo),
    },
    text: rendered.text,
    html: rendered.html,
    boundarySeed: seed,
  });
}

/** Where past editions are found (RFC 2369), of a newsletter whose archive is open. */
function listArchive(
  newsletter: DigestContent['newsletter'],
  publicUrl: string,
): Record<string, string> {
  if (newsletter.private) return {};
  return { 'List-Archive': `<${publicUrl}/archive/${newsletter.slug}>` };
}

// The header block, each field ended by CRLF, with places instead of the values that are the reader's.
function openHeaders(block: string): { text: string; places: HeaderPlace[] } {
  const places: HeaderPlace[] = [];
  let text = '';
  for (const field of block.split(/\r\n(?![ \t])/).filter(Boolean)) {
    const name = field.slice(0, field.indexOf(':'));
    const key = READERS_OWN[name.toLowerCase()];
    text += key ? `${name}: ` : field;
    if (key) places.push({ offset: text.length, key, encoding: 'header' });
    text += '\r\n';
  }
  return { text, places };
}
