import { dotStuff } from './dot-stuffing.ts';
import { escapeHtml } from './escape.ts';
import { dateHeader, listUnsubscribeHeader, messageIdHeader, toHeader } from './header-values.ts';
import type { BodyPlace, HeaderPlace } from './places.ts';
import { encodeValue } from './quoted-printable.ts';
import { type ReaderValues, refuseControl, valueOf } from './reader-values.ts';
import type { Variant } from './variant.ts';

/** A variant cut at its places, once for all its readers. */
export interface PreparedVariant {
  head: (string | HeaderPlace)[];
  /** The body's bytes that are the same for all, as they were built (for DKIM); a stretch goes between each two. */
  fixed: Buffer[];
  /** The same as they go over the wire: dots at the beginning of a line doubled. */
  stuffed: Buffer[];
  /** What is the reader's: values, and the few fixed letters between two that stand near each other. */
  stretches: (string | BodyPlace)[][];
  /** Bytes of what is fixed. */
  size: number;
}

/** One reader's part of a message. Headers and body are separate so that a signature can go before the headers. */
export interface SplicedMessage {
  /** All fields, each ended by CRLF, and the empty line. */
  headers: Buffer;
  /** What goes between the fixed bytes of the body. No line of it begins with a dot. */
  stretches: Buffer[];
  /** Bytes of headers and body before dot-stuffing: what SIZE (RFC 1870) is told. */
  size: number;
  /** True if the relay must know SMTPUTF8. */
  utf8: boolean;
}

/** Fixed letters between two values, up to so many, are copied with them: fewer pieces cost less to write. */
const NEAR = 512;

/** Cuts a variant at its places. Costs the copying of its bytes once; keep the result. */
export function prepareVariant({
  message,
  places,
}: Pick<Variant, 'message' | 'places'>): PreparedVariant {
  const end = message.indexOf('\r\n\r\n') + 4;
  const head: PreparedVariant['head'] = [];
  const fixed: Buffer[] = [];
  const stretches: PreparedVariant['stretches'] = [];
  let from = 0;
  for (const place of places) {
    if (place.encoding === 'header') {
      head.push(message.toString('utf8', from, place.offset), place);
    } else {
      if (from < end) {
        head.push(message.toString('utf8', from, end));
        from = end;
      }
      // A place begins a line of its own (see takeMarks), and so does what follows it.
      const before = message.subarray(from, place.offset);
      const stretch = stretches.at(-1);
      if (stretch && before.length <= NEAR && dotStuff(before) === before) {
        stretch.push(before.toString('latin1'), place);
      } else {
        fixed.push(before);
        stretches.push([place]);
      }
    }
    from = place.offset;
  }
  if (from < end) {
    head.push(message.toString('utf8', from, end));
    from = end;
  }
  fixed.push(message.subarray(from));
  const size = fixed.reduce((sum, part) => sum + part.length, 0);
  return { head, fixed, stuffed: fixed.map(dotStuff), stretches, size };
}

/** Puts one reader's values into a prepared variant. Throws Unaddressable for this reader alone. */
export function spliceMessage(variant: PreparedVariant, values: ReaderValues): SplicedMessage {
  const to = toHeader(values.to);
  let head = '';
  for (const part of variant.head) {
    head += typeof part === 'string' ? part : headerValue(part, to.text, values);
  }
  const headers = Buffer.from(head, to.utf8 ? 'utf8' : 'latin1');
  const written: Partial<Record<BodyPlace['key'], WrittenValue>> = {};
  let size = headers.length + variant.size;
  const stretches = variant.stretches.map((stretch) => {
    let text = '';
    for (const part of stretch) {
      if (typeof part === 'string') text += part;
      else text += (written[part.key] ??= writeValue(values, part.key))[part.encoding];
    }
    size += text.length;
    return Buffer.from(text, 'latin1');
  });
  return { headers, stretches, size, utf8: to.utf8 };
}

/** The body for the wire, in pieces: CRLF, dot-stuffed, ends in CRLF, without the final dot. */
export function wireBody(variant: PreparedVariant, { stretches }: SplicedMessage): Buffer[] {
  return inTurn(variant.stuffed, stretches);
}

/** The body before dot-stuffing: what a reader gets, and what DKIM hashes. */
export function builtBody(variant: PreparedVariant, { stretches }: SplicedMessage): Buffer[] {
  return inTurn(variant.fixed, stretches);
}

function inTurn(fixed: Buffer[], stretches: Buffer[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (const [at, part] of fixed.entries()) {
    pieces.push(part);
    const stretch = stretches[at];
    if (stretch) pieces.push(stretch);
  }
  return pieces;
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

/** One value as it stands in each part of a message. */
type WrittenValue = Record<BodyPlace['encoding'], string>;

function writeValue(values: ReaderValues, key: BodyPlace['key']): WrittenValue {
  const value = refuseControl(valueOf(values, key), key).toWellFormed();
  const text = encodeValue(value);
  const html = escapeHtml(value);
  return { 'qp-text': text, 'qp-html': html === value ? text : encodeValue(html) };
}
