import type { Frequency, Kind, Layout, Typeface } from '../database/tables.ts';

/** A copy of ours of a picture, by its path below PUBLIC_URL. */
export interface PictureCopy {
  url: string;
  width: number;
  height: number;
}

/** A picture of an article, with whom it is credited to. */
export interface Picture {
  url: string;
  alt: string;
  credit: string | null;
  /** At most 1,200 × 675, and 264 × 198. One that is absent is not shown, except where both are: `url` is linked then. */
  lead?: PictureCopy;
  thumbnail?: PictureCopy;
}

/** An article as an edition carries it: with the edition's own wording where an editor gave one. */
export interface EditionArticle {
  id: string;
  /** Articles that translate each other share it; otherwise the article's own id. */
  story: string;
  /** Slug of a section of the newsletter; null only where the newsletter has none. */
  section: string | null;
  /** A language tag, never null: what an article does not say is taken to be the newsletter's. */
  language: string;
  title: string;
  standfirst: string;
  url: string;
  image: Picture | null;
  author: string | null;
  /** ISO 8601, UTC. */
  publishedAt: string;
  /** When its newsroom last changed it. Absent, as the next two, in what was frozen before mails told it. */
  revisedAt?: string | null;
  /** Of its whole text; null: not known. */
  words?: number | null;
  /** What its feed files it under first. */
  category?: string | null;
  /** The feed that brought it; null: an operator. */
  feed: string | null;
}

/**
 * An edition frozen before this one was, within the window in which no story comes twice, that shares stories with
 * this one. A reader who has `theirs` from it does not get `ours` again.
 */
export interface Overlap {
  edition: string;
  articles: { theirs: string; ours: string }[];
}

/** What a revision freezes (`revisions.content`): all that is needed to choose and to render, nothing of any reader. */
export interface EditionContent {
  newsletter: {
    id: string;
    slug: string;
    title: string;
    language: string;
    timezone: string;
    /** Null: MAIL_FROM. */
    from: string | null;
    replyTo: string | null;
    private: boolean;
    /** A query string put on every article's link. */
    linkParameters: string | null;
    /** Its own look, over the newsroom's; absent in what was frozen before there was one. */
    colour?: string | null;
    logo?: string | null;
    typeface?: Typeface;
    /** The edition's own, else the newsletter's. */
    layout?: Layout;
    /** In the order they are shown. */
    sections: { slug: string; title: string }[];
  };
  edition: {
    id: string;
    number: number;
    kind: Kind;
    /** In the newsletter's time zone, YYYY-MM-DD. */
    localDate: string;
    /** The editor's own, in the newsletter's language; null: made from the headlines. */
    subject: string | null;
    preheader: string | null;
    /** Markdown; null: none. */
    introduction: string | null;
  };
  /** Readers of these frequencies get this edition. */
  frequencies: Frequency[];
  /** Base languages that the edition can be written in: the newsletter's first, then its articles'. */
  languages: string[];
  /** The first is the lead; within its section each stands in this order. */
  articles: EditionArticle[];
  /** Usually empty; only then must a claim look at what a reader got before. */
  overlaps: Overlap[];
}

/** The language without region or script, in lower case: `es-MX` → `es`. */
export const baseLanguage = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';
