import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import yauzl from 'yauzl';
import { LARGEST_EXPORT, LARGEST_FILE, UnreadableArchive } from './found.ts';

/** A file of an export: in a ZIP, in a folder, or the one file that it is. */
export interface ExportFile {
  /** With the folders it lies in, joined by `/`. */
  name: string;
  /** As the archive says it; reading stops where it lies. */
  bytes: number;
  changedAt: Date;
  /** Throws UnreadableArchive where it holds more than `most` bytes, or is damaged. */
  read(most?: number): Promise<Buffer>;
}

export interface OpenExport extends AsyncDisposable {
  files: ExportFile[];
  isZip: boolean;
}

const MOST_FILES = 100_000;

/** Opens a folder, a ZIP or a single file. Nothing is unpacked onto the disk. Throws UnreadableArchive. */
export async function openExport(place: string): Promise<OpenExport> {
  if ((await stat(place)).isDirectory()) return openFolder(place);
  const file = await open(place);
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close());
  return buffer.readUInt32BE() === 0x504b0304 ? openZip(place) : openFile(place);
}

async function openFolder(folder: string): Promise<OpenExport> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // links may lead out of the folder
  const named = entries.filter((entry) => entry.isFile()).slice(0, MOST_FILES);
  const budget = { left: LARGEST_EXPORT };
  const files = await Promise.all(
    named.map((entry) => fileAt(path.join(entry.parentPath, entry.name), folder, budget)),
  );
  return { files, isZip: false, [Symbol.asyncDispose]: async () => undefined };
}

async function openFile(place: string): Promise<OpenExport> {
  const file = await fileAt(place, path.dirname(place), { left: LARGEST_EXPORT });
  return { files: [file], isZip: false, [Symbol.asyncDispose]: async () => undefined };
}

async function fileAt(place: string, folder: string, budget: Budget): Promise<ExportFile> {
  const { size, mtime } = await stat(place);
  return {
    name: path.relative(folder, place).split(path.sep).join('/'),
    bytes: size,
    changedAt: mtime,
    read: (most = LARGEST_FILE) => readAll(createReadStream(place), most, budget),
  };
}

async function openZip(place: string): Promise<OpenExport> {
  const damaged = () => new UnreadableArchive('zip', 'The ZIP file is damaged.');
  const zip = await yauzl.openPromise(place, { autoClose: false }).catch(() => {
    throw damaged();
  });
  const budget = { left: LARGEST_EXPORT };
  const files: ExportFile[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      if (files.length === MOST_FILES) break;
      const { fileName: name } = entry;
      if (name.endsWith('/') || name.startsWith('__MACOSX/') || !entry.canDecodeFileData())
        continue;
      files.push({
        name,
        bytes: entry.uncompressedSize,
        changedAt: entry.getLastModDate({ timezone: 'UTC' }),
        async read(most = LARGEST_FILE) {
          if (entry.uncompressedSize > most) throw tooLarge();
          const stream = await zip.openReadStreamPromise(entry).catch(() => {
            throw damaged();
          });
          return readAll(stream, most, budget);
        },
      });
    }
  } catch {
    zip.close();
    throw damaged();
  }
  return {
    files,
    isZip: true,
    async [Symbol.asyncDispose]() {
      zip.close();
    },
  };
}

interface Budget {
  left: number;
}

const tooLarge = () => new UnreadableArchive('large', 'A file is larger than may be read.');

/** Counts what really comes: what a ZIP says of a size is a claim. */
async function readAll(
  stream: AsyncIterable<Buffer>,
  most: number,
  budget: Budget,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      budget.left -= chunk.length;
      if (size > most || budget.left < 0) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof UnreadableArchive) throw error;
    throw new UnreadableArchive('zip', 'A file of the export is damaged.');
  }
  return Buffer.concat(chunks);
}
