import { type ImportLine, type Known, readLine } from './lines.ts';
import type { Spool } from './spool.ts';
import { readTable } from './table.ts';
import type { LeftOut } from './told.ts';
import type { Understood } from './understood.ts';

/**
 * Reads a file as it was understood, line by line: what each says, or why it is left out. `known.assume` is told what
 * else had to be assumed; `onRead` how many bytes of the file were read. Throws InvalidImport where the file turns out
 * to be none, and what `signal` aborts with.
 */
export async function* readList(
  file: Spool,
  understood: Understood,
  known: Known,
  { signal, onRead }: { signal?: AbortSignal | undefined; onRead?: (bytes: number) => void } = {},
): AsyncGenerator<ImportLine | LeftOut> {
  const source = file.read({ signal, ...(onRead ? { onRead } : {}) });
  const read = { ...known, order: understood.order ?? undefined };
  for await (const row of readTable(source, known.assume)) {
    const { line, nth } = row;
    yield 'cells' in row ? readLine(row.cells, { line, nth }, read) : row;
  }
}
