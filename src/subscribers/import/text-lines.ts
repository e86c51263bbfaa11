import { TextDecoder } from 'node:util';
import { InvalidImport } from '../errors.ts';
import type { Notes } from './told.ts';

/** One line of a file, from 1 on; `text` is null where its bytes are no text in the file's encoding. */
export interface TextLine {
  line: number;
  text: string | null;
}

/** More than any subscriber with all their consents. */
const LONGEST_LINE = 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/**
 * The lines of a text file, ended by LF, CRLF or CR. UTF-8, with or without a byte order mark, and UTF-16 with one;
 * a file that is neither is read as Windows-1252, which `assume` is told. Throws InvalidImport.
 */
export async function* textLines(
  source: AsyncIterable<Uint8Array>,
  assume: Notes['add'],
): AsyncGenerator<TextLine> {
  const decode = openDecoder(assume);
  let line = 0;
  for await (const bytes of byteLines(inUtf8(source)))
    yield { line: ++line, text: decode(bytes, line) };
}

/** Guesses no more than it must: all ASCII so far reads alike, and the first other byte decides. */
function openDecoder(assume: Notes['add']) {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const windows = new TextDecoder('windows-1252');
  let encoding: 'ascii' | 'utf-8' | 'windows-1252' = 'ascii';
  return (bytes: Buffer, line: number): string | null => {
    if (encoding === 'windows-1252') return windows.decode(bytes);
    try {
      const text = utf8.decode(bytes);
      if (text.length !== bytes.length) encoding = 'utf-8';
      return text;
    } catch {
      if (encoding === 'utf-8') return null;
      encoding = 'windows-1252';
      assume('encoding', { line, encoding: 'Windows-1252' });
      return windows.decode(bytes);
    }
  };
}

/** The same bytes, in UTF-8 where they were UTF-16 by their byte order mark (RFC 2781). */
async function* inUtf8(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let utf16: TextDecoder | undefined;
  for await (const chunk of source) {
    let bytes: Uint8Array = chunk;
    if (head) {
      head = Buffer.concat([head, chunk]);
      if (head.length < 2) continue;
      bytes = head;
      const mark = head.readUInt16BE(0);
      if (mark === 0xfffe) utf16 = new TextDecoder('utf-16le');
      if (mark === 0xfeff) utf16 = new TextDecoder('utf-16be');
      head = undefined;
    }
    yield utf16 ? Buffer.from(utf16.decode(bytes, { stream: true })) : bytes;
  }
  if (head) yield head;
  if (utf16) yield Buffer.from(utf16.decode());
}

async function* byteLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
    let from = 0;
    for (;;) {
      const end = endOfLine(rest, from);
      // a CR at the end of a chunk may have its LF in the next
      if (end === -1 || (rest[end] === CR && end + 1 === rest.length)) break;
      yield rest.subarray(from, end);
      from = end + (rest[end] === CR && rest[end + 1] === LF ? 2 : 1);
    }
    rest = rest.subarray(from);
    if (rest.length > LONGEST_LINE) throw new InvalidImport('line');
  }
  if (rest.at(-1) === CR) rest = rest.subarray(0, -1);
  if (rest.length > 0) yield rest;
}

function endOfLine(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from);
  const cr = bytes.subarray(from, lf === -1 ? bytes.length : lf).indexOf(CR);
  return cr === -1 ? lf : from + cr;
}
