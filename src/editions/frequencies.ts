import type { Frequency, Kind } from '../database/tables.ts';

/**
 * Whose edition it is. A daily goes to readers of the daily, on Monday to Friday also to those of the
 * weekdays; a weekly to readers of the weekly, and to all but those of special reports where the
 * newsletter has no daily; a special report to everyone.
 */
export function frequenciesOf(
  kind: Kind,
  localDate: string,
  newsletterKinds: readonly Kind[],
): Frequency[] {
  if (kind === 'special') return ['daily', 'weekdays', 'weekly', 'special'];
  if (kind === 'weekly') {
    return newsletterKinds.includes('daily') ? ['weekly'] : ['daily', 'weekdays', 'weekly'];
  }
  const weekday = new Date(`${localDate}T12:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6 ? ['daily'] : ['daily', 'weekdays'];
}
