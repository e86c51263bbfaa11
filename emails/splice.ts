import { escapeHtml } from './escape.ts';
import { dateHeader, listUnsubscribeHeader, messageIdHeader, toHeader } from './header-values.ts';
import type { BodyPlace, HeaderPlace } from './places.ts';
import { encodeValue } from './quoted-printable.ts';
import { type ReaderValues, refuseControl, valueOf } from './reader-values.ts';
import type { Variant } from './variant.ts';

/** A variant cut at its places, once for all its readers. */
export interface PreparedVariant {
  head: (string | HeaderPlace)[];
  /** The body as it was built (for DKIM): fixed bytes and the reader's places, in turn. */
  body: (Buffer | BodyPlace)[];
  /** The fixed bytes as they go over the wire: dots at the beginning of a line doubled. */
  stuffed: (Buffer | BodyPlace)[];
  /** Bytes without the reader's values. */
  size: number;
}

/** One reader's message. Head and body are separate so that a signature can go before the head. */
export interface SplicedMessage {
  /** All fields, each ended by CRLF, and the empty line. */
  headers: Buffer;
  /** The body for the wire: CRLF, dot-stuffed, ends in CRLF, without the final dot. */
  segments: Buffer[];
  /** The same before dot-stuffing (what DKIM hashes); index for index the segments. */
  body: Buffer[];
  /** Bytes of headers and body before dot-stuffing: what SIZE (RFC 1870) is told. */
  size: number;
  /** True if the relay must know SMTPUTF8. */
  utf8: boolean;
}

/** Cuts a variant at its places. Costs the copying of its bytes once; keep the result. */
export function prepareVariant({
  message,
  places,
}: Pick<Variant, 'message' | 'places'>): PreparedVariant {
  const end = message.indexOf('\r\n\r\n') + 4;
  const head: PreparedVariant['head'] = [];
  const body: PreparedVariant['body'] = [];
  let from = 0;
  for (const place of places) {
    if (place.encoding === 'header') {
      head.push(message.toString('utf8', from, place.offset), place);
    } else {
      if (from < end) {
        head.push(message.toString('utf8', from, end));
        from = end;
      }
      body.push(message.subarray(from, place.offset), place);
    }
    from = place.offset;
  }
  if (from < end) {
    head.push(message.toString('utf8', from, end));
    from = end;
  }
  body.push(message.subarray(from));
  return {
    head,
    body,
    stuffed: body.map((part) => (Buffer.isBuffer(part) ? dotStuff(part) : part)),
    size: message.length,
  };
}

// Every fixed part begins at the beginning of a line or in the break before it (see takeMarks).
function dotStuff(part: Buffer): Buffer {
  const text = part.toString('latin1');
  if (!text.startsWith('.') && !text.includes('\r\n.')) return part;
  return Buffer.from(text.replaceAll(/(^|\r\n)\./g, '$1..'), 'latin1');
}

/** Puts one reader's values into a prepared variant. Throws Unaddressable for this reader alone. */
export function spliceMessage(variant: PreparedVariant, values: ReaderValues): SplicedMessage {
  const to = toHeader(values.to);
  let head = '';
  for (const part of variant.head) {
    head += typeof part === 'string' ? part : headerValue(part, to.text, values);
  }
  const headers = Buffer.from(head, to.utf8 ? 'utf8' : 'latin1');
  const segments: Buffer[] = [];
  const body: Buffer[] = [];
  let size = headers.length;
  for (const [at, part] of variant.body.entries()) {
    const raw = Buffer.isBuffer(part) ? part : bodyValue(part, values);
    const wire = variant.stuffed[at];
    body.push(raw);
    segments.push(Buffer.isBuffer(wire) ? wire : raw);
    size += raw.length;
  }
  return { headers, segments, body, size, utf8: to.utf8 };
}

function headerValue({ key }: HeaderPlace, to: string, values: ReaderValues): string {
  switch (key) {
    case 'to':
      return to;
    case 'messageId':
      return messageIdHeader(values.messageId);
    case 'date':
      return dateHeader(values.date);
    case 'listUnsubscribe':
      return listUnsubscribeHeader(values.unsubscribeUrl, values.unsubscribeMailto);
  }
}

function bodyValue(place: BodyPlace, values: ReaderValues): Buffer {
  const value = refuseControl(valueOf(values, place.key), place.key).toWellFormed();
  const text = place.encoding === 'qp-html' ? escapeHtml(value) : value;
  return Buffer.from(encodeValue(text), 'latin1');
}
