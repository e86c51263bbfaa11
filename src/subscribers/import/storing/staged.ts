import { setImmediate as breathe } from 'node:timers/promises';
import type { HashAddress } from '../../sign-up-fields.ts';
import type { ImportLine } from '../lines/lines.ts';

/** What lines of one person say of them together. */
interface Person {
  /** The first of their lines. */
  lead: number;
  name: string | null;
  language: string | null;
  timezone: string | null;
}

interface Staged {
  line: ImportLine;
  n: number;
  person: Person;
  hash: Buffer;
  restores: boolean;
}

/** What lies in each column of `staged` that COPY fills, as COPY reads it. */
const columns: Record<string, (staged: Staged) => string | null> = {
  'n int': ({ n }) => String(n),
  'lead boolean': ({ n, person }) => flag(person.lead === n),
  'key text': ({ line }) => cell(line.address.key),
  'email text': ({ line }) => cell(line.address.email),
  'hash bytea': ({ hash }) => `\\\\x${hash.toString('hex')}`,
  'receiver_group text': ({ line }) => line.address.group,
  'name text': ({ person }) => cell(person.name),
  'language text': ({ person }) => cell(person.language),
  'timezone text': ({ person }) => cell(person.timezone),
  'joined_at timestamptz': ({ line }) => time(line.joinedAt),
  'newsletter_id bigint': ({ line }) => line.newsletterId,
  'state text': ({ line }) => line.state,
  'consent_at timestamptz': ({ line }) => time(line.consentAt),
  'own_consent_at timestamptz': ({ line }) => time(ownConsentAt(line)),
  'unsubscribed_at timestamptz': ({ line }) => time(line.unsubscribedAt),
  'frequency text': ({ line }) => line.frequency,
  'hour text': ({ line }) => line.hour,
  'sections text[]': ({ line }) =>
    line.sections && cell(`{${line.sections.map((slug) => `"${slug}"`).join(',')}}`),
  'format text': ({ line }) => line.format,
  'paused_until timestamptz': ({ line }) => time(line.pausedUntil),
  'created_at timestamptz': ({ line }) => time(line.createdAt),
  'leave_reason text': ({ line }) => cell(line.leaveReason),
  'requested jsonb': ({ line }) => json(line.requested),
  'suppress text': ({ line }) => line.suppress,
  'suppressed_at timestamptz': ({ line }) => time(line.suppressedAt),
  'suppressed_detail text': ({ line }) => cell(line.suppressedDetail),
  'restored boolean': ({ restores }) => flag(restores),
  'source text': ({ line }) => cell(line.consentSource),
  'stated boolean': ({ line }) => flag(line.stated),
  'line int': ({ line }) => String(line.line),
  'consents jsonb': ({ line }) => json(line.consents),
};

/** The columns with their types. */
export const stagedColumns = Object.keys(columns);
const cells = Object.values(columns);
const nameOf = (column: string) => column.slice(0, column.indexOf(' '));

/** Lines that are written down in one go, some milliseconds' worth: then whatever else the process does has its turn. */
const IN_ONE_GO = 250;

/**
 * Lines as COPY reads them (text format), in the order of addresses, so that two imports take the same rows in the
 * same order, with the names of the columns that any of them fills. Of several lines of one person the first leads: it
 * holds what all of them say of the person.
 */
export async function copyText(
  lines: ImportLine[],
  { hashAddress, restores }: { hashAddress: HashAddress; restores: boolean },
): Promise<{ columns: string; bytes: Buffer; areDistinct: boolean }> {
  const people = new Map<string, Person>();
  for (const [n, { address, name, language, timezone }] of lines.entries()) {
    const known = people.get(address.key);
    if (!known) people.set(address.key, { lead: n, name, language, timezone });
    else {
      known.name = name ?? known.name;
      known.language = language ?? known.language;
      known.timezone = timezone ?? known.timezone;
    }
  }
  const staged = lines
    .flatMap((line, n) => {
      const person = people.get(line.address.key);
      return person ? [{ line, n, person }] : [];
    })
    .sort((a, b) => compare(a.line.address.key, b.line.address.key) || a.n - b.n);
  const used = new Set<number>();
  const rows: (string | null)[][] = [];
  for (const [at, { line, n, person }] of staged.entries()) {
    if (at % IN_ONE_GO === IN_ONE_GO - 1) await breathe();
    const hash = hashAddress(line.address.key);
    const row = cells.map((read) => read({ line, n, person, hash, restores }));
    for (const [column, value] of row.entries()) if (value !== null) used.add(column);
    rows.push(row);
  }
  const filled = [...used].sort((a, b) => a - b);
  const text = rows.map((row) => filled.map((column) => row[column] ?? NULL).join('\t'));
  return {
    columns: filled.map((column) => nameOf(stagedColumns[column] ?? '')).join(', '),
    bytes: Buffer.from(`${text.join('\n')}\n`),
    areDistinct: people.size === lines.length,
  };
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** The newest consent of the reader's own hand, which an export of Gaceta tells: no statement of anybody else's counts. */
function ownConsentAt({ consents }: ImportLine): Date | null {
  let newest: Date | null = null;
  for (const { action, at } of consents ?? [])
    if ((action === 'confirm' || action === 'undo') && (!newest || at > newest)) newest = at;
  return newest;
}

const NULL = '\\N';
const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value as COPY takes it; PostgreSQL stores no NUL. */
function cell(value: string | null): string | null {
  if (value === null) return null;
  const text = value.includes('\0') ? value.replaceAll('\0', '') : value;
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (sign) => ESCAPES[sign] ?? sign) : text;
}

const flag = (value: boolean): string => (value ? 't' : 'f');
const time = (at: Date | null | undefined): string | null => (at ? at.toISOString() : null);
const json = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : cell(JSON.stringify(value).replaceAll('\\u0000', ''));
