import type { ReasonCode, Values } from '../lines/told.ts';
import { LONGEST_LINE, type TextLine } from './text-lines.ts';

/** One record of a list by the number of its first line, or why it cannot be read. */
export type Row = { line: number; cells: string[] } | Fault;
interface Fault {
  line: number;
  code: ReasonCode;
  values: Values;
}

/** A quoted cell may go over so many lines. */
const MOST_LINES = 20;

/**
 * The records of a CSV file (RFC 4180), blank ones left out. A quote that stands inside a cell is a character of it.
 * One that is opened and never closed costs its own line, not those after it: csv-parse, as every parser that
 * reads on to the next quote, would take them along.
 */
export class Records {
  /** Cells of the first record, the header; one that goes over several lines has no more. */
  private width: number | undefined;
  private readonly delimiter: string;
  private ahead: TextLine[] = [];

  constructor(delimiter: string) {
    this.delimiter = delimiter;
  }

  /** The records that lines complete; lines that may go on in the next are kept. */
  add(lines: TextLine[], isLast: boolean): Row[] {
    const all = this.ahead.length > 0 ? [...this.ahead, ...lines] : lines;
    const rows: Row[] = [];
    let at = 0;
    for (let one = all[at]; one !== undefined; one = all[at]) {
      const { line, text } = one;
      if (text === null) {
        rows.push(faultOf(line, one.fault ?? 'encoding'));
        at++;
      } else if (!text.includes('"')) {
        at++;
        const cells = text.split(this.delimiter);
        if (cells.some(isFilled)) rows.push(this.noted({ line, cells }));
      } else {
        const found = this.quoted(all, at, isLast);
        if (!found) break;
        at += found.used;
        if (found.row) rows.push(this.noted(found.row));
      }
    }
    this.ahead = all.slice(at);
    return rows;
  }

  private noted(row: Row): Row {
    if ('cells' in row) this.width ??= row.cells.length;
    return row;
  }

  /** Undefined where the lines to come decide. */
  private quoted(
    lines: TextLine[],
    at: number,
    isLast: boolean,
  ): { used: number; row: Row | undefined } | undefined {
    const line = lines[at]?.line ?? 0;
    let together = lines[at]?.text ?? '';
    let read = cellsOf(together, this.delimiter);
    let used = 1;
    let broken = false;
    while (read.open && used < MOST_LINES && together.length <= LONGEST_LINE && !broken) {
      const more = lines[at + used];
      if (!more && !isLast) return undefined;
      if (!more || more.text === null) break;
      used++;
      together += `\n${more.text}`;
      if (!more.text.includes('"')) continue;
      read = cellsOf(together, this.delimiter);
      // several lines are one record only if nothing in them speaks against it
      broken = !read.open && (read.stray || read.cells.length > (this.width ?? read.cells.length));
    }
    if (broken || read.open) return { used: 1, row: faultOf(line, 'quote') };
    if (together.length > LONGEST_LINE) return { used, row: faultOf(line, 'long') };
    return { used, row: read.cells.some(isFilled) ? { line, cells: read.cells } : undefined };
  }
}

const isFilled = (cell: string) => cell !== '' && cell.trim() !== '';

const faultOf = (line: number, code: 'encoding' | 'long' | 'quote'): Fault => ({
  line,
  code,
  values: code === 'long' ? { most: LONGEST_LINE } : {},
});

/** Splits one record. `open`: it ends inside a quoted cell; `stray`: text follows a closing quote. */
export function cellsOf(text: string, delimiter: string) {
  const cells: string[] = [];
  let stray = false;
  let open = false;
  for (let at = 0; at <= text.length; ) {
    const quoted = quotedCell(text, at, delimiter);
    if (quoted === 'open') {
      open = true;
      break;
    }
    if (quoted?.cell !== undefined) {
      cells.push(quoted.cell);
      at = quoted.end + 1;
      continue;
    }
    if (quoted) stray = true;
    const next = text.indexOf(delimiter, quoted?.end ?? at);
    const end = next === -1 ? text.length : next;
    cells.push(text.slice(at, end).trim());
    at = end + 1;
  }
  return { cells, open, stray };
}

/** A quoted cell from `at` to the delimiter at `end`; without `cell` where its quotes are only part of the text. */
function quotedCell(
  text: string,
  at: number,
  delimiter: string,
): { cell?: string; end: number } | 'open' | undefined {
  let start = at;
  while (text[start] === ' ') start++;
  if (text[start] !== '"') return undefined;
  let close = start + 1;
  for (;;) {
    close = text.indexOf('"', close);
    if (close === -1) return 'open';
    if (text[close + 1] !== '"') break;
    close += 2;
  }
  let end = close + 1;
  while (text[end] === ' ' && delimiter !== ' ') end++;
  if (end < text.length && text[end] !== delimiter) return { end: close + 1 };
  return {
    cell: text
      .slice(start + 1, close)
      .replaceAll('""', '"')
      .trim(),
    end,
  };
}
