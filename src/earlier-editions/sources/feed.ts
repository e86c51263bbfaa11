import { readXmlFeed } from '../../feeds/parse/xml-feed.ts';
import { type FoundEdition, LARGEST_PAGE, type LeftOut, UnreadableArchive } from '../found.ts';

/** The entries of an RSS or Atom file, with all that they hold. Throws UnreadableArchive. */
export function feedEditions(
  xml: string,
  { site }: { site: string | null },
): (FoundEdition | LeftOut)[] {
  const found: (FoundEdition | LeftOut)[] = [];
  const feed = readXmlFeed(xml, site, (item, html) => {
    const name = item.title ?? item.link ?? item.id;
    if (html.trim() === '') found.push({ name, reason: 'empty' });
    else if (html.length > LARGEST_PAGE) found.push({ name, reason: 'large' });
    else
      found.push({
        key: `feed ${item.id}`,
        title: name,
        language: item.language,
        publishedAt: item.published ? new Date(item.published) : null,
        html,
        address: item.original ?? item.link,
        summary: item.standfirst,
        isMail: false,
      });
  });
  if (!feed) throw new UnreadableArchive('unknown', 'The file is no feed.');
  return found;
}
