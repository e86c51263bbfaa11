import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { type BackupHead, backedUpTables } from './backup.ts';

/** The file is no backup of Gaceta, is damaged, or is of another schema. */
export class UnusableBackup extends Error {
  override name = 'UnusableBackup';
}
/** First line of all. */
export const head: z.ZodType<BackupHead> = z.object({
  gaceta: z.literal(1),
  madeAt: z.iso.datetime(),
  migrations: z.array(z.string()),
  partitions: z.array(z.int()),
});
/** Before the rows of a table. */
export const tableHead = z.object({
  table: z.enum(backedUpTables as [string, ...string[]]),
  columns: z.array(z.string().regex(/^[a-z_0-9]+$/)),
});
/** Last line of all. */
export const end = z.object({ end: z.literal(true), rows: z.int() });

/** The lines of the file, each with its line feed; one at a time, whatever the size of the file. */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const text = createGunzip();
  file.on('error', (error) => text.destroy(error));
  file.pipe(text);
  const rest: Buffer[] = [];
  for await (const piece of text) {
    let chunk = piece as Buffer;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10)) {
      yield Buffer.concat([...rest.splice(0), chunk.subarray(0, at + 1)]);
      chunk = chunk.subarray(at + 1);
    }
    rest.push(chunk);
  }
}

/**
 * Reads the file to its end, by its own checksum, before anything is changed. Throws UnusableBackup where it is
 * cut short, or not as it was written.
 */
export async function checkWhole(path: string): Promise<void> {
  const lines = linesOf(path);
  readLine(head, await nextLine(lines));
  let last: Buffer = Buffer.alloc(0);
  try {
    for await (const line of lines) last = line;
  } catch (error) {
    throw ofGzip(error);
  }
  readLine(end, last);
}

/** The next line. Throws UnusableBackup where there should be one and is none. */
export async function nextLine(lines: AsyncGenerator<Buffer>): Promise<Buffer> {
  try {
    const { value, done } = await lines.next();
    if (!done) return value;
  } catch (error) {
    throw ofGzip(error);
  }
  throw damaged();
}

function ofGzip(error: unknown): unknown {
  const { code } = error as { code?: string };
  if (code === 'Z_DATA_ERROR')
    return new UnusableBackup(
      'This file is damaged: it is no backup, or has changed since it was written (its checksum is wrong). Take another copy of it. Nothing was changed.',
    );
  return code?.startsWith('Z_') ? damaged() : error;
}

/** What to say of a file that is not whole. */
export const damaged = () =>
  new UnusableBackup(
    'This file is no complete backup of Gaceta: it ends too early, or something is missing in it. Nothing was changed.',
  );

/** A line that must be JSON. Throws UnusableBackup. */
export function readJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    throw damaged();
  }
}

/** A line of a known shape. Throws UnusableBackup. */
export function readLine<T>(schema: z.ZodType<T>, line: Buffer): T {
  const read = schema.safeParse(readJson(line));
  if (!read.success) throw damaged();
  return read.data;
}
