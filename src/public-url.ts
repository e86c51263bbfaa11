/** What the program's own addresses begin with: a public path of that name could be either. */
export const ownRooms: readonly string[] = [
  'address',
  'api',
  'archive',
  'assets',
  'challenge',
  'confirm',
  'console',
  'embed',
  'embed.js',
  'healthz',
  'hooks',
  'metrics',
  'preferences',
  'privacy',
  'readyz',
  'robots.txt',
  'sitemap.xml',
  'subscribe',
  'subscribed',
  'theme.css',
  'undo',
  'unsubscribe',
  'vendor',
  'websub',
];

/** The path of PUBLIC_URL, which everything lies under: `/gaceta`, or nothing. */
export const publicPathOf = (publicUrl: string): string =>
  new URL(publicUrl).pathname.replace(/\/+$/, '');

/** What is wrong with an address as PUBLIC_URL; undefined: nothing. */
export function wrongPublicUrl(address: string): string | undefined {
  const { username, password, search, hash } = new URL(address);
  if (search || hash) return 'PUBLIC_URL must have no query and no fragment';
  if (username || password) return 'PUBLIC_URL must have no user name and no password';
  const path = publicPathOf(address);
  if (!/^(\/[\w.~-]+)*$/.test(path))
    return 'PUBLIC_URL may have a path of a–z, A–Z, 0–9 and - . _ ~ alone, like https://example.org/news';
  const first = path.split('/')[1] ?? '';
  if (ownRooms.includes(first))
    return `PUBLIC_URL may not have a path that begins with /${first}: Gaceta has a page of that name. Choose another, like /newsletters`;
  return undefined;
}
