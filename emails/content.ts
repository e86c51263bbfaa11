import type { Mailbox } from '../src/mail/mailbox.ts';

/** A copy of ours of a picture, cropped to be shown; in pixels, twice the size at which it is shown. */
export interface PictureCopy {
  url: string;
  width: number;
  height: number;
}

/**
 * A picture of an article; `alt` may be empty, `credit` absent. One that has neither `lead` nor `thumbnail` is linked
 * by its address; else only what is there is shown.
 */
export interface Picture {
  url: string;
  alt: string;
  credit: string | null;
  /** 16:9, 1,200 pixels wide at most. */
  lead?: PictureCopy;
  /** 4:3, 264 pixels wide at most. */
  thumbnail?: PictureCopy;
}

/** An article as a mail shows it. All text is plain text: markup in it is shown, never obeyed. */
export interface DigestArticle {
  id: string;
  title: string;
  standfirst: string;
  url: string;
  image: Picture | null;
  author: string | null;
  publishedAt: Date | null;
  /** When its newsroom last changed it; null where that is not known. */
  revisedAt: Date | null;
  /** Of its whole text; null where that is not known. */
  words: number | null;
  /** What its feed files it under. */
  category: string | null;
}

export interface DigestSection {
  slug: string;
  title: string;
  articles: DigestArticle[];
}

/** What the newsroom puts on each of its mails. */
export interface Imprint {
  newsroom: string;
  /** Free text, several lines; null: none is shown. */
  postalAddress: string | null;
  /** Where this service is reached, without a slash at the end. */
  publicUrl: string;
  /** `#rrggbb`; null: the house's red. Corrected where it could not be read. */
  accent: string | null;
  logoUrl: string | null;
  /** Where complaints are read by a machine (RFC 9477); absent: nowhere. */
  complaintsTo?: string;
  typeface: Typeface;
}

/** The faces that every mail program has, or has a like of. */
export type Typeface = 'georgia' | 'palatino' | 'times' | 'helvetica';

/** How an edition is laid out; see docs/mails.md. */
export type Layout = 'broadsheet' | 'compact';

/** How much of an edition a reader wants: all of it, its headlines alone, or all of it without pictures. */
export type Format = 'full' | 'headlines' | 'text';

export type EditionKind = 'daily' | 'weekly' | 'special';

/** Everything all readers of one variant share; the reader's own values are spliced in later. */
export interface DigestContent {
  imprint: Imprint;
  newsletter: {
    title: string;
    slug: string;
    from: Mailbox;
    replyTo: Mailbox | null;
    /** A private newsletter's past editions can only be opened with a link to one. */
    private: boolean;
  };
  /** Language of this variant, and the zone in which its dates are told. */
  language: string;
  timezone: string;
  edition: {
    number: number;
    kind: EditionKind;
    /** Local date, `2026-11-24`. */
    date: string;
    /** Empty or null: made from the headlines. */
    subject: string | null;
    preheader: string | null;
    /** Markdown; raw HTML in it is shown as text. */
    introduction: string | null;
  };
  /** Shown first and large, and left out of its section. */
  lead: DigestArticle | null;
  sections: DigestSection[];
  /** A query string put on every article's link: `utm_source=daily&utm_medium=email`. */
  linkParameters: string | null;
  layout: Layout;
  format: Format;
}

/** The reader's values that stand in the body; they are the places of a variant. */
export interface ReaderMarks {
  unsubscribeUrl: string;
  preferencesUrl: string;
  viewUrl: string;
  maskedAddress: string;
  name: string;
}

/** What a render gives. `html` and `text` have bare line feeds. */
export interface Rendered {
  subject: string;
  preheader: string;
  html: string;
  text: string;
  /** UTF-8 size of `html`. */
  htmlBytes: number;
  /** True above 80 kB: Gmail hides what comes after 102 kB, the unsubscribe link with it. */
  tooLong: boolean;
}
