import type { Readable } from 'node:stream';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { InvalidImport } from '../../errors.ts';

/** One file in a ZIP. */
export interface ZipPart {
  name: string;
  /** Unpacked and packed. */
  bytes: number;
  packed: number;
  /** Where it begins in the ZIP. */
  offset: number;
  writtenAt: Date | null;
  open(): Promise<Readable>;
}

/** More files than any export has. */
const MOST_FILES = 10_000;
const MOST_BYTES = 8 * 1024 ** 3;
/** Lists of readers pack to a tenth or so; what is small may pack as it likes. */
const MOST_RATIO = 200;
const SMALL = 32 * 1024 ** 2;

/**
 * The files in a ZIP, of which nothing is unpacked yet. The ZIP says how large each becomes, and reading stops with an
 * error where that is not so. Throws InvalidImport for one that is broken, or becomes far larger than any list.
 */
export async function openZip(
  source: string | Buffer,
): Promise<{ parts: ZipPart[]; close: () => void; bytes: number }> {
  const options = { autoClose: false, lazyEntries: true } as const;
  const zip = await (typeof source === 'string'
    ? openPromise(source, options)
    : fromBufferPromise(source, options)
  ).catch(() => {
    throw new InvalidImport('zip');
  });
  try {
    if (zip.entryCount > MOST_FILES) throw new InvalidImport('bomb');
    const parts: ZipPart[] = [];
    for await (const entry of zip.eachEntry()) parts.push(partOf(zip, entry));
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const packed = parts.reduce((sum, part) => sum + part.packed, 0);
    // files that share their bytes are packed more than once
    const isBomb =
      bytes > MOST_BYTES ||
      packed > zip.fileSize ||
      parts.some((part) => part.bytes > SMALL && part.bytes > part.packed * MOST_RATIO);
    if (isBomb) throw new InvalidImport('bomb');
    return { parts, close: () => zip.close(), bytes: zip.fileSize };
  } catch (error) {
    zip.close();
    throw error instanceof InvalidImport ? error : new InvalidImport('zip');
  }
}

function partOf(zip: ZipFile, entry: Entry): ZipPart {
  const writtenAt = entry.getLastModDate({ timezone: 'UTC' });
  return {
    name: entry.fileName,
    bytes: entry.uncompressedSize,
    packed: entry.compressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
    writtenAt: Number.isNaN(writtenAt.getTime()) ? null : writtenAt,
    async open() {
      if (entry.isEncrypted()) throw new InvalidImport('encrypted');
      return zip.openReadStreamPromise(entry).catch(() => {
        throw new InvalidImport('zip');
      });
    },
  };
}

/** A file of a ZIP as it is unpacked. Throws InvalidImport where it breaks off, or is not as large as the ZIP says. */
export async function* unpacked(
  part: ZipPart,
  {
    signal,
    onRead,
  }: { signal?: AbortSignal | undefined; onRead?: ((bytes: number) => void) | undefined } = {},
): AsyncGenerator<Buffer> {
  const stream = await part.open();
  let read = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      read += chunk.length;
      onRead?.(part.offset + part.packed * (read / Math.max(part.bytes, 1)));
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof InvalidImport ? error : new InvalidImport('zip');
  } finally {
    stream.destroy();
  }
}
