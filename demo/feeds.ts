import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { DemoArticle } from './articles.ts';
import { type Language, newsroom } from './newsroom.ts';

const views = new Eta({ views: join(import.meta.dirname, 'views'), cache: true });

/** One feed of the site: a language, all of it or one section, as RSS or as Atom. */
export interface FeedPage {
  language: Language;
  title: string;
  /** Where the feed itself is, and the page it is a feed of. */
  self: string;
  page: string;
  articles: DemoArticle[];
}

/** RSS 2.0 with the pictures, their credit and their text as Media RSS. */
export function toRss(feed: FeedPage, siteUrl: string): string {
  return views.render('rss', { ...withMotto(feed), siteUrl, bytesOf });
}

/** Atom (RFC 4287) with the same articles. */
export function toAtom(feed: FeedPage, siteUrl: string): string {
  return views.render('atom', { ...withMotto(feed), siteUrl, bytesOf });
}

const withMotto = (feed: FeedPage) => ({ ...feed, motto: newsroom[feed.language].motto });

const bytesOf = ({ id }: DemoArticle) =>
  statSync(join(import.meta.dirname, 'pictures', `${id}.jpg`)).size;
