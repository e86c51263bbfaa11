import { type ListFile, openSheets, type ReadOptions } from '../reading/container.ts';
import { type DateOrder, orderProvedBy } from './dates.ts';
import { titlesOf } from './map-columns.ts';
import type { Field, Understood } from './understood.ts';

/** The fields whose cells are dates. */
export const DATE_FIELDS: Field[] = [
  'requested_at',
  'confirmed_at',
  'consent_at',
  'unsubscribed_at',
  'paused_until',
];

/** What proves the order of day and month in a file's dates, if some of them do and none the contrary. */
export async function orderOf(
  file: ListFile,
  { columns, files }: Understood,
  options: ReadOptions = {},
): Promise<{ order: DateOrder; line: number; text: string } | undefined> {
  const dates = new Set(DATE_FIELDS.flatMap((field) => [...titlesOf(columns, field)]));
  const names = new Set(files.map(({ name }) => name));
  const proofs = new Map<DateOrder, { line: number; text: string }>();
  for await (const sheet of openSheets(file, () => undefined, options)) {
    if (!names.has(sheet.name)) continue;
    const indexes = sheet.titles.flatMap((title, at) => (dates.has(title) ? [at] : []));
    for await (const rows of sheet.rows)
      for (const row of rows) {
        if (!('cells' in row)) continue;
        for (const at of indexes) {
          const text = row.cells[at]?.trim() ?? '';
          const order = orderProvedBy(text);
          if (order && !proofs.has(order)) proofs.set(order, { line: row.line, text });
        }
        if (proofs.size > 1) return undefined;
      }
  }
  const [only] = proofs;
  return only && { order: only[0], ...only[1] };
}
