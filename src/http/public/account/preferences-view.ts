import { capitalised } from '../../../../emails/language.ts';
import { unsubscribeUrl } from '../../../subscribers/links.ts';
import type { ReaderSubscription } from '../../../subscribers/own-page.ts';
import type { Tokens } from '../../../subscribers/tokens.ts';
import { languagesOffered, pauseDay, type TypedChoices } from './preferences-input.ts';
import { currentName, timezoneLabel, timezonesByRegion } from './timezones.ts';
import type { LinkReader } from './token-pages.ts';

/** What the form of the preference page shows: the choices as they are, or as they were typed. */
export function preferencesView(
  reader: LinkReader,
  {
    language,
    tokens,
    now,
    typed,
  }: { language: string; tokens: Tokens; now: Date; typed?: TypedChoices | undefined },
): Record<string, unknown> {
  const active = reader.subscriptions.filter((one) => one.state === 'active');
  const zone = reader.timezone ?? active[0]?.timezone ?? 'UTC';
  const chosen = typed?.timezone ?? reader.timezone ?? '';
  return {
    name: typed?.name ?? reader.name ?? '',
    mailLanguages: languagesOffered(reader).map((code) => ({ code, name: nameOf(code) })),
    mailLanguage: (typed?.language || reader.language) ?? language,
    newsroomZone: timezoneLabel(active[0]?.timezone ?? 'UTC', language, now),
    timezone: timezoneChoice(chosen, language, now),
    regions: timezonesByRegion(language, now),
    hours: Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`),
    today: tomorrow(zone, now),
    subscriptions: active.map((one) => ({
      ...one,
      ...frequenciesOf(one),
      pause: pauseDay(one.pausedUntil, reader.timezone ?? one.timezone, now),
      // the reader's clock, else the newsletter's
      zone: timezoneLabel(reader.timezone ?? one.timezone, language, now),
      leave: unsubscribeUrl(
        { publicUrl: '', tokens },
        reader.id,
        one.newsletterId,
        reader.addressChanges,
        reader.edition,
      ),
      ...typed?.of(one.slug),
    })),
  };
}

/** A language in itself: Español, العربية. */
const nameOf = (code: string): string =>
  capitalised(new Intl.DisplayNames(code, { type: 'language' }).of(code) ?? code, code);

/** The chosen zone by its present name; `extra` where the list by region does not have it (UTC). */
function timezoneChoice(timezone: string, language: string, now: Date) {
  if (timezone === '') return { id: '', extra: null };
  try {
    const id = currentName(timezone);
    const listed = timezonesByRegion(language, now).some(({ zones }) =>
      zones.some((one) => one.id === id),
    );
    return { id, extra: listed ? null : timezoneLabel(id, language, now) };
  } catch {
    return { id: '', extra: null }; // what was typed is no zone
  }
}

/** The frequencies a newsletter offers. One without a daily edition has a single schedule for all but special reports. */
function frequenciesOf({ kinds, frequency }: ReaderSubscription) {
  const special = kinds.includes('special') ? (['special'] as const) : [];
  if (!kinds.includes('daily'))
    return {
      frequencies: ['weekly' as const, ...special],
      frequency: frequency === 'special' ? frequency : ('weekly' as const),
    };
  const weekly = kinds.includes('weekly') || frequency === 'weekly' ? (['weekly'] as const) : [];
  const offered = ['daily' as const, 'weekdays' as const, ...weekly, ...special];
  return {
    frequencies: offered.includes(frequency) ? offered : [...offered, frequency],
    frequency,
  };
}

/** The first day that the date field offers: a pause begins at once. */
const tomorrow = (timezone: string, now: Date) =>
  pauseDay(new Date(now.getTime() + 24 * 3_600_000), timezone, now);
