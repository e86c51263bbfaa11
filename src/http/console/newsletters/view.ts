import { getDomain } from 'tldts';
import { spoken } from '../../../../emails/language.ts';
import { languages, type Translate } from '../../../locales/index.ts';
import { readMailbox } from '../../../mail/mailbox.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { allLanguages } from '../../../text/language-tag.ts';
import { timezonesByRegion } from '../../public/account/timezones.ts';
import { languageName } from '../language-name.ts';
import { weekdays } from './form.ts';

interface Words {
  language: string;
  t: Translate;
}

/** What the list shows of a newsletter. */
export function rowView(newsletter: Newsletter, readers: number, { language, t }: Words) {
  return {
    slug: newsletter.slug,
    title: newsletter.title,
    hour: t('newsletters.hourIn', { hour: newsletter.sendAt, timezone: newsletter.timezone }),
    days: daysOf(newsletter, { language, t }),
    readers,
    state: stateOf(newsletter),
  };
}

export const stateOf = ({ archivedAt, active }: Newsletter): 'archived' | 'active' | 'off' =>
  archivedAt ? 'archived' : active ? 'active' : 'off';

/** When it goes out by itself: "every day; weekly on Sunday". */
function daysOf({ kinds, days, weeklyDay }: Newsletter, { language, t }: Words): string {
  const told: string[] = [];
  if (kinds.includes('daily'))
    told.push(
      days.length === 7
        ? t('newsletters.everyDay')
        : new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(
            days.map((day) => dayName(day, language, 'short')),
          ),
    );
  if (kinds.includes('weekly'))
    told.push(t('newsletters.weeklyOn', { day: dayName(weeklyDay, language, 'long') }));
  return told.join('; ') || t('newsletters.onlyByHand');
}

/** A day of the week, 1 is Monday. */
export function dayName(day: number, language: string, weekday: 'short' | 'long'): string {
  const at = new Date(Date.UTC(2024, 0, day)); // a Monday
  return new Intl.DateTimeFormat(spoken(language), { weekday, timeZone: 'UTC' }).format(at);
}

export const dayList = (language: string) =>
  weekdays.map((day) => ({ day, name: dayName(day, language, 'long') }));

/** Countries whose dates and words differ, of the languages that emails are written in. */
const regions: Record<string, string[]> = {
  en: ['AU', 'CA', 'GB', 'IE', 'IN', 'NZ', 'US', 'ZA'],
  es: [
    'AR',
    'BO',
    'CL',
    'CO',
    'CR',
    'CU',
    'DO',
    'EC',
    'ES',
    'GT',
    'HN',
    'MX',
    'NI',
    'PA',
    'PE',
    'PR',
    'PY',
    'SV',
    'US',
    'UY',
    'VE',
  ],
};

/** The languages to choose from: those that emails are written in, with their countries, then all others. */
export function languageChoices(language: string, present: string) {
  const own = languages.flatMap((code) => [
    code,
    ...(regions[code] ?? []).map((region) => `${code}-${region}`),
  ]);
  const others = allLanguages().filter((code) => !own.includes(code));
  if (![...own, ...others].includes(present)) others.push(present);
  const { compare } = new Intl.Collator(language);
  const named = (codes: string[]) =>
    codes
      .map((code) => ({ code, name: languageName(code, language) }))
      .toSorted((one, other) => compare(one.name, other.name));
  return { own: named(own), others: named(others) };
}

/** All time zones, to search in: `Europe/Madrid`, "Madrid, Spain (UTC+1)". */
export const zoneChoices = (language: string, now: Date) =>
  timezonesByRegion(language, now).flatMap(({ zones }) => zones);

/** What is to be said of the addresses that its emails come from and are answered to. */
export function senderAdvice(
  newsletter: Pick<Newsletter, 'from' | 'replyTo'>,
  config: { mailFrom: string; dkim: string[] },
  t: Translate,
): { from?: string; replyTo?: string } {
  const domainOf = (mailbox: string) => readMailbox(mailbox).address.split('@').at(-1) ?? '';
  const organization = (domain: string) => getDomain(domain) ?? domain;
  const from = domainOf(newsletter.from ?? config.mailFrom);
  const signed = config.dkim.map((key) => key.split(':')[1] ?? '');
  const own = signed.length > 0 ? signed : [domainOf(config.mailFrom)];
  const isOwn = own.some((domain) => organization(domain) === organization(from));
  const reply = newsletter.replyTo && domainOf(newsletter.replyTo);
  return {
    ...(isOwn
      ? {}
      : {
          from: t(signed.length > 0 ? 'newsletters.fromUnsigned' : 'newsletters.fromOther', {
            domain: from,
            own: own.join(', '),
          }),
        }),
    ...(reply && organization(reply) !== organization(from)
      ? { replyTo: t('newsletters.replyOther', { domain: reply, from }) }
      : {}),
  };
}
