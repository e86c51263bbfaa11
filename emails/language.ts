import { dateFormat } from '../src/text/formats.ts';

const RIGHT_TO_LEFT = new Set([
  'ar',
  'arc',
  'ckb',
  'dv',
  'fa',
  'he',
  'ks',
  'ps',
  'sd',
  'ug',
  'ur',
  'yi',
]);

/** Which way a language is written; an explicit script (`az-Arab`, `uz-Latn`) decides first. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  const [base = '', ...rest] = language.toLowerCase().split('-');
  const script = rest.find((part) => /^[a-z]{4}$/.test(part));
  if (script)
    return ['arab', 'hebr', 'syrc', 'thaa', 'adlm', 'nkoo'].includes(script) ? 'rtl' : 'ltr';
  return RIGHT_TO_LEFT.has(base) ? 'rtl' : 'ltr';
}

/** `en` when a tag is not one: a wrong setting must not stop an edition. */
export function validLanguageTag(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/** A local date such as `2026-11-24` in words: "Tuesday, 24 November 2026", "martes, 24 de noviembre de 2026". */
export function dateInWords(date: string, language: string): string {
  return dateFormat(spoken(language), { dateStyle: 'full', timeZone: 'UTC' }).format(
    new Date(`${date}T12:00:00Z`),
  );
}

/** With a capital, as what stands alone on a line begins. */
export const capitalised = (words: string, language: string): string =>
  words.charAt(0).toLocaleUpperCase(validLanguageTag(language)) + words.slice(1);

/** The seven days that end with a local date: "18–24 November 2026", "18–24 de noviembre de 2026". */
export function weekInWords(date: string, language: string, year = true): string {
  const last = new Date(`${date}T12:00:00Z`);
  const first = new Date(last.getTime() - 6 * 86_400_000);
  return dateFormat(spoken(language), {
    day: 'numeric',
    month: 'long',
    ...(year ? { year: 'numeric' } : {}),
    timeZone: 'UTC',
  }).formatRange(first, last);
}

/** The time of day of an instant in a zone: "09:40". */
export function hourInWords(at: Date, language: string, timezone: string): string {
  return dateFormat(spoken(language), {
    hour: spoken(language) === 'en-GB' ? '2-digit' : 'numeric',
    minute: '2-digit',
    timeZone: timezone,
  }).format(at);
}

/** Day and month of an instant in a zone: "24 November". */
export function dayInWords(at: Date, language: string, timezone: string): string {
  return dateFormat(spoken(language), {
    day: 'numeric',
    month: 'long',
    timeZone: timezone,
  }).format(at);
}

/** An instant in a zone, with the zone's name: "24 November 2026 at 07:00 CET". */
export function timeInWords(at: Date, language: string, timezone: string): string {
  return dateFormat(spoken(language), {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: timezone,
    timeZoneName: 'short',
  }).format(at);
}

/** "The Daily, Science and Weekend". */
export function listInWords(items: string[], language: string): string {
  return new Intl.ListFormat(validLanguageTag(language), { type: 'conjunction' }).format(items);
}

/**
 * The locale whose dates a language has. Bare `en` would mean the American order of month and day: a newsroom
 * there sets `en-US`. Arabic dates have the digits of the words beside them, in every country.
 */
export function spoken(language: string): string {
  if (language.toLowerCase() === 'en') return 'en-GB';
  const tag = validLanguageTag(language);
  return /^ar\b/.test(tag) && !tag.includes('-u-') ? `${tag}-u-nu-latn` : tag;
}
