import { z } from 'zod';
import { knownLanguage } from '../text/language-tag.ts';
import { filledLineSchema } from '../text/one-line.ts';
import { InvalidNewsletter } from './errors.ts';
import { fieldErrors } from './field-errors.ts';
import { LOGO_PATH } from './logo-files.ts';

const slug = z
  .string()
  .max(60, 'at most 60 characters')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use a–z, 0–9 and single hyphens: "special-reports"');
const language = z.string().transform((tag, context) => {
  const known = tag.length <= 35 ? knownLanguage(tag) : undefined;
  if (known !== undefined) return known;
  context.addIssue('a language tag such as "en" or "es-VE"');
  return z.NEVER;
});
const colour = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i, 'a colour is written #rrggbb')
  .nullable();
/** A picture by its web address, or by the path that an uploaded one has here; null: none of its own. */
export const logoAddress = z
  .union([z.url({ protocol: /^https?$/ }).max(2000), z.string().regex(LOGO_PATH)], {
    error: 'the address of a picture, such as "https://news.example.org/logo.png"',
  })
  .nullable();
/** How an edition is laid out: stories by their weight, or headline and line. */
export const layoutSchema = z.enum(['broadsheet', 'compact'], 'broadsheet or compact');
/** The faces of headlines that every mail program has, or has a like of. */
export const typefaceSchema = z.enum(
  ['georgia', 'palatino', 'times', 'helvetica'],
  'georgia, palatino, times or helvetica',
);
/** A consent text by language: `{{newsroom}}` stands for the newsroom's name. */
const wording = z.record(
  z.string().max(35),
  z.string().trim().min(1, 'must not be empty').max(1000, 'at most 1000 characters'),
);
const timezone = z.string().transform((zone, context) => {
  try {
    // Offsets such as +02:00 know no clock changes, and are not names.
    if (/^[A-Za-z]/.test(zone)) {
      return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    }
  } catch {
    // not a zone: said below
  }
  context.addIssue('a time zone by its IANA name, such as "Europe/Madrid"');
  return z.NEVER;
});
const sendAt = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'an hour and minute from "00:00" to "23:59"');
const weekday = z
  .int('a day from 1 (Monday) to 7 (Sunday)')
  .min(1, 'a day from 1 (Monday) to 7 (Sunday)')
  .max(7, 'a day from 1 (Monday) to 7 (Sunday)');
// What else stood in From or Reply-To would ask every relay on the way for SMTPUTF8.
const mailbox = z
  .string()
  .trim()
  .max(320, 'at most 320 characters')
  .regex(
    /^([^\p{Cc}\u2028\u2029<>]*<[!-;=?A-~]+@[!-;=?A-~]+>|[!-;=?A-~]+@[!-;=?A-~]+)$/u,
    'an address such as "The Daily <daily@example.org>", without accents in the address itself (a domain as xn--…)',
  );
const origin = z.string().transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  context.addIssue('an origin such as "https://news.example.org", without a path');
  return z.NEVER;
});
const linkParameters = z
  .string()
  .trim()
  .max(500, 'at most 500 characters')
  .transform((value) => value.replace(/^\?/, '') || null)
  .refine((value) => value === null || /^[^\s#?]+=[^\s#?]*$/.test(value), {
    error: 'a query string such as "utm_source=daily&utm_medium=email"',
  });
const section = z.strictObject({
  slug,
  title: filledLineSchema(80),
  /** The most articles of this section in one edition. */
  articleLimit: z.int().min(1, 'from 1 to 100').max(100, 'from 1 to 100').default(10),
});

const distinct = <T>(values: T[]) => new Set(values).size === values.length;

const fields = {
  title: filledLineSchema(120),
  description: z.string().trim().max(500, 'at most 500 characters').default(''),
  active: z.boolean().default(true),
  language: language.default('en'),
  timezone: timezone.default('UTC'),
  sendAt: sendAt.default('07:00'),
  kinds: z
    .array(z.enum(['daily', 'weekly', 'special']))
    .min(1, 'name at least one kind')
    .refine(distinct, 'each kind once')
    .default(['daily', 'weekly', 'special']),
  days: z
    .array(weekday)
    .min(1, 'name at least one day')
    .refine(distinct, 'each day once')
    .transform((days) => days.toSorted((a, b) => a - b))
    .default([1, 2, 3, 4, 5, 6, 7]),
  weeklyDay: weekday.default(7),
  sections: z
    .array(section)
    .max(50, 'at most 50 sections')
    .refine((sections) => distinct(sections.map((one) => one.slug)), 'each slug once')
    .default([]),
  from: mailbox.nullable().default(null),
  replyTo: mailbox.nullable().default(null),
  private: z.boolean().default(false),
  origins: z.array(origin).max(100, 'at most 100 origins').default([]),
  linkParameters: linkParameters.nullable().default(null),
  colour: colour.default(null),
  logo: logoAddress.default(null),
  layout: layoutSchema.default('broadsheet'),
  typeface: typefaceSchema.default('georgia'),
  welcome: z
    .string()
    .trim()
    .max(2000, 'at most 2000 characters')
    .regex(/^(?:[^\p{Cc}]|[\n\r\t])*$/u, 'without control characters')
    .default(''),
  wording: wording.default({}),
  reviewMinutes: z
    .int()
    .min(0, 'from 0 to 1440 minutes')
    .max(1440, 'from 0 to 1440 minutes')
    .default(30),
  reviewRequired: z.boolean().default(false),
};

/** All settings of a new newsletter; what is not given has its default. */
export const newsletterSettings = z.strictObject({ slug, ...fields });
export type NewsletterSettings = z.output<typeof newsletterSettings>;

/** Changes of a newsletter: any settings but the slug, which addresses and scripts are made of. */
export const newsletterChanges = z.strictObject(fields).partial();
export type NewsletterChanges = Partial<Omit<NewsletterSettings, 'slug'>>;

/** Reads settings for a new newsletter. Throws InvalidNewsletter with all that is wrong. */
export const readSettings = (input: unknown): NewsletterSettings => read(newsletterSettings, input);

/** Reads changes; a field that is not named stays as it is. Throws InvalidNewsletter with all that is wrong. */
export function readChanges(input: unknown): NewsletterChanges {
  const changes = read(newsletterChanges, input);
  // Defaults are for new newsletters: keep only what was named.
  const named = Object.keys(input as object);
  return Object.fromEntries(Object.entries(changes).filter(([key]) => named.includes(key)));
}

function read<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InvalidNewsletter(fieldErrors(result.error));
}
