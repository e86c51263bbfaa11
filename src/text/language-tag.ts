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
