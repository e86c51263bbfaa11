import { type CsvColumn, csvColumns } from '../csv-columns.ts';
import { InvalidImport } from '../errors.ts';
import { type DateOrder, orderProvedBy } from './dates.ts';
import { readRecords } from './records.ts';
import { type TextLine, textLines } from './text-lines.ts';
import type { LeftOut, Notes, Place } from './told.ts';

/** A line's cells by the header's names. */
export type Cells = Partial<Record<CsvColumn, string>>;
/** A line of a list, or why it cannot be read. */
export type TableLine = (Place & { cells: Cells }) | LeftOut;

const DATES = ['consent_at', 'unsubscribed_at', 'paused_until'] as const;
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * The lines of a list of subscribers: CSV with the header's delimiter and no other. `assume` is told what had to be
 * assumed. Throws InvalidImport where the first line names no such columns.
 */
export async function* readTable(
  file: AsyncIterable<Uint8Array>,
  assume: Notes['add'],
): AsyncGenerator<TableLine> {
  const lines = textLines(file, assume);
  const { delimiter, named } = await delimiterOf(lines);
  let header: (CsvColumn | null)[] | undefined;
  let nth = 0;
  for await (const record of readRecords(
    withFirst(named, lines),
    delimiter,
    () => header?.length ?? 1000,
  )) {
    if (!header) {
      header = readHeader('cells' in record ? record.cells : [], assume);
      continue;
    }
    nth++;
    const { line } = record;
    if ('code' in record) {
      yield { line, nth, code: record.code, values: {} };
      continue;
    }
    const { cells } = record;
    if (cells.slice(header.length).some((cell) => cell !== '')) {
      const values = { cells: cells.length, columns: header.length };
      yield { line, nth, code: 'cells', values };
      continue;
    }
    const byName: Cells = {};
    for (const [index, name] of header.entries()) if (name) byName[name] = cells[index] ?? '';
    yield { line, nth, cells: byName };
  }
  if (!header) readHeader([], assume);
}

/** What the header says: each title, and the column it is known as. */
export async function headerOf(
  file: AsyncIterable<Uint8Array>,
): Promise<{ delimiter: string; titles: string[] }> {
  const lines = textLines(file, () => undefined);
  const { delimiter, named } = await delimiterOf(lines);
  for await (const record of readRecords(withFirst(named, lines), delimiter, () => 1000))
    return { delimiter, titles: 'cells' in record ? record.cells : [] };
  return { delimiter, titles: [] };
}

/** Whether day or month comes first in a file's dates, if some of them prove it and none the contrary. */
export async function dateOrderOf(
  file: AsyncIterable<Uint8Array>,
): Promise<{ order: DateOrder; line: number; text: string } | undefined> {
  const proofs = new Map<DateOrder, { line: number; text: string }>();
  for await (const row of readTable(file, () => undefined)) {
    if (!('cells' in row)) continue;
    for (const name of DATES) {
      const text = row.cells[name] ?? '';
      const order = orderProvedBy(text);
      if (order && !proofs.has(order)) proofs.set(order, { line: row.line, text });
    }
    if (proofs.size > 1) return undefined;
  }
  const [only] = proofs;
  return only && { order: only[0], ...only[1] };
}

/** By the line `sep=;` that Excel writes, else the one that parts the header into the most names that are known. */
async function delimiterOf(lines: AsyncIterator<TextLine>) {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) return { delimiter: ',', named: undefined };
    const text = value.text ?? '';
    const said = /^"?sep=(.)"?\s*$/i.exec(text)?.[1];
    if (said !== undefined) return { delimiter: said, named: undefined };
    if (text.trim() === '') continue;
    const score = (delimiter: string) => text.split(delimiter).filter(columnOf).length;
    const delimiter = DELIMITERS.toSorted((a, b) => score(b) - score(a))[0] ?? ',';
    return { delimiter, named: value };
  }
}

async function* withFirst(first: TextLine | undefined, rest: AsyncGenerator<TextLine>) {
  if (first) yield first;
  yield* rest;
}

/** `Consent source`, `consent-source` and `"consent_source"` are one name. */
function nameOf(title: string): string {
  const name = title
    .replaceAll('"', '')
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return ['e_mail', 'email_address', 'e_mail_address'].includes(name) ? 'email' : name;
}

function readHeader(cells: string[], assume: Notes['add']): (CsvColumn | null)[] {
  const names = cells.map(nameOf);
  if (!names.includes('email'))
    throw new InvalidImport('columns', { columns: 'email', known: csvColumns.join(', ') });
  const twice = names.find((name, index) => columnOf(name) && names.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidImport('twice', { columns: twice });
  const ignored = cells.filter((cell) => cell !== '' && !columnOf(cell));
  if (ignored.length > 0)
    assume('columns-ignored', { columns: ignored.map((name) => name.slice(0, 60)).join(', ') });
  return names.map(columnOf);
}

/** The column that a title names; null for one that is not known. */
export function columnOf(title: string): CsvColumn | null {
  const name = nameOf(title);
  return csvColumns.includes(name as CsvColumn) ? (name as CsvColumn) : null;
}
