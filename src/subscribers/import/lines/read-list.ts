import { type ListFile, openSheets, type ReadOptions } from '../reading/container.ts';
import { orderOf } from '../understanding/date-order.ts';
import type { Understood } from '../understanding/understood.ts';
import { LineReader } from './line-reader.ts';
import type { ImportLine, Known } from './lines.ts';
import type { LeftOut } from './told.ts';

/**
 * Reads a file as it was understood, line by line: what each says, or why it is left out. `known.assume` is told what
 * else had to be assumed; `onRead` how many bytes of the file were read. Throws InvalidImport where the file turns out
 * to be none, and what `signal` aborts with.
 */
export async function* readList(
  file: ListFile,
  understood: Understood,
  known: Known,
  options: ReadOptions = {},
): AsyncGenerator<ImportLine | LeftOut> {
  let { order, isOrderSettled } = understood;
  let nth = 0;
  const assume: Known['assume'] = (code, values) => {
    // what the beginning has told already
    if (code !== 'encoding' || !understood.notes.some((note) => note.code === code))
      known.assume(code, values);
  };
  for await (const sheet of openSheets(file, assume, options)) {
    const own = understood.files.find(({ name }) => name === sheet.name);
    if (!own) continue;
    const reader = new LineReader({ ...sheet, state: own.state }, { ...understood, order }, known);
    const out: (ImportLine | LeftOut)[] = [];
    for await (const rows of sheet.rows)
      for (const row of rows) {
        nth++;
        reader.read(row, nth, out);
        if (!isOrderSettled && out.some(isAmbiguous)) {
          const proof = await orderOf(file, understood, { signal: options.signal });
          isOrderSettled = true;
          order = proof?.order ?? null;
          reader.order = proof?.order;
          if (proof) {
            known.assume(`order-${proof.order}`, {
              line: proof.line,
              text: proof.text.slice(0, 40),
            });
            out.length = 0;
            reader.read(row, nth, out);
          }
        }
        yield* out;
        out.length = 0;
      }
  }
}

const isAmbiguous = (line: ImportLine | LeftOut): boolean =>
  'code' in line && line.code === 'date-ambiguous';
