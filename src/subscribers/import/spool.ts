import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file that arrived whole, to be read as often as needed. */
export interface Spool extends AsyncDisposable {
  read(): AsyncIterable<Uint8Array>;
}

/**
 * Takes a file in as it arrives, into a temporary one: what settles the order of day and month, or the encoding, may
 * stand in its last line, and memory does not grow with it. Deleted when disposed of.
 */
export async function spool(source: AsyncIterable<Uint8Array>): Promise<Spool> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gaceta-import-'));
  const file = path.join(folder, 'list');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(
      Readable.from(source, { objectMode: false }),
      createWriteStream(file, { mode: 0o600 }),
    );
  } catch (error) {
    await remove();
    throw error;
  }
  return { read: () => createReadStream(file), [Symbol.asyncDispose]: remove };
}
