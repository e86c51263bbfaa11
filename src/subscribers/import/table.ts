import { type CsvColumn, csvColumns } from '../csv-columns.ts';
import { InvalidImport } from '../errors.ts';
import { type DateOrder, orderProvedBy } from './dates.ts';
import { readRecords } from './records.ts';
import { type TextLine, textLines } from './text-lines.ts';

/** A line's cells by the header's names. */
export type Cells = Partial<Record<CsvColumn, string>>;
/** A line of a list, or why it cannot be read. */
export type TableLine = { line: number; cells: Cells } | { line: number; reason: string };

const REQUIRED = ['email', 'consent_source', 'consent_at'] as const;
const DATES = ['consent_at', 'unsubscribed_at', 'paused_until'] as const;
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * The lines of a list of subscribers: CSV with the header's delimiter and no other. `assume` is told what had to be
 * assumed. Throws InvalidImport where the first line names no such columns.
 */
export async function* readTable(
  file: AsyncIterable<Uint8Array>,
  assume: (what: string) => void,
): AsyncGenerator<TableLine> {
  const lines = textLines(file, assume);
  const { delimiter, named } = await delimiterOf(lines);
  let header: (CsvColumn | null)[] | undefined;
  for await (const record of readRecords(
    withFirst(named, lines),
    delimiter,
    () => header?.length ?? 1000,
  )) {
    if (!header) {
      header = readHeader('cells' in record ? record.cells : [], assume);
      continue;
    }
    if ('reason' in record) {
      yield record;
      continue;
    }
    const { line, cells } = record;
    if (cells.slice(header.length).some((cell) => cell !== '')) {
      const reason = `The line has ${cells.length} cells, the first line ${header.length}: put quotation marks around a cell that holds the delimiter.`;
      yield { line, reason };
      continue;
    }
    const byName: Cells = {};
    for (const [index, name] of header.entries()) if (name) byName[name] = cells[index] ?? '';
    yield { line, cells: byName };
  }
  if (!header) readHeader([], assume);
}

/** Looks at the first line alone. Throws InvalidImport where it names no such columns. */
export async function checkHeader(file: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of readTable(file, () => undefined)) return;
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
    const score = (delimiter: string) =>
      text.split(delimiter).filter((name) => csvColumns.includes(nameOf(name) as CsvColumn)).length;
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

function readHeader(cells: string[], assume: (what: string) => void): (CsvColumn | null)[] {
  const names = cells.map(nameOf);
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new InvalidImport(
      'columns',
      `The first line must name the columns; missing: ${missing.join(', ')}. Known: ${csvColumns.join(', ')}.`,
      missing.join(', '),
    );
  const known = (name: string): name is CsvColumn => csvColumns.includes(name as CsvColumn);
  const twice = names.find((name, index) => known(name) && names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InvalidImport('twice', `The column "${twice}" is there twice.`, twice);
  const ignored = cells.filter((cell, index) => cell !== '' && !known(names[index] ?? ''));
  if (ignored.length > 0)
    assume(
      `Columns that are not known were ignored: ${ignored.map((name) => name.slice(0, 60)).join(', ')}.`,
    );
  return names.map((name) => (known(name) ? name : null));
}
