/** What of a query names a page; all else counts readers or orders lists. */
const NAMING = ['u', 'id', 'p', 'page_id', 'post'];
const LONGEST = 500;

/**
 * The part of an old address by which a request for it is known: its path without a `/` at its end, and what of its query
 * names a page (Mailchimp's `?u=…&id=…`), in one order. Null for the front of a site, and what is no such address.
 */
export function oldPathOf(address: string): string | null {
  let url: URL;
  try {
    url = new URL(address, 'http://old.invalid');
  } catch {
    return null;
  }
  const path = url.pathname.replace(/\/+$/, '');
  const named = NAMING.flatMap((name) => {
    const value = url.searchParams.get(name);
    return value ? [`${name}=${encodeURIComponent(value)}`] : [];
  });
  const whole = named.length > 0 ? `${path || '/'}?${named.join('&')}` : path;
  return whole === '' || whole === '/' || whole.length > LONGEST ? null : whole;
}

/** What a request may have been stored as, the narrowest first. */
export function oldPathsOf(address: string): string[] {
  const whole = oldPathOf(address);
  if (whole === null) return [];
  const [bare = ''] = whole.split('?');
  return bare !== whole && bare !== '/' ? [whole, bare] : [whole];
}
