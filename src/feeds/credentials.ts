/** The name and password of a feed, joined by a colon as HTTP's Basic scheme wants them (RFC 7617), or null. */
export type Credentials = string | null;

/**
 * Takes name and password out of an address, so that the address can be shown. Throws URIError where a `%` in them begins
 * no escape.
 */
export function splitCredentials(address: string): { url: string; credentials: Credentials } {
  const url = new URL(address);
  if (url.username === '' && url.password === '') return { url: url.href, credentials: null };
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return { url: url.href, credentials };
}
