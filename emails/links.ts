/** The address if it is one a mail may link to (http, https), else null: `javascript:`, `data:` and the like are dropped. */
export function safeUrl(url: string | null | undefined): string | null {
  if (!url || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return null;
  return parsed.href;
}

/** `url` with the newsletter's link parameters; those the address already has keep their values. */
export function withLinkParameters(url: string, parameters: string | null): string {
  if (!parameters) return url;
  const parsed = new URL(url);
  const added = [...new URLSearchParams(parameters)].filter(
    ([key]) => !parsed.searchParams.has(key),
  );
  if (added.length === 0) return url;
  // Appended as text: going through searchParams would rewrite the newsroom's own query.
  const query = new URLSearchParams(added).toString();
  parsed.search = parsed.search ? `${parsed.search}&${query}` : query;
  return parsed.href;
}
