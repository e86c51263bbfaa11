import { languages } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { timezonesByRegion } from '../../public/account/timezones.ts';
import { languageName } from '../language-name.ts';

/** The languages and time zones to choose from, with what somebody has that is in neither list. */
export function choicesOf(
  newsletters: Newsletter[],
  { language, now }: { language: string; now: Date },
  chosen: { language: string; timezone: string },
) {
  const tags = new Set([...languages, ...newsletters.map((one) => one.language), chosen.language]);
  const regions = timezonesByRegion(language, now);
  const isListed = regions.some(({ zones }) => zones.some(({ id }) => id === chosen.timezone));
  return {
    languages: [...tags].filter(Boolean).map((tag) => ({ tag, name: languageName(tag, language) })),
    regions,
    otherZone: chosen.timezone === '' || isListed ? null : chosen.timezone,
  };
}

/** The fields of a form as text, whatever was sent. */
export function fieldsOf(body: unknown) {
  const fields = new Map(Object.entries((body ?? {}) as Record<string, unknown>));
  return {
    text(name: string, most = 500): string {
      const value = fields.get(name);
      return typeof value === 'string' ? value.trim().slice(0, most) : '';
    },
    several: (name: string): string[] =>
      [fields.get(name) ?? []].flat().filter((one): one is string => typeof one === 'string'),
  };
}
