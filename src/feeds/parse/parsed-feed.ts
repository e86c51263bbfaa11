import type { Picture } from '../../articles/incoming.ts';

/** One entry as it was understood. All text is plain text: escape it wherever it is shown as HTML. */
export type ParsedItem = {
  /** The publisher's own id (guid, atom:id), else the link, else a digest of the title. */
  id: string;
  title: string | null;
  /** Absolute http(s) address, or as the feed has it when nothing tells what it is relative to. */
  link: string | null;
  /** The story's first address where the feed hands out a redirecting one (feedburner:origLink). */
  original: string | null;
  /** ISO 8601 in UTC, to the second. */
  published: string | null;
  updated: string | null;
  /** Empty: the feed has a place for it and leaves it empty. */
  author: string | null;
  /** At most 300 characters, cut at a word. */
  standfirst: string | null;
  image: Picture | null;
  /** Of its whole text; null where there is only a summary. */
  words: number | null;
  categories: string[];
  /** BCP 47; the item's own, else the feed's. */
  language: string | null;
  /** The same story in other languages (hreflang). */
  translations: { language: string; url: string }[];
};

export type ParsedFeed = {
  title: string | null;
  language: string | null;
  /** The page that the feed belongs to. */
  site: string | null;
  /** WebSub: where to subscribe, and under which name. */
  hub: string | null;
  self: string | null;
  /** In the order of the feed. */
  items: ParsedItem[];
};
