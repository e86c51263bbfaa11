import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const CHUNK = 64 * 1024;

/** A file that arrived whole, to be read as often as needed. */
export interface Spool extends AsyncDisposable {
  /** From its beginning. `signal` breaks it off; `onRead` is told how many bytes were read so far. */
  read(options?: ReadOptions): AsyncGenerator<Buffer>;
  bytes: number;
  path: string;
}
interface ReadOptions {
  signal?: AbortSignal | undefined;
  onRead?: (bytes: number) => void;
}

/**
 * Takes a file in as it arrives, into a temporary one: what settles the order of day and month, or the encoding, may
 * stand in its last line, and memory does not grow with it. It has no name, so that it ends with the process at the
 * latest, however that ends.
 */
export async function spool(source: AsyncIterable<Uint8Array>): Promise<Spool> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gaceta-import-'));
  const file = await open(path.join(folder, 'list'), 'wx+', 0o600).finally(() =>
    rm(folder, { recursive: true, force: true }),
  );
  try {
    await file.writeFile(source);
    const { size } = await file.stat();
    return {
      bytes: size,
      path: `/proc/self/fd/${file.fd}`,
      async *read({ signal, onRead } = {}) {
        for (let at = 0; ; ) {
          signal?.throwIfAborted();
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
          if (bytesRead === 0) return;
          at += bytesRead;
          onRead?.(at);
          yield buffer.subarray(0, bytesRead);
        }
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
