import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { baseLanguage } from '../../../editions/content.ts';
import { languages } from '../../../locales/index.ts';
import {
  formatSchema,
  frequencySchema,
  hourSchema,
  nameSchema,
  timezoneSchema,
} from '../../../subscribers/choices.ts';
import type { Reader, ReaderSubscription } from '../../../subscribers/own-page.ts';
import type { Choices } from '../../../subscribers/preferences.ts';

/** An invalid choice; `newsletter` is the one left without a section. */
export class UnusableChoice extends Error {
  readonly newsletter: { slug: string; title: string } | undefined;
  /** True if it is the reader's name. */
  readonly isName: boolean;
  constructor({
    newsletter,
    isName = false,
  }: { newsletter?: { slug: string; title: string }; isName?: boolean } = {}) {
    super('This choice cannot be used.');
    this.name = 'UnusableChoice';
    this.newsletter = newsletter;
    this.isName = isName;
  }
}

const dateSchema = z.iso.date();

/** Reads the form of the preference page. Fields of a newsletter are `SLUG.frequency` and so on. Throws UnusableChoice. */
export function readChoices(body: unknown, reader: Reader, now: Date): Choices {
  const fields = new Map(typeof body === 'object' && body !== null ? Object.entries(body) : []);
  const text = (key: string) => {
    const value: unknown = fields.get(key);
    return typeof value === 'string' ? value.trim() : '';
  };
  const timezone = text('timezone') === '' ? null : check(timezoneSchema, text('timezone'));
  const language =
    text('language') === ''
      ? reader.language
      : check(z.enum(languagesOffered(reader)), text('language'));
  return {
    name: fields.has('name') ? nameOf(text('name')) : reader.name,
    language,
    timezone,
    subscriptions: reader.subscriptions
      .filter((one) => one.state === 'active' && fields.has(`${one.slug}.frequency`))
      .map((one) => ({
        newsletterId: one.newsletterId,
        frequency: check(frequencySchema, text(`${one.slug}.frequency`)),
        hour: text(`${one.slug}.hour`) === '' ? null : check(hourSchema, text(`${one.slug}.hour`)),
        sections: sectionsOf(one, [fields.get(`${one.slug}.sections`) ?? []].flat()),
        format: check(formatSchema, text(`${one.slug}.format`) || one.format),
        pausedUntil: pauseOf(text(`${one.slug}.pause`), timezone ?? one.timezone, now),
      })),
  };
}

/** The languages a reader may choose: those of our pages, of their newsletters, and the one they have. */
export const languagesOffered = ({ language, subscriptions }: Reader): string[] => {
  const own = subscriptions.map((one) => baseLanguage(one.language));
  return [...new Set([...languages, ...own, ...(language ? [language] : [])])];
};

function check<T>(schema: z.ZodType<T>, value: string): T {
  const read = schema.safeParse(value);
  if (!read.success) throw new UnusableChoice();
  return read.data;
}

function nameOf(typed: string): string | null {
  const read = nameSchema.safeParse(typed);
  if (!read.success) throw new UnusableChoice({ isName: true });
  return read.data;
}

/** All boxes ticked means all sections, also later ones. None is invalid: that would be unsubscribing. */
function sectionsOf(
  { offered, slug, title }: ReaderSubscription,
  ticked: unknown[],
): string[] | null {
  if (offered.length < 2) return null;
  const slugs = offered.map((section) => section.slug).filter((one) => ticked.includes(one));
  if (slugs.length === 0) throw new UnusableChoice({ newsletter: { slug, title } });
  return slugs.length === offered.length ? null : slugs;
}

/** The first moment of that day on the reader's clock; a day that is here already is no pause. */
export function pauseOf(date: string, timezone: string, now: Date): Date | null {
  if (date === '') return null;
  const day = Temporal.PlainDate.from(check(dateSchema, date));
  const start = new Date(day.toZonedDateTime(timezone).epochMilliseconds);
  return start > now ? start : null;
}

/** What the form sends, as it is shown again when it cannot be saved: nothing of it is lost. */
export interface TypedChoices {
  name: string;
  language: string;
  timezone: string;
  /** By the newsletter's slug. */
  of(slug: string): {
    frequency: string;
    hour: string;
    sections: string[];
    format: string;
    pause: string;
  };
}

/** The fields of a form that could not be saved, as they were sent. */
export function typedChoices(body: unknown): TypedChoices {
  const fields = new Map(typeof body === 'object' && body !== null ? Object.entries(body) : []);
  const text = (key: string) => {
    const value: unknown = fields.get(key);
    return typeof value === 'string' ? value.slice(0, 500) : '';
  };
  return {
    name: text('name'),
    language: text('language'),
    timezone: text('timezone'),
    of: (slug) => ({
      frequency: text(`${slug}.frequency`),
      hour: text(`${slug}.hour`),
      sections: [fields.get(`${slug}.sections`) ?? []].flat().map(String),
      format: text(`${slug}.format`),
      pause: text(`${slug}.pause`),
    }),
  };
}

/** A pause as the form shows it: the day, on the reader's clock. */
export function pauseDay(pausedUntil: Date | null, timezone: string, now: Date): string {
  if (!pausedUntil || pausedUntil <= now) return '';
  const at = Temporal.Instant.fromEpochMilliseconds(pausedUntil.getTime());
  return at.toZonedDateTimeISO(timezone).toPlainDate().toString();
}
