import { csvColumns } from '../csv-columns.ts';
import { InvalidImport } from '../errors.ts';
import type { Spool } from './spool.ts';
import { columnOf, dateOrderOf, headerOf } from './table.ts';
import { Notes } from './told.ts';
import type { ListOptions, Understood } from './understood.ts';

/**
 * Says what a file is, as far as its beginning shows: how it is written, whose export it is, what its columns mean.
 * Throws InvalidImport for what is no list of any kind. A list without a column of addresses is told as it is, so
 * that somebody can say which it is; see requireReadable.
 */
export async function understandList(file: Spool, options: ListOptions): Promise<Understood> {
  const { delimiter, titles } = await headerOf(file.read());
  const notes = new Notes();
  const proof = await dateOrderOf(file.read());
  if (proof) notes.add(`order-${proof.order}`, { line: proof.line, text: proof.text.slice(0, 40) });
  const columns = titles.map((title) => ({ title, field: columnOf(title) }));
  const hasConsent = columns.some(({ field }) => field === 'consent_at');
  return {
    container: 'csv',
    format: 'other',
    files: [{ name: null, kind: 'csv', encoding: null, delimiter, state: null }],
    columns,
    states: [],
    order: proof?.order ?? null,
    consent: options.consent ?? null,
    needsConsent: !hasConsent && !options.consent,
    notes: notes.all(),
    samples: [],
  };
}

/** Throws InvalidImport where what was understood says of no column that it holds the addresses. */
export function requireReadable({ columns }: Understood): void {
  if (!columns.some(({ field }) => field === 'email'))
    throw new InvalidImport('columns', { columns: 'email', known: csvColumns.join(', ') });
}
