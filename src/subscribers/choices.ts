import { z } from 'zod';
import { holdsLink } from '../text/links-in-text.ts';

/** How often: daily, Monday to Friday, the weekly, or special reports alone. */
export const frequencySchema = z.enum(['daily', 'weekdays', 'weekly', 'special']);

/** How much of an edition: all of it, its headlines alone, or all of it without pictures. */
export const formatSchema = z.enum(['full', 'headlines', 'text']);

/** A time of day, `07:00`. */
export const hourSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write the hour as HH:MM, from 00:00 to 23:59.');

/** An IANA time zone, as Intl knows it. */
export const timezoneSchema = z
  .string()
  .max(64)
  .refine(isTimezone, 'This is not a time zone such as Europe/Madrid.');

/** A language tag (BCP 47), made canonical. */
export const languageSchema = z
  .string()
  .max(35)
  .refine(isLanguage, 'This is not a language tag such as es or en-GB.')
  .transform((tag) => Intl.getCanonicalLocales(tag)[0] ?? tag);

/**
 * A name: one line of at most 100 characters, without an address or a link, since it stands in mails to that person
 * and somebody else may have typed it. Controls and bidi marks are dropped, runs of space joined.
 */
export const nameSchema = z
  .string()
  .transform((name) =>
    name
      .normalize('NFC')
      .replace(/[\p{Z}\p{Cc}]+/gu, ' ')
      .replace(/\p{C}/gu, '')
      .trim(),
  )
  .refine((name) => name.length <= 100, 'A name has at most 100 characters.')
  .refine((name) => !holdsLink(name), 'A name cannot contain an email address or a link.')
  .transform((name) => (name === '' ? null : name));

function isTimezone(zone: string): boolean {
  // An offset such as +02:00 is known to Intl, but it is no zone: it has no summer time.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
