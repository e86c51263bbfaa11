import { type Translate, translator } from '../../src/locales/index.ts';
import { oneLine } from '../../src/text/one-line.ts';
import { type Accent, accentOf } from '../colour.ts';
import type { DigestArticle, DigestContent, EditionKind } from '../content.ts';

import { directionOf, validLanguageTag } from '../language.ts';
import { safeUrl, withLinkParameters } from '../links.ts';
import { type Edge, edgeOf } from './edge.ts';
import { type PlacedPicture, pictureFor, unlessNewsroom } from './pictures.ts';
import { cutAtWord } from './subject.ts';
import { dayOf, minutesOf, revisionOf } from './times.ts';
import { isLong, type Weight, weightsOf } from './weights.ts';

/** An article made ready to be shown; html and text are written from the same. */
export interface ArticleView {
  title: string;
  standfirst: string;
  url: string | null;
  image: PlacedPicture | null;
  /** Whose picture it is: "Picture: Marta Quiroga". */
  credit: string | null;
  /** What stands above its title: its section, or what its feed files it under. */
  kicker: string | null;
  /** Who, how long, when: each of its own direction. */
  byline: string[];
  weight: Weight;
}

export interface DigestView {
  t: Translate;
  language: string;
  direction: 'ltr' | 'rtl';
  accent: Accent;
  kind: EditionKind;
  /** How it is laid out for this reader. */
  shape: 'broadsheet' | 'compact' | 'headlines';
  newsletter: string;
  /** What stands above and below the title, each part of its own direction. */
  edge: Edge;
  introduction: string | null;
  lead: ArticleView | null;
  sections: { title: string; articles: ArticleView[] }[];
  /** What a long edition begins with: each section's first headline, and how many more it has. */
  contents: { section: string; headline: string; more: number }[];
  newsroom: string;
  postalLines: string[];
  logoUrl: string | null;
  /** Where somebody else signs up to this newsletter. */
  signUpUrl: string;
  /** False for a private newsletter, whose editions are not passed on. */
  shared: boolean;
}

const NAME_LENGTH = 80;
const KICKER_LENGTH = 40;
const LINE_LENGTH = 130;

/** Puts content in the order and words that html and text share. */
export function digestView(content: DigestContent): DigestView {
  const t = translator(content.language, 'mail');
  const { lead, imprint, newsletter } = content;
  const shape = content.format === 'headlines' ? 'headlines' : content.layout;
  const sections = content.sections
    .map(({ title, articles }) => ({
      title: oneLine(title),
      articles: articles.filter((each) => each.id !== lead?.id),
    }))
    .filter(({ articles }) => articles.length > 0);
  const counts = sections.map(({ articles }) => articles.length);
  const weights = weightsOf(counts);
  const shown = sections.map(({ title, articles }, at) => ({
    title,
    articles: articles.map((each, place) =>
      articleView(content, t, each, {
        weight: shape === 'broadsheet' ? (weights[at]?.[place] ?? 'brief') : 'brief',
        shape,
        place: 'thumbnail',
        kicker: kickerUnder(title, each.category),
      }),
    ),
  }));
  return {
    t,
    language: validLanguageTag(content.language),
    direction: directionOf(content.language),
    accent: accentOf(imprint.accent),
    kind: content.edition.kind,
    shape,
    newsletter: oneLine(newsletter.title),
    edge: edgeOf(content, t),
    introduction: content.edition.introduction?.trim() || null,
    lead:
      lead &&
      articleView(content, t, lead, {
        weight: shape === 'broadsheet' ? 'feature' : 'brief',
        shape,
        place: 'lead',
        kicker: kickerOfLead(content, lead),
      }),
    sections: shown,
    contents:
      shape === 'broadsheet' && isLong(counts)
        ? shown.map(({ title, articles }) => ({
            section: title,
            headline: articles[0]?.title ?? '',
            more: articles.length - 1,
          }))
        : [],
    newsroom: oneLine(imprint.newsroom),
    postalLines: (imprint.postalAddress ?? '').split('\n').map(oneLine).filter(Boolean),
    logoUrl: safeUrl(imprint.logoUrl),
    signUpUrl: `${imprint.publicUrl}/?newsletter=${newsletter.slug}`,
    shared: !newsletter.private,
  };
}

function articleView(
  content: DigestContent,
  t: Translate,
  article: DigestArticle,
  {
    shape,
    place,
    ...own
  }: Pick<DigestView, 'shape'> &
    Pick<ArticleView, 'kicker' | 'weight'> & { place: 'lead' | 'thumbnail' },
): ArticleView {
  const { imprint, format } = content;
  const url = safeUrl(article.url);
  const large = own.weight === 'feature';
  const image = large && format === 'full' ? pictureFor(place, article.image, imprint.newsroom) : null;
  const author = unlessNewsroom(article.author, imprint.newsroom, NAME_LENGTH);
  const line = shape === 'compact' ? cutAtWord(article.standfirst, LINE_LENGTH) : '';
  return {
    ...own,
    title: oneLine(article.title),
    standfirst: large ? oneLine(article.standfirst) : line,
    url: url && withLinkParameters(url, content.linkParameters),
    image,
    credit: image?.credit ? t('digest.picture', { credit: image.credit }) : null,
    byline: [
      author && t('digest.by', { author }),
      minutesOf(article.words, t),
      revisionOf(content, article, t) || dayOf(content, article),
    ].flatMap((part) => part || []),
  };
}

/** The lead stands outside of its section: it says which that is. */
function kickerOfLead(content: DigestContent, lead: DigestArticle): string | null {
  const own = content.sections.find(({ articles }) => articles.some(({ id }) => id === lead.id));
  return kickerOf(own?.title ?? '') ?? kickerOf(lead.category ?? '');
}

/** What its feed files an article under, where its section does not say the same. */
const kickerUnder = (section: string, category: string | null): string | null =>
  category?.toLowerCase() === section.toLowerCase() ? null : kickerOf(category ?? '');

const kickerOf = (words: string): string | null => cutAtWord(oneLine(words), KICKER_LENGTH) || null;
