import { dateFormat } from '../text/formats.ts';
import { instantOf } from './due.ts';
import { InvalidEdition } from './errors.ts';

/**
 * The instant of a local date and time, `YYYY-MM-DDTHH:MM`, as a field of a form gives it. Throws InvalidEdition where it
 * cannot be read.
 */
export function instantOfLocal(local: string, timezone: string): Date {
  const [, date, hour] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(local) ?? [];
  try {
    if (date && hour) return instantOf(date, hour, timezone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new InvalidEdition([{ pointer: '/sendAt', detail: 'choose a day and a time' }]);
}

/** The local date and time of an instant, as such a field shows it. */
export function localTimeOf(at: Date, timeZone: string): string {
  const format = dateFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return format.format(at).replace(' ', 'T');
}
