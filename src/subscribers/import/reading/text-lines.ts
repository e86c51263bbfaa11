import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { Notes } from '../lines/told.ts';

/** One line of a file, from 1 on; null where its bytes are no text in the file's encoding, or it is too long. */
export interface TextLine {
  line: number;
  text: string | null;
  fault?: 'encoding' | 'long';
}

/** More than any subscriber with all their consents. */
export const LONGEST_LINE = 256 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/**
 * The lines of a text file, ended by LF, CRLF or CR, many at a time. UTF-8, with or without a byte order mark, and
 * UTF-16; a file that is neither is read as Windows-1252, which `assume` is told.
 */
export async function* textLines(
  source: AsyncIterable<Uint8Array>,
  assume: Notes['add'],
  onEncoding: (encoding: Encoding) => void = () => undefined,
): AsyncGenerator<TextLine[]> {
  const lines = new Lines(assume, onEncoding);
  for await (const bytes of inUtf8(source, onEncoding)) {
    const batch = lines.add(bytes);
    if (batch.length > 0) yield batch;
  }
  const rest = lines.end();
  if (rest.length > 0) yield rest;
}

export type Encoding = 'UTF-8' | 'UTF-16' | 'Windows-1252';

/**
 * Guesses no more than it must: all ASCII so far reads alike, and the first other byte decides. A chunk that is of one
 * kind throughout, as nearly all are, is decoded as a whole.
 */
class Lines {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true });
  private readonly windows = new TextDecoder('windows-1252');
  private readonly assume: Notes['add'];
  private readonly onEncoding: (encoding: Encoding) => void;
  private encoding: Encoding | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private line = 0;
  /** In a line that is too long: its bytes are passed over. */
  private skipping = false;

  constructor(assume: Notes['add'], onEncoding: (encoding: Encoding) => void) {
    this.assume = assume;
    this.onEncoding = onEncoding;
  }

  add(chunk: Uint8Array): TextLine[] {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : Buffer.from(chunk);
    // a CR at the end of a chunk may have its LF in the next
    const searched = bytes.at(-1) === CR ? bytes.length - 2 : bytes.length - 1;
    const end = Math.max(bytes.lastIndexOf(LF, searched), bytes.lastIndexOf(CR, searched)) + 1;
    this.rest = bytes.subarray(end);
    const out: TextLine[] = [];
    if (end > 0) this.take(bytes.subarray(0, end), out);
    if (this.rest.length > LONGEST_LINE * 4) {
      if (!this.skipping) out.push({ line: ++this.line, text: null, fault: 'long' });
      this.skipping = true;
      // what is left decides whether an LF ends the line or belongs to a CR
      this.rest = this.rest.subarray(-1);
    }
    return out;
  }

  end(): TextLine[] {
    const out: TextLine[] = [];
    if (this.rest.length > 0) this.take(this.rest, out);
    return out;
  }

  private take(given: Buffer, out: TextLine[]): void {
    const bytes = this.skipping ? given.subarray(endOfLine(given, 0).next) : given;
    this.skipping = false;
    const text = this.decode(bytes);
    if (text === undefined) {
      for (const one of byteLines(bytes)) this.push(this.decodeLine(one), out);
      return;
    }
    const plain = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
    let from = 0;
    for (;;) {
      const end = plain.indexOf('\n', from);
      if (end === -1) break;
      this.push(plain.slice(from, end), out);
      from = end + 1;
    }
    if (from < plain.length) this.push(plain.slice(from), out);
  }

  private push(text: string | null, out: TextLine[]): void {
    const line = ++this.line;
    if (text === null) out.push({ line, text, fault: 'encoding' });
    else if (text.length > LONGEST_LINE) out.push({ line, text: null, fault: 'long' });
    else out.push({ line, text });
  }

  /** Whole lines in one go; undefined where each has to be looked at. */
  private decode(bytes: Buffer): string | undefined {
    if (isAscii(bytes)) return bytes.toString('latin1');
    if (this.encoding === 'Windows-1252') return this.windows.decode(bytes);
    if (!isUtf8(bytes)) return undefined;
    this.settle('UTF-8');
    return bytes.toString('utf8');
  }

  private decodeLine(bytes: Buffer): string | null {
    if (this.encoding === 'Windows-1252') return this.windows.decode(bytes);
    try {
      const text = this.utf8.decode(bytes);
      if (text.length !== bytes.length) this.settle('UTF-8');
      return text;
    } catch {
      if (this.encoding !== undefined) return null;
      this.settle('Windows-1252');
      this.assume('encoding', { line: this.line + 1, encoding: 'Windows-1252' });
      return this.windows.decode(bytes);
    }
  }

  private settle(encoding: Encoding): void {
    if (this.encoding === encoding) return;
    this.encoding = encoding;
    this.onEncoding(encoding);
  }
}

/**
 * The same bytes, in UTF-8 without a mark where they were UTF-16: by its byte order mark (RFC 2781), or because every
 * other byte of the beginning is NUL, as in no text of another kind.
 */
async function* inUtf8(
  source: AsyncIterable<Uint8Array>,
  onEncoding: (encoding: Encoding) => void,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let utf16: TextDecoder | undefined;
  const begin = (bytes: Buffer) => {
    head = undefined;
    const kind = utf16Of(bytes);
    if (kind) {
      utf16 = new TextDecoder(kind);
      onEncoding('UTF-16');
    }
    const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    if (isMarked) onEncoding('UTF-8');
    return isMarked ? bytes.subarray(3) : bytes;
  };
  for await (const chunk of source) {
    let bytes = chunk;
    if (head) {
      head = Buffer.concat([head, chunk]);
      if (head.length < 4) continue;
      bytes = begin(head);
    }
    yield utf16 ? Buffer.from(utf16.decode(bytes, { stream: true })) : bytes;
  }
  if (head) {
    const bytes = begin(head);
    yield utf16 ? Buffer.from(utf16.decode(bytes, { stream: true })) : bytes;
  }
  if (utf16) yield Buffer.from(utf16.decode());
}

function utf16Of(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first && second === 0 && third && fourth === 0) return 'utf-16le';
  if (first === 0 && second && third === 0 && fourth) return 'utf-16be';
  return undefined;
}

function* byteLines(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const { end, next } = endOfLine(bytes, from);
    yield bytes.subarray(from, end);
    from = next;
  }
}

/** Where a line ends, and where the next begins. */
function endOfLine(bytes: Buffer, from: number): { end: number; next: number } {
  const lf = bytes.indexOf(LF, from);
  const cr = bytes.subarray(from, lf === -1 ? bytes.length : lf).indexOf(CR);
  const end = cr === -1 ? (lf === -1 ? bytes.length : lf) : from + cr;
  return { end, next: end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1) };
}
