import type {
  BreadcrumbList,
  CollectionPage,
  Graph,
  NewsArticle,
  NewsMediaOrganization,
  Thing,
} from 'schema-dts';
import type { EditionView } from './edition-view.ts';

/** A page of the site and what it is called. */
interface Crumb {
  name: string;
  url: string;
}

interface Publisher {
  name: string;
  url: string;
  logo: string | null;
}

/** Search engines show no more of a headline. */
const LONGEST_HEADLINE = 110;

/**
 * What a page says of itself to search engines (JSON-LD of schema.org), as the text of a script element: nothing in it can
 * end that element.
 */
export const jsonLd = (...graph: Thing[]): string =>
  JSON.stringify({ '@context': 'https://schema.org', '@graph': graph } satisfies Graph).replaceAll(
    '<',
    '\\u003c',
  );

/** Where the page lies. */
export const breadcrumbs = (crumbs: Crumb[]): BreadcrumbList => ({
  '@type': 'BreadcrumbList',
  itemListElement: crumbs.map(({ name, url }, index) => ({
    '@type': 'ListItem',
    position: index + 1,
    name,
    item: url,
  })),
});

/** An edition as an article of the newsroom. */
export function newsArticle(
  view: EditionView,
  { url, publisher }: { url: string; publisher: Publisher },
): NewsArticle {
  const organization: NewsMediaOrganization = {
    '@type': 'NewsMediaOrganization',
    name: publisher.name,
    url: publisher.url,
    ...(publisher.logo ? { logo: { '@type': 'ImageObject', url: publisher.logo } } : {}),
  };
  const { lead, sections } = view;
  const shown = [lead, ...sections.flatMap(({ articles }) => articles)];
  const images = shown.flatMap((one) => one?.image?.lead?.url ?? []);
  return {
    '@type': 'NewsArticle',
    mainEntityOfPage: url,
    url,
    headline: shortened(view.headline),
    description: view.summary,
    inLanguage: view.language,
    datePublished: view.frozenAt.toISOString(),
    dateModified: view.revisedAt.toISOString(),
    ...(images.length > 0 ? { image: images.slice(0, 3) } : {}),
    author: [organization],
    publisher: organization,
  };
}

/** A list of editions. */
export const collectionPage = (
  page: { name: string; url: string; language: string; description: string | null },
  urls: string[],
): CollectionPage => ({
  '@type': 'CollectionPage',
  name: page.name,
  url: page.url,
  inLanguage: page.language,
  ...(page.description ? { description: page.description } : {}),
  mainEntity: {
    '@type': 'ItemList',
    itemListElement: urls.map((url, index) => ({ '@type': 'ListItem', position: index + 1, url })),
  },
});

const shortened = (headline: string) =>
  headline.length > LONGEST_HEADLINE
    ? `${headline
        .slice(0, LONGEST_HEADLINE - 1)
        .toWellFormed()
        .trimEnd()}…`
    : headline;
