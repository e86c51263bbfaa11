import { readMailbox } from '../../src/mail/mailbox.ts';
import type {
  DigestArticle,
  DigestContent,
  EditionKind,
  Format,
  Imprint,
  Layout,
  Picture,
  Typeface,
} from '../content.ts';
import { ownLook } from './imprint.ts';
import { preheaderOf, subjectOf } from './subject.ts';

/** An article as an edition holds it. */
interface HeldArticle {
  id: string;
  language: string;
  title: string;
  standfirst: string;
  url: string;
  image: Picture | null;
  author: string | null;
  /** ISO 8601. */
  publishedAt: string;
  /** These are absent in what was frozen before there were any. */
  revisedAt?: string | null;
  words?: number | null;
  category?: string | null;
}

/** The frozen content of an edition, as far as a mail shows it. */
export interface HeldEdition {
  newsletter: {
    title: string;
    slug: string;
    language: string;
    timezone: string;
    from: string | null;
    replyTo: string | null;
    linkParameters: string | null;
    private: boolean;
    /** Its own look, over the newsroom's; absent in what was frozen before there was one. */
    colour?: string | null;
    logo?: string | null;
    typeface?: Typeface;
    layout?: Layout;
  };
  edition: {
    number: number;
    kind: EditionKind;
    localDate: string;
    subject: string | null;
    preheader: string | null;
    introduction: string | null;
  };
}

/** What was chosen of it for the readers of one variant. */
export interface HeldChoice {
  language: string;
  /** Absent: all of it. */
  format?: Format;
  /** Null: a letter, which has an introduction alone. */
  lead: HeldArticle | null;
  sections: { slug: string | null; title: string; articles: HeldArticle[] }[];
}

/** What the mails of one newsroom have in common. */
export interface Sender {
  imprint: Imprint;
  /** Where mails come from whose newsletter names no address of its own: `The Paper <paper@example.org>`. */
  from: string;
}

/**
 * The content of a variant's mail. The editor's subject and preheader are in the newsletter's language:
 * where another language leads, they are made from that variant's own headlines.
 */
export function digestOf(held: HeldEdition, choice: HeldChoice, sender: Sender): DigestContent {
  const { newsletter, edition } = held;
  const leading = choice.lead?.language ?? choice.language;
  const own = base(leading) === base(newsletter.language);
  return {
    imprint: ownLook(sender.imprint, newsletter),
    newsletter: {
      title: newsletter.title,
      slug: newsletter.slug,
      from: readMailbox(newsletter.from ?? sender.from),
      replyTo: newsletter.replyTo === null ? null : readMailbox(newsletter.replyTo),
      private: newsletter.private,
    },
    language: choice.language,
    timezone: newsletter.timezone,
    edition: {
      number: edition.number,
      kind: edition.kind,
      date: edition.localDate,
      subject: own ? edition.subject : null,
      preheader: own ? edition.preheader : null,
      introduction: edition.introduction,
    },
    lead: choice.lead && articleOf(choice.lead, sender.imprint.publicUrl),
    sections: choice.sections.map(({ slug, title, articles }) => ({
      slug: slug ?? '',
      title,
      articles: articles.map((held) => articleOf(held, sender.imprint.publicUrl)),
    })),
    linkParameters: newsletter.linkParameters,
    layout: newsletter.layout ?? 'broadsheet',
    format: choice.format ?? 'full',
  };
}

/** The subject and preheader that a variant's mail has. */
export function wordingOf(
  held: HeldEdition,
  choice: HeldChoice,
): { subject: string; preheader: string } {
  const content = digestOf(held, choice, nobody);
  return { subject: subjectOf(content), preheader: preheaderOf(content) };
}

// Who sends is no part of the wording.
const nobody: Sender = {
  imprint: {
    newsroom: '',
    postalAddress: null,
    publicUrl: '',
    accent: null,
    logoUrl: null,
    typeface: 'georgia',
  },
  from: '',
};

const articleOf = (held: HeldArticle, publicUrl: string): DigestArticle => ({
  id: held.id,
  title: held.title,
  standfirst: held.standfirst,
  url: held.url,
  image: held.image && pictureAt(held.image, publicUrl),
  author: held.author,
  publishedAt: new Date(held.publishedAt),
  revisedAt: held.revisedAt ? new Date(held.revisedAt) : null,
  words: held.words ?? null,
  category: held.category ?? null,
});

// Our copies are named by their paths.
const pictureAt = ({ lead, thumbnail, ...said }: Picture, publicUrl: string): Picture => ({
  ...said,
  ...(lead && { lead: { ...lead, url: publicUrl + lead.url } }),
  ...(thumbnail && { thumbnail: { ...thumbnail, url: publicUrl + thumbnail.url } }),
});

const base = (tag: string) => tag.toLowerCase().split('-')[0];
