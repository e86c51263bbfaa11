import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createInstance, type ResourceLanguage } from 'i18next';

/** Looks a string up: `t('digest.unsubscribe')`, `t('minutes', { count: 3 })`. Throws on an unknown key. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

const here = import.meta.dirname;
const FALLBACK = 'en';

// A language is a folder, a namespace a file in it, or a file with a folder of the same name that holds its groups:
// nothing to register anywhere.
async function readResources(): Promise<Record<string, ResourceLanguage>> {
  const resources: Record<string, ResourceLanguage> = {};
  for (const folder of readdirSync(here, { withFileTypes: true }))
    if (folder.isDirectory()) resources[folder.name] = await readStrings(join(here, folder.name));
  return resources;
}

async function readStrings(folder: string): Promise<ResourceLanguage> {
  const strings: ResourceLanguage = {};
  // files come before the folders that add to them
  const entries = readdirSync(folder, { withFileTypes: true }).sort(
    (one, other) => Number(one.isDirectory()) - Number(other.isDirectory()),
  );
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      strings[entry.name] = Object.assign({}, strings[entry.name], await readStrings(path));
    else if (entry.name.endsWith('.ts')) {
      const module: { default: ResourceLanguage[string] } = await import(pathToFileURL(path).href);
      strings[entry.name.slice(0, -'.ts'.length)] = module.default;
    }
  }
  return strings;
}

const resources = await readResources();

const languagesOf = (namespace: string): readonly string[] =>
  Object.keys(resources)
    .filter((language) => resources[language]?.[namespace] !== undefined)
    .sort();

/** The languages that pages are written in, as language tags: `['en', 'es']`. These have every string. */
export const languages = languagesOf('pages');

/** The languages that emails to readers are written in; of those without pages, operators' strings are English. */
export const mailLanguages = languagesOf('mail');

const i18n = createInstance();
await i18n.init({
  resources,
  fallbackLng: FALLBACK,
  defaultNS: false,
  // Templates escape; escaping here as well would show `&amp;` in subjects and in plain text.
  interpolation: { escapeValue: false },
  returnNull: false,
  parseMissingKeyHandler: (key: string) => {
    throw new Error(`There is no string ${key} in src/locales`);
  },
});

/** `{{hour, hour}}`: an hour such as `07:00` as the language writes it: 07:00, 7:00. */
i18n.services.formatter?.add('hour', (hour: unknown, language = FALLBACK) => {
  const [hours = '', minutes = ''] = String(hour).split(':');
  return `${language === 'es' ? Number(hours) : hours}:${minutes}`;
});

/** The language of `among` that serves `tag`: `es-MX` → `es`; undefined if none does. */
export function languageFor(tag: string, among = languages): string | undefined {
  const wanted = tag.toLowerCase();
  return (
    among.find((language) => language.toLowerCase() === wanted) ??
    among.find((language) => language.toLowerCase() === wanted.split('-')[0])
  );
}

/** The language of pages that serves `tag` best: `es-MX` → `es`, one unknown to us → English. */
export const closestLanguage = (tag: string): string => languageFor(tag) ?? FALLBACK;

/**
 * The strings of one namespace (`mail`, `pages`, …) in the language closest to `language`.
 * Values are inserted as they are: the caller escapes them for HTML.
 */
export function translator(language: string, namespace: string): Translate {
  const known = languageFor(language, languagesOf(namespace)) ?? FALLBACK;
  const t = i18n.getFixedT(known, namespace);
  return (key, values) => t(key, { ...values });
}

/** Every key of one namespace in one language, for the test that compares languages. */
export function keysOf(language: string, namespace: string): string[] {
  const walk = (node: unknown, path: string): string[] =>
    typeof node === 'object' && node !== null
      ? Object.entries(node).flatMap(([key, child]) => walk(child, path ? `${path}.${key}` : key))
      : [path];
  return walk(resources[language]?.[namespace], '').sort();
}
