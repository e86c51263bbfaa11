import { InvalidImport } from '../../errors.ts';
import type { Row } from '../reading/records.ts';
import type { Sheet } from '../reading/sheet.ts';
import { houseField } from './houses.ts';
import { stateOf } from './states.ts';
import { fieldOf, isAddress } from './titles.ts';
import { type Field, fields, type ListOptions, type Understood } from './understood.ts';

/** A table and its first rows. */
export interface Beginning extends Pick<Sheet, 'name' | 'titles' | 'writtenAt'> {
  rows: Row[];
}

/**
 * What the columns of all tables hold: as `map` says, else as the house means them, else as people call them. Where no
 * title says addresses, a column that is full of them holds them. Throws InvalidImport for a map that fits no column.
 */
export function mapColumns(
  tables: Beginning[],
  format: Understood['format'],
  { map = {} }: ListOptions,
): Understood['columns'] {
  const titles = [...new Set(tables.flatMap((table) => table.titles))].filter(Boolean);
  const given = checkedMap(map, titles);
  const columns = titles.map((title) => {
    const field = given.get(title) ?? houseField(format, title) ?? fieldOf(title);
    return { title, field: field || null, example: exampleOf(tables, title) };
  });
  const isMissing = !columns.some(({ field }) => field === 'email');
  for (const column of isMissing ? columns : [])
    if (!given.has(column.title) && holdsAddresses(tables, column.title)) {
      column.field = 'email';
      break;
    }
  for (const column of columns)
    if (!given.has(column.title) && format === 'other') {
      // whoever left must not come back because nobody knows the title
      if (column.field === null && holdsStates(tables, column.title)) column.field = 'state';
      // a column of consents in which nobody ever wrote anything says of nobody that they left
      if (isConsent(column.field) && column.example === '') column.field = null;
    }
  // a list without titles has two columns where it tells names too
  const [one, two] = columns;
  if (titles.join() === '1,2' && one && two)
    for (const [column, other] of [
      [one, two],
      [two, one],
    ] as const)
      if (other.field === 'email' && !column.field && !given.has(column.title))
        column.field = 'name';
  return columns;
}

/** Throws InvalidImport where a title whose column is read is there twice. */
export function requireOnce(tables: Beginning[], columns: Understood['columns']): void {
  const read = new Set(columns.flatMap(({ title, field }) => (field ? [title] : [])));
  for (const { titles } of tables) {
    const twice = titles.find((title, at) => read.has(title) && titles.indexOf(title) !== at);
    if (twice !== undefined) throw new InvalidImport('twice', { column: twice.slice(0, 60) });
  }
}

/** Which titles of a table hold a field. */
export const titlesOf = (columns: Understood['columns'], field: Field): Set<string> =>
  new Set(columns.flatMap((column) => (column.field === field ? [column.title] : [])));

/** The cells that stand under some titles. */
export function* cellsUnder(
  { titles, rows }: Beginning,
  wanted: ReadonlySet<string>,
): Generator<string> {
  const indexes = titles.flatMap((title, at) => (wanted.has(title) ? [at] : []));
  for (const row of rows)
    if ('cells' in row) for (const at of indexes) yield (row.cells[at] ?? '').trim();
}

function checkedMap(
  map: NonNullable<ListOptions['map']>,
  titles: string[],
): Map<string, Field | ''> {
  const given = new Map<string, Field | ''>();
  for (const [title, field] of Object.entries(map)) {
    const wanted = title.trim().toLowerCase();
    const found =
      titles.find((one) => one === title) ?? titles.find((one) => one.toLowerCase() === wanted);
    if (found === undefined)
      throw new InvalidImport('map', {
        column: title.slice(0, 60),
        columns: titles.join(', ').slice(0, 1000),
      });
    if (field !== '' && !fields.includes(field))
      throw new InvalidImport('field', {
        field: String(field).slice(0, 60),
        fields: fields.join(', '),
      });
    given.set(found, field);
  }
  return given;
}

function holdsAddresses(tables: Beginning[], title: string): boolean {
  const cells = tables.flatMap((table) => [...cellsUnder(table, new Set([title]))]).filter(Boolean);
  return cells.length > 0 && cells.filter(isAddress).length >= cells.length * 0.8;
}

/** Words that all mean a state, and not only that somebody receives. */
function holdsStates(tables: Beginning[], title: string): boolean {
  const cells = tables.flatMap((table) => [...cellsUnder(table, new Set([title]))]).filter(Boolean);
  const states = new Set(cells.map(stateOf));
  return !states.has(undefined) && [...states].some((state) => state !== 'active');
}

const isConsent = (field: Field | null): boolean => field === 'subscribed' || field === 'confirmed';

function exampleOf(tables: Beginning[], title: string): string {
  for (const table of tables)
    for (const cell of cellsUnder(table, new Set([title]))) if (cell) return cell.slice(0, 60);
  return '';
}
