import { TextDecoder } from 'node:util';
import { parse } from 'csv-parse';
import type { Frequency } from '../../database/tables.ts';
import { type Address, InvalidAddress, readAddress } from '../../mail/address.ts';
import { frequencySchema, languageSchema, nameSchema, timezoneSchema } from '../choices.ts';
import { InvalidImport } from '../errors.ts';

/** One line that can be imported. */
export interface ImportLine {
  line: number;
  address: Address;
  name: string | null;
  language: string | null;
  timezone: string | null;
  sections: string[] | null;
  /** Null, like sections: as the reader has it, else daily and all. */
  frequency: Frequency | null;
  consentSource: string;
  consentAt: Date;
}

/** A line that is left out: `error` when something is wrong with it, else only its consent is missing. */
export interface LeftOut {
  line: number;
  reason: string;
  error: boolean;
}

const columns = [
  'email',
  'name',
  'language',
  'timezone',
  'sections',
  'frequency',
  'consent_source',
  'consent_at',
] as const;
type Column = (typeof columns)[number];
type Cells = Partial<Record<Column, string>>;

/**
 * Reads CSV (RFC 4180; comma, semicolon or tab, as the header has it; UTF-8 with or without BOM) line by
 * line and keeps none of it. Throws InvalidImport for a file that is no such list.
 */
export async function* readImport(
  source: AsyncIterable<Uint8Array>,
  known: { sections: ReadonlySet<string>; now: Date },
): AsyncGenerator<ImportLine | LeftOut> {
  let named = false;
  const parser = parse({
    bom: true,
    delimiter: [',', ';', '\t'],
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    info: true,
    max_record_size: 64 * 1024,
    columns: (header: string[]) => {
      named = true;
      return checkHeader(header);
    },
  });
  const fed = feed(source, parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Cells;
      info: { lines: number };
    }>)
      yield readLine(record, info.lines, known);
    await fed;
    if (!named) checkHeader([]);
  } catch (error) {
    if (error instanceof InvalidImport) throw error;
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'))
      throw new InvalidImport(`This is not CSV that can be read: ${error.message}`);
    throw error;
  }
}

async function feed(source: AsyncIterable<Uint8Array>, parser: ReturnType<typeof parse>) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of source) {
      const text = decodeOrRefuse(decoder, chunk);
      if (!parser.write(text)) await drained(parser);
      if (parser.destroyed) return;
    }
    decodeOrRefuse(decoder);
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
  }
}

const drained = (parser: ReturnType<typeof parse>) =>
  new Promise<void>((done) => {
    const go = () => {
      parser.off('drain', go);
      parser.off('close', go);
      done();
    };
    parser.on('drain', go);
    parser.on('close', go);
  });

function decodeOrRefuse(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new InvalidImport('The file is not UTF-8: save it as "CSV UTF-8" and try again.');
  }
}

function checkHeader(header: string[]): string[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = ['email', 'consent_source', 'consent_at'].filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new InvalidImport(
      `The first line must name the columns; missing: ${missing.join(', ')}. Known: ${columns.join(', ')}.`,
    );
  const unknown = names.find((name) => !columns.includes(name as Column));
  if (unknown !== undefined)
    throw new InvalidImport(
      `There is no column "${unknown.slice(0, 60)}". Known: ${columns.join(', ')}.`,
    );
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidImport(`The column "${twice}" is there twice.`);
  return names;
}

function readLine(
  cells: Cells,
  line: number,
  { sections: knownSections, now }: { sections: ReadonlySet<string>; now: Date },
): ImportLine | LeftOut {
  const wrong = (reason: string): LeftOut => ({ line, reason, error: true });
  // An export puts ' before what a spreadsheet would take for a formula.
  const cell = (name: Column) => (cells[name] ?? '').replace(/^'(?=[=+\-@])/, '');
  let address: Address;
  try {
    address = readAddress(cell('email'));
  } catch (error) {
    if (error instanceof InvalidAddress) return wrong(error.message);
    throw error;
  }
  const consentSource = cell('consent_source').slice(0, 200);
  if (!consentSource || !cell('consent_at')) return { line, reason: 'no consent', error: false };
  const consentAt = new Date(cell('consent_at'));
  if (!/^\d{4}-\d\d-\d\d/.test(cell('consent_at')) || Number.isNaN(consentAt.getTime()))
    return wrong(
      'consent_at must be a time such as 2026-11-01T10:00:00Z or a date such as 2026-11-01.',
    );
  if (consentAt > now) return wrong('consent_at lies in the future.');

  const sections = cell('sections')
    .split(/[;|\s]+/)
    .filter(Boolean);
  const unknown = sections.find((slug) => !knownSections.has(slug));
  if (unknown !== undefined) return wrong(`There is no section "${unknown.slice(0, 60)}".`);
  const name = nameSchema.safeParse(cell('name'));
  const language = languageSchema.safeParse(cell('language'));
  const timezone = timezoneSchema.safeParse(cell('timezone'));
  const frequency = frequencySchema.nullable().safeParse(cell('frequency') || null);
  if (!name.success) return wrong('A name has at most 100 characters.');
  if (cell('language') && !language.success)
    return wrong('language must be a tag such as es or en-GB.');
  if (cell('timezone') && !timezone.success)
    return wrong('timezone must be a zone such as Europe/Madrid.');
  if (!frequency.success) return wrong('frequency must be daily, weekdays, weekly or special.');
  return {
    line,
    address,
    name: name.data,
    language: language.success ? language.data : null,
    timezone: timezone.success ? timezone.data : null,
    sections: sections.length > 0 ? sections : null,
    frequency: frequency.data,
    consentSource,
    consentAt,
  };
}
