import type { TextLine } from './text-lines.ts';

/** One record of a CSV file by the number of its first line, or why it cannot be read. */
export type CsvRecord =
  | { line: number; cells: string[] }
  | { line: number; code: 'encoding' | 'quote' };

/** A quoted cell may go over so many lines. */
const MOST_LINES = 20;

/**
 * The records of a CSV file (RFC 4180), blank ones left out. A quote that stands inside a cell is a character of it.
 * One that is opened and never closed costs its own line, not those after it: csv-parse, as every parser that
 * reads on to the next quote, would take them along.
 */
export async function* readRecords(
  lines: AsyncIterator<TextLine>,
  delimiter: string,
  width: () => number,
): AsyncGenerator<CsvRecord> {
  const ahead: TextLine[] = [];
  const look = async (at: number) => {
    if (ahead.length <= at) {
      const { value, done } = await lines.next();
      if (done) return undefined;
      ahead.push(value);
    }
    return ahead[at];
  };
  for (;;) {
    const first = await look(0);
    if (!first) return;
    const { line, text } = first;
    if (text === null) {
      ahead.shift();
      yield { line, code: 'encoding' };
      continue;
    }
    let read = cellsOf(text, delimiter);
    let together = text;
    let used = 1;
    let broken = false;
    while (read.open && used < MOST_LINES && !broken) {
      const more = await look(used);
      if (!more || more.text === null) break;
      used++;
      together += `\n${more.text}`;
      read = cellsOf(together, delimiter);
      // several lines are one record only if nothing in them speaks against it
      broken = !read.open && (read.stray || read.cells.length > width());
    }
    broken ||= read.open;
    ahead.splice(0, broken ? 1 : used);
    if (broken) yield { line, code: 'quote' };
    else if (read.cells.some((cell) => cell !== '')) yield { line, cells: read.cells };
  }
}

/** Splits one record. `open`: it ends inside a quoted cell; `stray`: text follows a closing quote. */
function cellsOf(text: string, delimiter: string) {
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
