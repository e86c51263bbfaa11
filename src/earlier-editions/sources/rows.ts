import { openCsv } from '../../subscribers/import/reading/csv.ts';

/** The rows of a list that another service wrote, by the names of its first line: `Send Date` is `send_date`. */
export async function* readRows(bytes: Buffer): AsyncGenerator<Partial<Record<string, string>>> {
  const source = (async function* () {
    yield bytes;
  })();
  const { titles, rows } = await openCsv(source, () => undefined);
  const names = titles.map(nameOf);
  for await (const batch of rows)
    for (const row of batch)
      if ('cells' in row)
        yield Object.fromEntries(names.map((name, at) => [name, (row.cells[at] ?? '').trim()]));
}

const nameOf = (title: string) =>
  title
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
