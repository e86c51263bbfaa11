import { escapeHtml } from '../escape.ts';
import { dotStuff } from './dot-stuffing.ts';
import { dateHeader, listUnsubscribeHeader, mailboxHeader, messageIdHeader } from './headers.ts';
import type { BodyPlace, HeaderPlace, Place, ReaderKey } from './placeholders.ts';
import { encodeValue } from './quoted-printable.ts';
import { type ReaderValues, refuseControl, valueOf } from './subscriber-values.ts';
import type { Variant } from './variant.ts';

/** Where one reader's value goes into the body. */
type ReaderPlace = BodyPlace & { key: ReaderKey };

/** A variant cut at its places, once for all its readers. */
export interface PreparedVariant {
  head: (string | HeaderPlace)[];
  /** The body's bytes that are the same for all, as they were built (for DKIM); a stretch goes between each two. */
  fixed: Buffer[];
  /** The same as they go over the wire: dots at the beginning of a line doubled. */
  stuffed: Buffer[];
  /** What is the reader's: values, and the few fixed letters between two that stand near each other. */
  stretches: (string | ReaderPlace)[][];
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

/**
 * Puts the edition's page into a variant and cuts it at the places that are left. Costs the copying of its bytes
 * once; keep the result. Throws Unaddressable for a page's address that no message can hold.
 */
export function prepareVariant(
  variant: Pick<Variant, 'message' | 'places'>,
  viewUrl: string,
): PreparedVariant {
  const { message, places } = withPage(variant, viewUrl);
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

function withPage(
  { message, places }: Pick<Variant, 'message' | 'places'>,
  viewUrl: string,
): { message: Buffer; places: (HeaderPlace | ReaderPlace)[] } {
  const written = writeValue(viewUrl, 'page of the edition');
  const pieces: Buffer[] = [];
  const left: (HeaderPlace | ReaderPlace)[] = [];
  let from = 0;
  let longer = 0;
  for (const place of places) {
    if (isReaders(place)) {
      left.push({ ...place, offset: place.offset + longer });
    } else {
      const value = Buffer.from(written[place.encoding], 'latin1');
      pieces.push(message.subarray(from, place.offset), value);
      from = place.offset;
      longer += value.length;
    }
  }
  return { message: Buffer.concat([...pieces, message.subarray(from)]), places: left };
}

const isReaders = (place: Place): place is HeaderPlace | ReaderPlace => place.key !== 'viewUrl';

/** Puts one reader's values into a prepared variant. Throws Unaddressable for this reader alone. */
export function spliceMessage(variant: PreparedVariant, values: ReaderValues): SplicedMessage {
  const to = mailboxHeader('To', values.to);
  let head = '';
  for (const part of variant.head) {
    head += typeof part === 'string' ? part : headerValue(part, to.text, values);
  }
  const headers = Buffer.from(head, to.utf8 ? 'utf8' : 'latin1');
  const written: Partial<Record<ReaderKey, WrittenValue>> = {};
  let size = headers.length + variant.size;
  const stretches = variant.stretches.map((stretch) => {
    let text = '';
    for (const part of stretch) {
      if (typeof part === 'string') text += part;
      else text += (written[part.key] ??= readersValue(values, part.key))[part.encoding];
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
  for (let at = 0; at < fixed.length; at += 1) {
    const [part, stretch] = [fixed[at], stretches[at]];
    if (part) pieces.push(part);
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

const readersValue = (values: ReaderValues, key: ReaderKey) =>
  writeValue(valueOf(values, key), key);

/** Throws Unaddressable. */
function writeValue(given: string, what: string): WrittenValue {
  const value = refuseControl(given, what).toWellFormed();
  const text = encodeValue(value);
  const html = escapeHtml(value);
  return { 'qp-text': text, 'qp-html': html === value ? text : encodeValue(html) };
}
