/** A language as BCP 47 writes it (`en_us` → `en-US`), or null for what is none. */
export function languageTag(value: string | null | undefined): string | null {
  const tag = value?.trim().replaceAll('_', '-');
  if (!tag || tag.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

/**
 * The canonical form of a tag whose language exists, and whose script and region do where it names them; undefined
 * otherwise, and for what is no language, such as `mul`.
 */
export function knownLanguage(tag: string): string | undefined {
  try {
    const locale = new Intl.Locale(tag);
    const { language, script, region } = locale;
    if (language === 'mul' || language === 'zxx' || names.language.of(language) === undefined)
      return undefined;
    if (script !== undefined && names.script.of(script) === undefined) return undefined;
    if (region !== undefined && names.region.of(region) === undefined) return undefined;
    return locale.baseName;
  } catch {
    return undefined;
  }
}

const nameOf = (type: 'language' | 'script' | 'region') =>
  new Intl.DisplayNames('en', { type, fallback: 'none' });
const names = { language: nameOf('language'), script: nameOf('script'), region: nameOf('region') };

/** Every language with a tag of two letters, such as `es`. */
export function allLanguages(): string[] {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
  const tags = letters.flatMap((one) => letters.map((other) => one + other));
  // those with another name today, such as iw for he, are left out
  return tags.filter((tag) => knownLanguage(tag) === tag);
}
