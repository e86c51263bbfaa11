import { setImmediate as breathe } from 'node:timers/promises';
import type { HashAddress } from '../../sign-up-fields.ts';
import type { ImportLine } from '../lines/lines.ts';

/** The columns of `staged` that COPY fills, in their order. */
export const stagedColumns = [
  'n int',
  'lead boolean',
  'key text',
  'email text',
  'hash bytea',
  'receiver_group text',
  'name text',
  'language text',
  'timezone text',
  'joined_at timestamptz',
  'newsletter_id bigint',
  'state text',
  'consent_at timestamptz',
  'own_consent_at timestamptz',
  'unsubscribed_at timestamptz',
  'frequency text',
  'hour text',
  'sections text[]',
  'paused_until timestamptz',
  'created_at timestamptz',
  'leave_reason text',
  'requested jsonb',
  'suppress text',
  'suppressed_at timestamptz',
  'suppressed_detail text',
  'restored boolean',
  'source text',
  'stated boolean',
  'line int',
  'consents jsonb',
] as const;

/** Lines that are written down in one go, some milliseconds' worth: then whatever else the process does has its turn. */
const IN_ONE_GO = 250;

/**
 * Lines as COPY reads them (text format), in the order of addresses, so that two imports take the same rows in the
 * same order. Of several lines of one person the first leads: it holds what all of them say of the person.
 */
export async function copyText(
  lines: ImportLine[],
  { hashAddress, restores }: { hashAddress: HashAddress; restores: boolean },
): Promise<Buffer> {
  const people = new Map<
    string,
    { lead: number; name: string | null; language: string | null; timezone: string | null }
  >();
  for (const [n, { address, name, language, timezone }] of lines.entries()) {
    const known = people.get(address.key);
    if (!known) people.set(address.key, { lead: n, name, language, timezone });
    else {
      known.name = name ?? known.name;
      known.language = language ?? known.language;
      known.timezone = timezone ?? known.timezone;
    }
  }
  const order = lines.map((_, n) => n).sort((a, b) => compare(lines[a], lines[b]) || a - b);
  let text = '';
  for (const [at, n] of order.entries()) {
    if (at % IN_ONE_GO === IN_ONE_GO - 1) await breathe();
    const line = lines[n];
    if (line) text += row(line, n, people.get(line.address.key), hashAddress, restores);
  }
  return Buffer.from(text);
}

const compare = (a: ImportLine | undefined, b: ImportLine | undefined): number => {
  const [one = '', other = ''] = [a?.address.key, b?.address.key];
  return one < other ? -1 : one > other ? 1 : 0;
};

function row(
  line: ImportLine,
  n: number,
  person:
    | { lead: number; name: string | null; language: string | null; timezone: string | null }
    | undefined,
  hashAddress: HashAddress,
  restores: boolean,
): string {
  const { address } = line;
  return `${[
    n,
    person?.lead === n ? 't' : 'f',
    cell(address.key),
    cell(address.email),
    `\\\\x${hashAddress(address.key).toString('hex')}`,
    address.group,
    cell(person?.name ?? null),
    cell(person?.language ?? null),
    cell(person?.timezone ?? null),
    time(line.joinedAt),
    line.newsletterId ?? NULL,
    line.state ?? NULL,
    time(line.consentAt),
    time(ownConsentAt(line)),
    time(line.unsubscribedAt),
    line.frequency ?? NULL,
    line.hour ?? NULL,
    line.sections ? cell(`{${line.sections.map((slug) => `"${slug}"`).join(',')}}`) : NULL,
    time(line.pausedUntil),
    time(line.createdAt),
    cell(line.leaveReason),
    json(line.requested),
    line.suppress ?? NULL,
    time(line.suppressedAt),
    cell(line.suppressedDetail),
    restores ? 't' : 'f',
    cell(line.consentSource),
    line.stated ? 't' : 'f',
    line.line,
    json(line.consents),
  ].join('\t')}\n`;
}

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
function cell(value: string | null): string {
  if (value === null) return NULL;
  const text = value.includes('\0') ? value.replaceAll('\0', '') : value;
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (sign) => ESCAPES[sign] ?? sign) : text;
}

const time = (at: Date | null | undefined): string => (at ? at.toISOString() : NULL);
const json = (value: unknown): string =>
  value === null || value === undefined
    ? NULL
    : cell(JSON.stringify(value).replaceAll('\\u0000', ''));
