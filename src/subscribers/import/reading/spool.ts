import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { ListTooLarge, NoRoom } from '../../errors.ts';

const CHUNK = 64 * 1024;
/** The largest list of readers, in bytes. */
export const LARGEST_LIST = 4 * 1024 ** 3;
/** The database may need as much while it stores what is in the file. */
const LEFT_FREE = 256 * 1024 ** 2;
const LOOK_EVERY = 64 * 1024 ** 2;
/** Of a file whose import was never made: its process was killed, or is still taking it in. */
const ORPHAN_MS = 24 * 3_600_000;

/** A file that arrived whole, to be read as often as needed. */
export interface Spool extends AsyncDisposable {
  /** Its name in the folder of imports. */
  name: string;
  path: string;
  bytes: number;
  /** From here on it stays when this is disposed of, until removeSpool. */
  keep(): void;
  /** From its beginning. `signal` breaks it off; `onRead` is told how many bytes were read so far. */
  read(options?: ReadOptions): AsyncGenerator<Buffer>;
}
interface SpoolOptions {
  /** How large it says it is. */
  bytes?: number;
  /** How much room the disk of the folder has. */
  freeBytes?: (folder: string) => Promise<number>;
}
interface ReadOptions {
  signal?: AbortSignal | undefined;
  onRead?: (bytes: number) => void;
}

/**
 * Takes a file in as it arrives, into a folder of its owner's alone: what settles the order of day and month, or the
 * encoding, may stand in its last line, memory does not grow with it, and an import goes on with it after its process
 * was killed. What does not arrive whole is removed, and so is at last what nobody keeps. Throws ListTooLarge; NoRoom where the disk has none for it.
 */
export async function spool(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  { bytes = 0, freeBytes = freeBytesOf }: SpoolOptions = {},
): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (bytes > LARGEST_LIST) throw new ListTooLarge();
  const requireRoom = async (needed: number) => {
    if ((await freeBytes(folder)) < needed + LEFT_FREE) throw new NoRoom();
  };
  await requireRoom(bytes);
  const name = randomUUID();
  const file = await open(path.join(folder, name), 'wx', 0o600);
  try {
    await file.writeFile(bounded(source, () => requireRoom(0)));
    await file.sync();
  } catch (error) {
    await file.close();
    await removeSpool(folder, name);
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? new NoRoom() : error;
  }
  await file.close();
  return openAt(folder, name, false);
}

/** Opens a file that was kept. Throws ENOENT where it is not here. */
export const openSpool = (folder: string, name: string): Promise<Spool> =>
  openAt(folder, name, true);

async function openAt(folder: string, name: string, isKept: boolean): Promise<Spool> {
  const place = path.join(folder, path.basename(name));
  const file = await open(place, 'r');
  const { size } = await file.stat();
  let kept = isKept;
  return {
    name,
    path: place,
    bytes: size,
    keep() {
      kept = true;
    },
    read: (options) => chunksOf(file, options),
    async [Symbol.asyncDispose]() {
      await file.close();
      if (!kept) await removeSpool(folder, name);
    },
  };
}

/** Removes a file that was taken in; none is fine. */
export const removeSpool = (folder: string, name: string): Promise<void> =>
  rm(path.join(folder, path.basename(name)), { force: true });

/** Whether a file is in this folder. */
export const isHere = (folder: string, name: string): Promise<boolean> =>
  stat(path.join(folder, path.basename(name))).then(
    () => true,
    () => false,
  );

/** Removes the files that no import names, a day after they were written. */
export async function removeOrphans(folder: string, named: Set<string>, now: Date): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (named.has(name)) continue;
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found && now.getTime() - found.mtimeMs > ORPHAN_MS) await removeSpool(folder, name);
  }
}

async function* chunksOf(
  file: FileHandle,
  { signal, onRead }: ReadOptions = {},
): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    signal?.throwIfAborted();
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    onRead?.(at);
    yield buffer.subarray(0, bytesRead);
  }
}

async function* bounded(
  source: AsyncIterable<Uint8Array>,
  requireRoom: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  let looked = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > LARGEST_LIST) throw new ListTooLarge();
    if (size - looked > LOOK_EVERY) {
      looked = size;
      await requireRoom();
    }
    yield chunk;
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
