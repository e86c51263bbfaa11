import type { z } from 'zod';
import { holdsLink } from '../../../text/links-in-text.ts';
import {
  formatSchema,
  frequencySchema,
  hourSchema,
  languageSchema,
  nameSchema,
  timezoneSchema,
} from '../../choices.ts';
import { fromCell } from '../../csv-cell.ts';
import { type DateOrder, readDate } from '../understanding/dates.ts';
import type { Notes, ReasonCode, Values } from './told.ts';

/** A cell that keeps its line out. */
export class WrongCell extends Error {
  readonly code: ReasonCode;
  readonly values: Values;
  constructor(code: ReasonCode, values: Values = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

/** So much of a cell is shown. */
export const shown = (cell: string) => cell.slice(0, 60);

/** The text of a cell: without what a spreadsheet's formulas were made harmless by. PostgreSQL stores no NUL. */
export function textOf(cells: string[], index: number): string {
  const cell = (cells[index] ?? '').trim();
  if (cell === '') return '';
  const text = cell.startsWith("'") ? fromCell(cell) : withoutFormula(cell);
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

/** `="text"`: a formula that is its text, by which others keep a spreadsheet from changing it. */
const withoutFormula = (cell: string): string =>
  cell.startsWith('="') && cell.endsWith('"') && cell.length > 3
    ? cell.slice(2, -1).replaceAll('""', '"')
    : cell;

/** So many different values are remembered of each column; those of a list repeat. */
const MOST_KEPT = 2000;

/** Reads cells by a schema, each value once: hundreds of thousands of lines hold a handful of languages. */
function remembered<T>(schema: z.ZodType<T>) {
  const known = new Map<string, T | undefined>();
  return (cell: string): T | undefined => {
    if (known.has(cell)) return known.get(cell);
    const found = schema.safeParse(cell);
    const value = found.success ? found.data : undefined;
    if (known.size < MOST_KEPT) known.set(cell, value);
    return value;
  };
}

export const languageIn = remembered(languageSchema);
export const timezoneIn = remembered(timezoneSchema);
export const frequencyIn = remembered(frequencySchema);
export const formatIn = remembered(formatSchema);
export const hourIn = remembered(hourSchema);

// Letters of the Latin script, and what stands between names: no dot, slash, colon or @, so no link, and nothing to make
// canonical.
const PLAIN_NAME =
  /^[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f'’,-]+(?: [A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f'’,-]+)*$/;

/** In lists from elsewhere the column of names often holds the address again. */
export function nameIn(cell: string, assume: Notes['add']): string | null {
  if (cell === '') return null;
  if (cell.length <= 100 && PLAIN_NAME.test(cell)) return cell;
  if (cell.length > 1000) throw new WrongCell('name-long');
  if (holdsLink(cell)) {
    assume('names-ignored');
    return null;
  }
  const found = nameSchema.safeParse(cell);
  if (!found.success) throw new WrongCell('name-long');
  return found.data;
}

/** A time that has come. `column` is how the file calls it. */
export function past(cell: string, column: string, place: DatePlace): Date | null {
  const at = time(cell, column, place);
  if (at && at > place.now) throw new WrongCell('date-future', { column, value: shown(cell) });
  return at;
}

export interface DatePlace {
  order: DateOrder | undefined;
  now: Date;
  assume: Notes['add'];
}

export function time(cell: string, column: string, { order, assume }: DatePlace): Date | null {
  // as some databases write that there is none
  if (cell === '' || cell.startsWith('0000-00-00')) return null;
  const found = readDate(cell, order);
  if (found === undefined) throw new WrongCell('date', { column, value: shown(cell) });
  if (found === 'ambiguous') throw new WrongCell('date-ambiguous', { column, value: shown(cell) });
  if (found.zoneless) assume('zoneless');
  return found.at;
}
