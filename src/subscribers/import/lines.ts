import { z } from 'zod';
import type { Frequency, SubscriptionState } from '../../database/tables.ts';
import { type Address, InvalidAddress, readAddress } from '../../mail/address.ts';
import { holdsLink } from '../../text/links-in-text.ts';
import {
  frequencySchema,
  hourSchema,
  languageSchema,
  nameSchema,
  timezoneSchema,
} from '../choices.ts';
import { fromCell } from '../csv-cell.ts';
import type { CsvColumn } from '../csv-columns.ts';
import type { ConsentRow } from '../subscriptions/record.ts';
import { type DateOrder, readDate } from './dates.ts';
import type { Cells } from './table.ts';

/** One line that can be imported. */
export interface ImportLine {
  line: number;
  address: Address;
  name: string | null;
  language: string | null;
  timezone: string | null;
  newsletterId: string;
  state: SubscriptionState;
  /** Null, like hour and sections: as the reader has it, else daily, the newsletter's hour and all. */
  frequency: Frequency | null;
  hour: string | null;
  sections: string[] | null;
  pausedUntil: Date | null;
  consentSource: string;
  /** Null only where the state is not `active`. */
  consentAt: Date | null;
  unsubscribedAt: Date | null;
  /** All that an export tells of them; null in other lists. */
  consents: ConsentRow[] | null;
}

/** A line that is left out. */
export interface LeftOut {
  line: number;
  reason: string;
}

/** What lines are read by. */
export interface Known {
  /** By slug. */
  newsletters: ReadonlyMap<string, { id: string; sections: ReadonlySet<string> }>;
  /** The slug of the lines that name none, and the only one they may name; null: they name their own. */
  newsletter: string | null;
  /** The slug of the only newsletter there is: lines that name none are for it. */
  only: string | null;
  order: DateOrder | undefined;
  now: Date;
  /** Told what had to be assumed. */
  assume: (what: string) => void;
}

const stateSchema = z.enum(['active', 'pending', 'unsubscribed']);
const text = z.string().nullable().default(null);
const consentsSchema = z.array(
  z.object({
    action: z.enum(['request', 'confirm', 'withdraw', 'undo', 'import', 'operator']),
    at: z.iso.datetime().transform((at) => new Date(at)),
    originAddress: text,
    userAgent: text,
    form: text,
    wording: text,
    wordingVersion: text,
    detail: z.record(z.string(), z.unknown()).nullable().default(null),
  }),
);

/** Reads one line of a list; says why where it cannot be imported. */
export function readLine(cells: Cells, line: number, known: Known): ImportLine | LeftOut {
  try {
    return { line, ...readCells(cells, known) };
  } catch (error) {
    if (error instanceof InvalidAddress || error instanceof WrongCell)
      return { line, reason: error.message };
    throw error;
  }
}

class WrongCell extends Error {}

function readCells(cells: Cells, known: Known): Omit<ImportLine, 'line'> {
  const cell = (name: CsvColumn) => fromCell(cells[name] ?? '');
  const address = readAddress(cell('email'));
  const state = read(
    stateSchema,
    cell('state') || 'active',
    'state must be active, pending or unsubscribed.',
  );
  const consentSource = cell('consent_source').slice(0, 200);
  const consentAt = past(cell('consent_at'), 'consent_at', known);
  if (state === 'active' && (!consentSource || !consentAt))
    throw new WrongCell(
      'There is no consent: consent_source and consent_at say where and when it was given.',
    );
  const unsubscribedAt = past(cell('unsubscribed_at'), 'unsubscribed_at', known);
  if (state === 'unsubscribed' && !unsubscribedAt)
    throw new WrongCell('unsubscribed_at must say when the reader unsubscribed.');

  const newsletter = newsletterOf(cell('newsletter'), known);
  const sections = cell('sections')
    .split(/[;,|\s]+/)
    .filter(Boolean);
  const unknown = sections.find((slug) => !newsletter.sections.has(slug));
  if (unknown !== undefined) throw new WrongCell(`There is no section "${unknown.slice(0, 60)}".`);
  return {
    address,
    newsletterId: newsletter.id,
    state,
    consentSource,
    consentAt,
    unsubscribedAt: state === 'unsubscribed' ? unsubscribedAt : null,
    sections: sections.length > 0 ? sections : null,
    name: nameOf(cell('name'), known),
    language: optional(
      languageSchema,
      cell('language'),
      'language must be a tag such as es or en-GB.',
    ),
    timezone: optional(
      timezoneSchema,
      cell('timezone'),
      'timezone must be a zone such as Europe/Madrid.',
    ),
    frequency: optional(
      frequencySchema,
      cell('frequency'),
      'frequency must be daily, weekdays, weekly or special.',
    ),
    hour: optional(hourSchema, cell('hour'), 'hour must be HH:MM, from 00:00 to 23:59.'),
    pausedUntil: time(cell('paused_until'), 'paused_until', known),
    consents: consentsOf(cell('consents')),
  };
}

function newsletterOf(slug: string, { newsletters, newsletter, only }: Known) {
  const wanted = slug || newsletter || only;
  if (wanted === null) throw new WrongCell('The line does not say for which newsletter it is.');
  if (newsletter !== null && wanted !== newsletter)
    throw new WrongCell(`The line is for another newsletter: "${wanted.slice(0, 60)}".`);
  const found = newsletters.get(wanted);
  if (!found) throw new WrongCell(`There is no newsletter "${wanted.slice(0, 60)}".`);
  return found;
}

/** In lists from elsewhere the column of names often holds the address again. */
function nameOf(cell: string, { assume }: Known): string | null {
  if (holdsLink(cell)) {
    assume('Names that contain an email or web address were left out.');
    return null;
  }
  return read(nameSchema, cell, 'A name has at most 100 characters.');
}

function consentsOf(cell: string): ConsentRow[] | null {
  if (cell === '') return null;
  const wrong = 'consents must be as an export writes them.';
  try {
    return read(consentsSchema, JSON.parse(cell), wrong);
  } catch (error) {
    throw error instanceof SyntaxError ? new WrongCell(wrong) : error;
  }
}

function past(cell: string, column: CsvColumn, known: Known): Date | null {
  const at = time(cell, column, known);
  if (at && at > known.now) throw new WrongCell(`${column} lies in the future.`);
  return at;
}

function time(cell: string, column: CsvColumn, { order, assume }: Known): Date | null {
  if (cell === '') return null;
  const found = readDate(cell, order);
  if (found === undefined)
    throw new WrongCell(
      `${column} must be a time such as 2026-11-01T10:00:00Z or a date such as 2026-11-01.`,
    );
  if (found === 'ambiguous')
    throw new WrongCell(
      `${column} may be two days, and no other date of the file says which comes first, day or month: write 2026-11-01.`,
    );
  if (found.zoneless) assume('Times without a time zone were read as UTC.');
  return found.at;
}

const optional = <T>(schema: z.ZodType<T>, cell: string, wrong: string): T | null =>
  cell === '' ? null : read(schema, cell, wrong);

function read<T>(schema: z.ZodType<T>, value: unknown, wrong: string): T {
  const found = schema.safeParse(value);
  if (!found.success) throw new WrongCell(wrong);
  return found.data;
}
