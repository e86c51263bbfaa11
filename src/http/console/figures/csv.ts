import { stringify } from 'csv-stringify/sync';
import type { Figures } from '../../../actions/figures.ts';

/** The figures as a spreadsheet reads them: a line a day and newsletter, or a line an edition. */
export function figuresCsv({ days, editions }: Figures, what: 'readers' | 'editions'): string {
  const rows =
    what === 'readers'
      ? days.map(({ reasons, ...day }) => ({ ...day, ...reasons }))
      : editions.map(({ ledger, localDate, ...edition }) => ({
          day: localDate,
          ...edition,
          ...ledger,
        }));
  return stringify(rows, { header: true });
}
