import { readRecords } from '../../subscribers/import/records.ts';
import { textLines } from '../../subscribers/import/text-lines.ts';

/** The rows of a list with commas that another service wrote, by the names of its first line: `Send Date` is `send_date`. */
export async function* readRows(bytes: Buffer): AsyncGenerator<Partial<Record<string, string>>> {
  const source = (async function* () {
    yield bytes;
  })();
  let names: string[] | undefined;
  const lines = textLines(source, () => undefined);
  for await (const record of readRecords(lines, ',', () => names?.length ?? 1000)) {
    if (!('cells' in record)) continue;
    if (!names) names = record.cells.map(nameOf);
    else yield Object.fromEntries(names.map((name, index) => [name, record.cells[index] ?? '']));
  }
}

const nameOf = (title: string) =>
  title
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
