import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file that arrived whole, to be read as often as needed. */
export interface Spool extends AsyncDisposable {
  /** From its beginning; `signal` breaks it off. */
  read(signal?: AbortSignal): AsyncIterable<Uint8Array> & { bytesRead: number };
  bytes: number;
}

/**
 * Takes a file in as it arrives, into a temporary one: what settles the order of day and month, or the encoding, may
 * stand in its last line, and memory does not grow with it. Deleted when disposed of.
 */
export async function spool(source: AsyncIterable<Uint8Array>): Promise<Spool> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gaceta-import-'));
  const file = path.join(folder, 'list');
  const remove = () => rm(folder, { recursive: true, force: true });
  const written = createWriteStream(file, { mode: 0o600 });
  try {
    await pipeline(Readable.from(source, { objectMode: false }), written);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    read: (signal) => createReadStream(file, signal ? { signal } : {}),
    bytes: written.bytesWritten,
    [Symbol.asyncDispose]: remove,
  };
}
