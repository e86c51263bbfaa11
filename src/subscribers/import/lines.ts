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
import type { LeftOut, Notes, Place, ReasonCode, Values } from './told.ts';

/**
 * What one line says of one subscription, or of an address that is not to be written to. A line may speak of several:
 * they come one after the other with the same `nth`.
 */
export interface ImportLine extends Place {
  address: Address;
  name: string | null;
  language: string | null;
  timezone: string | null;
  /** Null where the line tells of a person alone, or of an address that is not mailed. */
  newsletterId: string | null;
  /** Null: there is no subscription, only what else is said. */
  state: SubscriptionState | null;
  /** Null, like hour and sections: as the reader has it, else daily, the newsletter's hour and all. */
  frequency: Frequency | null;
  hour: string | null;
  sections: string[] | null;
  pausedUntil: Date | null;
  consentSource: string;
  /** Null only where the state is not `active`. */
  consentAt: Date | null;
  unsubscribedAt: Date | null;
  /** True: the consent is what whoever brought the file stated of it. */
  stated: boolean;
  /** All that the file tells of them; null: the consent is the one above. */
  consents: ConsentRow[] | null;
  /** Why the address is not mailed where the file is from; a subscription is recorded beside it. */
  suppress: 'bounce' | 'complaint' | 'operator' | null;
  /** Null: it is not known. */
  suppressedAt: Date | null;
  suppressedDetail: string | null;
  /** What only an export of Gaceta's own says, see csvColumns; null: not known. */
  joinedAt: Date | null;
  createdAt: Date | null;
  leaveReason: string | null;
  requested: Record<string, string | null> | null;
}

/** What lines are read by. */
export interface Known {
  /** By slug. */
  newsletters: ReadonlyMap<string, { id: string; sections: ReadonlySet<string> }>;
  /** The slug of the lines that name none, and the only one they may name; null: they name their own. */
  newsletter: string | null;
  /** The slug of the only newsletter there is: lines that name none are for it. */
  only: string | null;
  now: Date;
  /** Told what had to be assumed, for each line anew: see Notes. */
  assume: Notes['add'];
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
export function readLine(cells: Cells, place: Place, known: Read): ImportLine | LeftOut {
  try {
    return { ...place, ...readCells(cells, known) };
  } catch (error) {
    if (error instanceof InvalidAddress)
      return { ...place, code: `address-${error.fault}`, values: {} };
    if (error instanceof WrongCell) return { ...place, code: error.code, values: error.values };
    throw error;
  }
}

class WrongCell extends Error {
  readonly code: ReasonCode;
  readonly values: Values;
  constructor(code: ReasonCode, values: Values = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

/** So much of a cell is shown. */
const shown = (cell: string) => cell.slice(0, 60);

type Read = Known & { order: DateOrder | undefined };

function readCells(cells: Cells, known: Read): Omit<ImportLine, keyof Place> {
  const cell = (name: CsvColumn) => fromCell(cells[name] ?? '');
  const address = readAddress(cell('email'));
  const state = read(stateSchema, cell('state') || 'active', 'state');
  const consentSource = cell('consent_source').slice(0, 200);
  const consentAt = past(cell('consent_at'), 'consent_at', known);
  if (state === 'active' && (!consentSource || !consentAt)) throw new WrongCell('consent-missing');
  const unsubscribedAt = past(cell('unsubscribed_at'), 'unsubscribed_at', known);
  if (state === 'unsubscribed' && !unsubscribedAt) throw new WrongCell('unsubscribed-missing');

  const newsletter = newsletterOf(cell('newsletter'), known);
  const sections = cell('sections')
    .split(/[;,|\s]+/)
    .filter(Boolean);
  const unknown = sections.find((slug) => !newsletter.sections.has(slug));
  if (unknown !== undefined) throw new WrongCell('section-unknown', { section: shown(unknown) });
  return {
    address,
    newsletterId: newsletter.id,
    state,
    consentSource,
    consentAt,
    unsubscribedAt: state === 'unsubscribed' ? unsubscribedAt : null,
    sections: sections.length > 0 ? sections : null,
    name: nameOf(cell('name'), known),
    language: optional(languageSchema, cell('language'), 'language'),
    timezone: optional(timezoneSchema, cell('timezone'), 'timezone'),
    frequency: optional(frequencySchema, cell('frequency'), 'frequency'),
    hour: optional(hourSchema, cell('hour'), 'hour'),
    pausedUntil: time(cell('paused_until'), 'paused_until', known),
    stated: false,
    consents: consentsOf(cell('consents')),
    suppress: null,
    suppressedAt: null,
    suppressedDetail: null,
    joinedAt: null,
    createdAt: null,
    leaveReason: null,
    requested: null,
  };
}

function newsletterOf(slug: string, { newsletters, newsletter, only }: Known) {
  const wanted = slug || newsletter || only;
  if (wanted === null) throw new WrongCell('newsletter-missing');
  if (newsletter !== null && wanted !== newsletter)
    throw new WrongCell('newsletter-other', { newsletter: shown(wanted) });
  const found = newsletters.get(wanted);
  if (!found) throw new WrongCell('newsletter-unknown', { newsletter: shown(wanted) });
  return found;
}

/** In lists from elsewhere the column of names often holds the address again. */
function nameOf(cell: string, { assume }: Known): string | null {
  if (holdsLink(cell)) {
    assume('names-ignored');
    return null;
  }
  return read(nameSchema, cell, 'name-long');
}

function consentsOf(cell: string): ConsentRow[] | null {
  if (cell === '') return null;
  try {
    return read(consentsSchema, cell, 'consents', JSON.parse(cell));
  } catch (error) {
    throw error instanceof SyntaxError ? new WrongCell('consents') : error;
  }
}

function past(cell: string, column: CsvColumn, known: Read): Date | null {
  const at = time(cell, column, known);
  if (at && at > known.now) throw new WrongCell('date-future', { column, value: shown(cell) });
  return at;
}

function time(cell: string, column: CsvColumn, { order, assume }: Read): Date | null {
  if (cell === '') return null;
  const found = readDate(cell, order);
  if (found === undefined) throw new WrongCell('date', { column, value: shown(cell) });
  if (found === 'ambiguous') throw new WrongCell('date-ambiguous', { column, value: shown(cell) });
  if (found.zoneless) assume('zoneless');
  return found.at;
}

const optional = <T>(schema: z.ZodType<T>, cell: string, wrong: ReasonCode): T | null =>
  cell === '' ? null : read(schema, cell, wrong);

function read<T>(
  schema: z.ZodType<T>,
  value: string,
  wrong: ReasonCode,
  given: unknown = value,
): T {
  const found = schema.safeParse(given);
  if (!found.success) throw new WrongCell(wrong, { value: shown(value) });
  return found.data;
}
