import type { Notes } from '../lines/told.ts';
import { fieldOf, isAddress } from '../understanding/titles.ts';
import { cellsOf, Records, type Row } from './records.ts';
import type { Sheet } from './sheet.ts';
import { type TextLine, textLines } from './text-lines.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Opens CSV with the header's delimiter and no other. A file whose first line is a reader already has the titles `1`,
 * `2`, …
 */
export async function openCsv(
  source: AsyncIterable<Uint8Array>,
  assume: Notes['add'],
): Promise<Pick<Sheet, 'kind' | 'delimiter' | 'titles' | 'encoding' | 'rows'>> {
  let encoding: string | null = null;
  const lines = textLines(source, assume, (found) => {
    encoding ??= found;
  });
  const { delimiter, first } = await delimiterOf(lines);
  const records = new Records(delimiter);
  const rows = readRows(first, lines, records);
  const head = await rows.next();
  const [header, ...rest] = head.done ? [] : head.value;
  const cells = header && 'cells' in header ? header.cells.map((cell) => cell.trim()) : [];
  const isHeadless = cells.some(isAddress) && !cells.some((cell) => fieldOf(cell) === 'email');
  const body = header && isHeadless ? [header, ...rest] : rest;
  return {
    kind: 'csv',
    delimiter,
    titles: isHeadless ? cells.map((_, index) => String(index + 1)) : cells,
    encoding: () => encoding,
    rows: (async function* () {
      if (body.length > 0) yield body;
      yield* rows;
    })(),
  };
}

async function* readRows(
  first: TextLine[],
  lines: AsyncGenerator<TextLine[]>,
  records: Records,
): AsyncGenerator<Row[]> {
  let batch = first;
  for (let isLast = false; !isLast; ) {
    const next = await lines.next();
    isLast = next.done === true;
    const rows = records.add(batch, isLast);
    batch = next.done ? [] : next.value;
    if (rows.length > 0) yield rows;
  }
}

/** By the line `sep=;` that Excel writes, else the one that parts the header into the most names that are known. */
async function delimiterOf(lines: AsyncGenerator<TextLine[]>) {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) return { delimiter: ',', first: [] };
    const at = value.findIndex(({ text }) => text !== null && text.trim() !== '');
    if (at === -1) continue;
    const text = value[at]?.text ?? '';
    const said = /^"?sep=(.)"?\s*$/i.exec(text)?.[1];
    if (said !== undefined) return { delimiter: said, first: value.slice(at + 1) };
    return { delimiter: bestDelimiter(text), first: value.slice(at) };
  }
}

function bestDelimiter(header: string): string {
  const score = (delimiter: string) => {
    const { cells } = cellsOf(header, delimiter);
    const known = cells.filter((cell) => fieldOf(cell) !== null || isAddress(cell)).length;
    return known * 1000 + Math.min(cells.length, 999);
  };
  return DELIMITERS.toSorted((a, b) => score(b) - score(a))[0] ?? ',';
}
