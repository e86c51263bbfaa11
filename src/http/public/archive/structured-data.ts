import type {
  BreadcrumbList,
  CollectionPage,
  Graph,
  NewsArticle,
  NewsMediaOrganization,
  Thing,
} from 'schema-dts';
import { imprintOf } from '../../../../emails/digest/imprint.ts';
import type { Newsroom } from '../../../newsletters/newsroom.ts';
import type { EditionView } from './edition-view.ts';

/** A page of the site and what it is called. */
interface Crumb {
  name: string;
  url: string;
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

/** What is told of an edition, of our own or an earlier one. */
interface ToldEdition {
  url: string;
  headline: string;
  summary: string;
  language: string;
  publishedAt: Date;
  modifiedAt: Date;
  pictures?: string[];
}

/** An edition as an article of the newsroom. */
export function newsArticle(
  edition: ToldEdition,
  newsroom: Newsroom,
  publicUrl: string,
): NewsArticle {
  const { url, headline, summary, language, publishedAt, modifiedAt, pictures = [] } = edition;
  const logo = imprintOf(newsroom, { publicUrl, postalAddress: undefined }).logoUrl;
  const organization: NewsMediaOrganization = {
    '@type': 'NewsMediaOrganization',
    name: newsroom.name,
    url: `${publicUrl}/`,
    ...(logo ? { logo: { '@type': 'ImageObject', url: logo } } : {}),
  };
  return {
    '@type': 'NewsArticle',
    mainEntityOfPage: url,
    url,
    headline: shortened(headline),
    description: summary,
    inLanguage: language,
    datePublished: publishedAt.toISOString(),
    dateModified: modifiedAt.toISOString(),
    ...(pictures.length > 0 ? { image: pictures.slice(0, 3) } : {}),
    author: [organization],
    publisher: organization,
  };
}

/** The pictures of an edition, the lead's first. */
export const picturesOf = ({ lead, sections }: EditionView): string[] =>
  [lead, ...sections.flatMap(({ articles }) => articles)].flatMap(
    (one) => one?.image?.lead?.url ?? [],
  );

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
