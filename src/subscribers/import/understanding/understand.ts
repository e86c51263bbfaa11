import { InvalidImport } from '../../errors.ts';
import { LineReader } from '../lines/line-reader.ts';
import type { ImportLine, Known, KnownNewsletter } from '../lines/lines.ts';
import { type LeftOut, Notes } from '../lines/told.ts';
import { type ListFile, openSheets, type ReadOptions } from '../reading/container.ts';
import { DATE_FIELDS, orderOf } from './date-order.ts';
import { isUnordered } from './dates.ts';
import { houseState, recognise, stateByName } from './houses.ts';
import { type Beginning, cellsUnder, mapColumns, requireOnce, titlesOf } from './map-columns.ts';
import {
  type Format,
  formats,
  type ListOptions,
  listStates,
  type Sample,
  type Understood,
} from './understood.ts';

/** So many rows of each table are looked at. */
const LOOKED_AT = 1000;
const SAMPLES = 20;
const MOST_STATES = 50;

/**
 * Says what a file is, as far as its beginning shows: how it is written, whose export it is, what its columns and
 * states mean. Throws InvalidImport for what is no list of any kind, and for options that do not fit it. A list without
 * a column of addresses is told as it is, so that somebody can say which it is; see requireReadable.
 */
export async function understandList(
  file: ListFile,
  options: ListOptions = {},
  { signal }: ReadOptions = {},
): Promise<Understood> {
  checkOptions(options);
  const notes = new Notes();
  const tables: (Beginning & Understood['files'][number])[] = [];
  let container: Understood['container'] = 'csv';
  for await (const sheet of openSheets(file, notes.add, { signal })) {
    const { kind, name, delimiter, titles, writtenAt } = sheet;
    container = sheet.container;
    const rows = await firstRows(sheet.rows);
    const encoding = kind === 'xlsx' ? null : (sheet.encoding() ?? 'UTF-8');
    tables.push({ name, kind, encoding, delimiter, titles, writtenAt, rows, state: null });
  }
  const houseOf = ({ titles, name }: Beginning) =>
    recognise(titles, name ?? options.fileName ?? null);
  const recognised = tables.flatMap((table) => houseOf(table) ?? []);
  const format = options.format ?? recognised[0] ?? 'other';
  for (const table of tables)
    table.state = stateByName(format, table.name ?? options.fileName ?? '');
  const columns = mapColumns(tables, format, options);
  const emails = titlesOf(columns, 'email');
  // an export may hold who received or opened what, with their addresses: that is no list of readers
  const isList = (table: Beginning) =>
    table.titles.some((title) => emails.has(title)) &&
    (!recognised.includes(format as Format) || houseOf(table) === format);
  const lists = container === 'zip' && emails.size > 0 ? tables.filter(isList) : tables;
  if (lists.length === 0) throw new InvalidImport('empty');
  requireOnce(lists, columns);
  const own = new Set(lists.flatMap((table) => table.titles));
  noteWhatIsIgnored(notes, tables, lists, columns);
  if (lists.every(({ rows }) => rows.length === 0)) notes.add('no-lines');

  const understood: Understood = {
    container,
    format,
    files: lists.map(({ name, kind, encoding, delimiter, state }) => {
      return { name, kind, encoding, delimiter, state };
    }),
    columns: columns.filter(({ title }) => own.has(title)),
    states: statesOf(lists, columns, format, options),
    order: null,
    isOrderSettled: false,
    consent: options.consent ?? null,
    needsConsent: false,
    notes: [],
    samples: [],
  };
  const dates = new Set(DATE_FIELDS.flatMap((field) => [...titlesOf(columns, field)]));
  if (lists.some((table) => [...cellsUnder(table, dates)].some(isUnordered))) {
    const proof = await orderOf(file, understood, { signal });
    if (proof)
      notes.add(`order-${proof.order}`, { line: proof.line, text: proof.text.slice(0, 40) });
    understood.order = proof?.order ?? null;
    understood.isOrderSettled = true;
  }
  understood.notes = notes.all();
  if (emails.size > 0) Object.assign(understood, sampled(lists, understood));
  return understood;
}

/** Whether one of the columns is known to hold the addresses. */
export const holdsAddresses = ({ columns }: Understood): boolean =>
  columns.some(({ field }) => field === 'email');

/** Throws InvalidImport where what was understood says of no column that it holds the addresses. */
export function requireReadable(understood: Understood): void {
  const { columns } = understood;
  if (!holdsAddresses(understood))
    throw new InvalidImport('columns', {
      columns: columns
        .map(({ title }) => title)
        .join(', ')
        .slice(0, 1000),
    });
}

function checkOptions({ format, states = {}, consent }: ListOptions): void {
  if (format !== undefined && !formats.includes(format))
    throw new InvalidImport('format', {
      format: String(format).slice(0, 60),
      formats: formats.join(', '),
    });
  for (const state of Object.values(states))
    if (!listStates.includes(state))
      throw new InvalidImport('state', {
        state: String(state).slice(0, 60),
        states: listStates.join(', '),
      });
  if (consent && (consent.source.trim() === '' || Number.isNaN(Date.parse(consent.at))))
    throw new InvalidImport('consent');
}

async function firstRows(batches: AsyncGenerator<Beginning['rows']>): Promise<Beginning['rows']> {
  const rows: Beginning['rows'] = [];
  for await (const batch of batches) {
    for (const row of batch.slice(0, LOOKED_AT - rows.length)) rows.push(row);
    if (rows.length >= LOOKED_AT) break;
  }
  return rows;
}

function noteWhatIsIgnored(
  notes: Notes,
  tables: Beginning[],
  lists: Beginning[],
  columns: Understood['columns'],
): void {
  const own = new Set(lists.flatMap((table) => table.titles));
  const ignored = columns.filter(({ title, field }) => field === null && own.has(title));
  if (ignored.length > 0) {
    const names = ignored.slice(0, 50).map(({ title }) => title.slice(0, 60));
    if (ignored.length > names.length) names.push('…');
    notes.add('columns-ignored', { columns: names.join(', ') });
  }
  const files = tables.filter((table) => !lists.includes(table)).map(({ name }) => name ?? '');
  if (files.length > 0) notes.add('files-ignored', { files: files.slice(0, 20).join(', ') });
}

function statesOf(
  tables: Beginning[],
  columns: Understood['columns'],
  format: Understood['format'],
  { states = {} }: ListOptions,
): Understood['states'] {
  const titles = titlesOf(columns, 'state');
  const values = new Set(Object.keys(states));
  for (const table of tables)
    for (const cell of cellsUnder(table, titles))
      if (cell && values.size < MOST_STATES && cell.length <= 60) values.add(cell);
  if (format === 'gaceta') values.delete('none');
  return [...values].map((value) => {
    return { value, state: states[value] ?? houseState(format, value) ?? null };
  });
}

/** Any newsletter and section will do, since it is not said yet where the readers go. */
const anywhere: KnownNewsletter = {
  id: '0',
  sections: new (class extends Set<string> {
    override has = () => true;
  })(),
};
const known: Omit<Known, 'now' | 'assume'> = {
  newsletters: new (class extends Map<string, KnownNewsletter> {
    override get = () => anywhere;
  })(),
  newsletter: null,
  only: 'any',
};

function sampled(lists: (Beginning & Understood['files'][number])[], understood: Understood) {
  const samples: Sample[] = [];
  let needsConsent = false;
  const all = { ...known, now: new Date(), assume: () => undefined };
  for (const list of lists) {
    const reader = new LineReader(list, understood, all);
    const lines: (ImportLine | LeftOut)[] = [];
    for (const [at, row] of list.rows.entries()) reader.read(row, at + 1, lines);
    needsConsent ||= lines.some((line) => 'code' in line && line.code === 'consent-missing');
    const share = Math.max(1, Math.floor(SAMPLES / lists.length));
    for (const line of lines.slice(0, share)) samples.push(sampleOf(line, list));
  }
  return { samples: samples.slice(0, SAMPLES), needsConsent };
}

function sampleOf(line: ImportLine | LeftOut, { name, rows }: Beginning): Sample {
  const file = name ?? null;
  if ('code' in line) {
    const row = rows.find((one) => one.line === line.line);
    const email = row && 'cells' in row ? (row.cells.find((cell) => cell.includes('@')) ?? '') : '';
    const reason = { code: line.code, values: line.values };
    return {
      line: line.line,
      file,
      email: email.slice(0, 100),
      name: null,
      state: null,
      consentAt: null,
      reason,
    };
  }
  const suppressed = {
    bounce: 'bounced',
    complaint: 'complained',
    operator: 'blocked',
    erasure: 'blocked',
    provider: 'blocked',
  } as const;
  return {
    line: line.line,
    file,
    email: line.address.email,
    name: line.name,
    state: line.suppress ? suppressed[line.suppress] : (line.state ?? 'none'),
    consentAt: line.consentAt?.toISOString() ?? null,
    reason: null,
  };
}
