export type Picture = { url: string; alt: string | null; credit: string | null };

/** What is stored of one entry of a feed. */
export type IncomingArticle = {
  guid: string;
  title: string;
  standfirst: string;
  url: string;
  canonicalUrl: string;
  image: Picture | null;
  author: string | null;
  language: string | null;
  categories: string[];
  publishedAt: Date;
  /** When its newsroom last changed it, where that was after it was published. */
  revisedAt: Date | null;
  /** Of its whole text; null where the feed does not bring that. */
  words: number | null;
  /** The canonical address that its page says it has, if another; null also before it was asked. */
  claimedUrl: string | null;
  /** Canonical addresses of the same story in other languages. */
  translations: string[];
};
