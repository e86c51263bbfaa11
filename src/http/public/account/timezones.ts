import { words } from '../site/page.ts';

/** The time zones of one part of the world, as a list to choose from. */
export interface TimezoneRegion {
  label: string;
  zones: { id: string; label: string }[];
}

/**
 * Names that ICU, and with it Node and most browsers, still gives to zones which the IANA database has renamed
 * (its file `backward`).
 */
const renamed: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

const regions = [
  'Africa',
  'America',
  'Antarctica',
  'Asia',
  'Atlantic',
  'Australia',
  'Europe',
  'Indian',
  'Pacific',
] as const;

/** A zone by the name it has today: `US/Eastern` → `America/New_York`, `Europe/Kiev` → `Europe/Kyiv`. */
export function currentName(timezone: string): string {
  const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions();
  return renamed[timeZone] ?? timeZone;
}

/** A zone as it is called in a list: "Madrid, Spain (UTC+1)", with its offset at that time. */
export const timezoneLabel = (timezone: string, language: string, at: Date): string =>
  labelOf(currentName(timezone), language, at);

function labelOf(id: string, language: string, at: Date): string {
  const [, ...parts] = id.split('/');
  const place = parts.map((part) => part.replaceAll('_', ' ')).reverse();
  const code = countryOf().get(id);
  const country = code && countryNames(language).of(code);
  const named = [...place, ...(country ? [country] : [])];
  const offset = offsetIn(id, at);
  if (named.length === 0) return id === offset ? id : `${id} (${offset})`;
  return `${[...new Set(named)].join(', ')} (${offset})`;
}

/** All zones by region and city, in a language, with their offsets at that time. Takes 0.1 s once an hour. */
export function timezonesByRegion(language: string, at: Date): TimezoneRegion[] {
  const hour = Math.floor(at.getTime() / 3_600_000);
  const known = lists.get(language);
  if (known?.hour === hour) return known.list;
  const t = words(language);
  const { compare } = new Intl.Collator(language);
  const ids = Intl.supportedValuesOf('timeZone').map((zone) => renamed[zone] ?? zone);
  const list = regions.map((region) => ({
    label: t(`preferences.regions.${region}`),
    zones: ids
      .filter((id) => regionOf(id) === region)
      .map((id) => ({ id, label: labelOf(id, language, at) }))
      .sort((a, b) => compare(a.label, b.label)),
  }));
  lists.set(language, { hour, list });
  return list;
}
const lists = new Map<string, { hour: number; list: TimezoneRegion[] }>();

/** Longyearbyen, the one zone of the Arctic, is looked for in Europe. */
const regionOf = (id: string) => (id.startsWith('Arctic/') ? 'Europe' : id.split('/')[0]);

/** `UTC+5:30`; Intl writes `GMT+5:30`. */
function offsetIn(timezone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    timeZoneName: 'shortOffset',
  }).formatToParts(at);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return offset
    .replace('GMT', 'UTC')
    .replace(/[+-]0$/, '')
    .replace('-', '−');
}

function countryNames(language: string): Intl.DisplayNames {
  const known = names.get(language) ?? new Intl.DisplayNames(language, { type: 'region' });
  names.set(language, known);
  return known;
}
const names = new Map<string, Intl.DisplayNames>();

let countries: Map<string, string> | undefined;

/** The country of each zone, as the runtime's own data (CLDR) has it. */
function countryOf(): Map<string, string> {
  if (countries) return countries;
  countries = new Map();
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  for (const code of letters.flatMap((one) => letters.map((other) => one + other))) {
    const locale: Intl.Locale & { getTimeZones?(): string[] } = new Intl.Locale(`und-${code}`);
    if (locale.region !== code) continue; // a country that is no more
    for (const zone of locale.getTimeZones?.() ?? []) countries.set(renamed[zone] ?? zone, code);
  }
  return countries;
}
