import { spoken } from '../../../emails/language.ts';

/** An instant in a zone, which is named: "24 Nov 2026, 07:00 (Europe/Madrid)". */
export const timeIn = (at: Date, language: string, timeZone: string): string =>
  `${clockIn(at, language, timeZone)} (${timeZone})`;

/** The same where the zone is said once for many: "24 Nov 2026, 07:00". */
export function clockIn(at: Date, language: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat(spoken(language), {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  });
  return format.format(at);
}

/** A local date such as `2026-11-24`: "24 Nov 2026". */
export function dateIn(localDate: string, language: string): string {
  const noon = new Date(`${localDate}T12:00:00Z`);
  return new Intl.DateTimeFormat(spoken(language), {
    dateStyle: 'medium',
    timeZone: 'UTC',
  }).format(noon);
}
