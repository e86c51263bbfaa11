import { Parser } from 'htmlparser2';
import { InvalidImport } from '../../errors.ts';
import type { Row } from './records.ts';
import type { Sheet } from './sheet.ts';
import { LONGEST_LINE } from './text-lines.ts';
import { dateCells, firstSheet, isWorkbook, type Parts, sharedStrings } from './workbook.ts';
import { unpacked, type ZipPart } from './zip.ts';

/** The most columns a sheet has. */
const MOST_COLUMNS = 16_384;
const MOST_SHEET = 4 * 1024 ** 3;

/**
 * Opens the first sheet of a workbook (ECMA-376), row by row: only its texts, which all sheets share, are held. A
 * formula is what it came to, a date is written as 2026-11-01.
 */
export async function openXlsx(
  list: ZipPart[],
  options: Parameters<typeof unpacked>[1],
): Promise<
  Pick<Sheet, 'kind' | 'delimiter' | 'titles' | 'encoding' | 'rows'> & {
    end: () => Promise<unknown>;
  }
> {
  const parts: Parts = new Map(list.map((part) => [part.name, part]));
  if (!isWorkbook(parts)) throw new InvalidImport('zip');
  const { part, startsIn1904 } = await firstSheet(parts);
  if (part.bytes > MOST_SHEET) throw new InvalidImport('bomb');
  const texts = await sharedStrings(parts);
  const dates = await dateCells(parts);
  const rows = sheetRows(part, { texts, dates, startsIn1904 }, options);
  const head = await rows.next();
  const [header, ...rest] = head.done ? [] : head.value;
  const titles = header && 'cells' in header ? header.cells.map((cell) => cell.trim()) : [];
  while (titles.length > 0 && titles.at(-1) === '') titles.pop();
  return {
    kind: 'xlsx',
    delimiter: null,
    titles,
    encoding: () => null,
    end: () => rows.return(undefined),
    rows: (async function* () {
      if (rest.length > 0) yield rest;
      yield* rows;
    })(),
  };
}

interface Workbook {
  texts: string[];
  /** By style: whether its numbers are days. */
  dates: boolean[];
  startsIn1904: boolean;
}

async function* sheetRows(
  part: ZipPart,
  workbook: Workbook,
  options: Parameters<typeof unpacked>[1],
): AsyncGenerator<Row[]> {
  const reader = new RowReader(workbook);
  const text = new TextDecoder();
  for await (const chunk of unpacked(part, options)) {
    const rows = reader.add(text.decode(chunk, { stream: true }));
    if (rows.length > 0) yield rows;
  }
  const rest = reader.add(text.decode());
  if (rest.length > 0) yield rest;
}

/** Turns the XML of a sheet into rows as it comes. */
class RowReader {
  private readonly parser: Parser;
  private rows: Row[] = [];
  private cells: string[] = [];
  private line = 0;
  private column = 0;
  private kind = '';
  private style = -1;
  private text = '';
  private takes = false;
  private isLong = false;

  constructor(workbook: Workbook) {
    const { texts, dates, startsIn1904 } = workbook;
    this.parser = new Parser(
      {
        onopentag: (tag, attributes) => {
          const name = localName(tag);
          if (name === 'row') {
            this.line = Number(attributes.r) || this.line + 1;
            this.cells = [];
            this.column = 0;
            this.isLong = false;
          } else if (name === 'c') {
            this.column = attributes.r ? columnOf(attributes.r) : this.column + 1;
            this.kind = attributes.t ?? 'n';
            this.style = Number(attributes.s ?? -1);
            this.text = '';
          } else if (name === 'v' || name === 't') this.takes = true;
          // how a text is read aloud is no part of it
          else if (name === 'rPh') this.kind = 'phonetic';
        },
        ontext: (text) => {
          if (!this.takes || this.kind === 'phonetic') return;
          if (this.text.length + text.length > LONGEST_LINE) this.isLong = true;
          else this.text += text;
        },
        onclosetag: (tag) => {
          const name = localName(tag);
          if (name === 'v' || name === 't') this.takes = false;
          else if (name === 'c' && this.column >= 1 && this.column <= MOST_COLUMNS) {
            const value = this.valueOf(texts, dates, startsIn1904);
            if (value === '') return;
            while (this.cells.length < this.column - 1) this.cells.push('');
            this.cells[this.column - 1] = value;
          } else if (name === 'row') this.endRow();
        },
      },
      { xmlMode: true, decodeEntities: true },
    );
  }

  add(xml: string): Row[] {
    this.parser.write(xml);
    const { rows } = this;
    this.rows = [];
    return rows;
  }

  private endRow(): void {
    const { line, cells } = this;
    if (this.isLong) this.rows.push({ line, code: 'long', values: { most: LONGEST_LINE } });
    else if (cells.some((cell) => cell.trim() !== '')) this.rows.push({ line, cells });
  }

  private valueOf(texts: string[], dates: boolean[], startsIn1904: boolean): string {
    const { kind, text } = this;
    if (kind === 's') return texts[Number(text)] ?? '';
    if (kind === 'b') return text === '1' ? 'true' : 'false';
    if (kind === 'e') return '';
    if (kind === 'n' && text !== '' && dates[this.style]) return dayOf(Number(text), startsIn1904);
    return text;
  }
}

const localName = (tag: string): string => tag.slice(tag.indexOf(':') + 1);

/** `AB12` is column 28. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at++) {
    const letter = reference.charCodeAt(at) - 0x40;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  return column;
}

const DAY_MS = 86_400_000;

/** A day's number as `2026-11-01`, with a time of day where it has one: since 1899-12-30, or 1904-01-01. */
function dayOf(days: number, startsIn1904: boolean): string {
  const start = startsIn1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  const at = new Date(start + Math.round((days * DAY_MS) / 1000) * 1000);
  if (Number.isNaN(at.getTime())) return String(days);
  const text = at.toISOString();
  return Number.isInteger(days) ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}
