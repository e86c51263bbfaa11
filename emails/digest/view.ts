import { type Translate, translator } from '../../src/locales/index.ts';
import { oneLine } from '../../src/text/one-line.ts';
import { type Accent, accentOf } from '../colour.ts';
import type { DigestArticle, DigestContent, EditionKind } from '../content.ts';

import { directionOf, validLanguageTag } from '../language.ts';
import { safeUrl, withLinkParameters } from '../links.ts';
import { type Edge, edgeOf } from './edge.ts';
import {
  bare,
  type PlacedPicture,
  picturesOf,
  placed,
  type ShownPictures,
  unlessNewsroom,
} from './pictures.ts';
import { cutAtWord } from './subject.ts';
import { dayOf, minutesOf, revisionOf } from './times.ts';
import { isLong, type Weight, weightsOf } from './weights.ts';

/** An article made ready to be shown; html and text are written from the same. */
export interface ArticleView {
  title: string;
  standfirst: string;
  /** The standfirst where there is room for a line. */
  line: string;
  url: string | null;
  /** What is shown of its picture as the lead, and beside it, with whom it is credited to. */
  image: (ShownPictures & { credit: string | null }) | null;
  /** The picture where a mail shows it; null: it shows none. */
  picture: PlacedPicture | null;
  /** What stands above its title: its section, or what its feed files it under. */
  kicker: string | null;
  /** Who, how long, when: each of its own direction. */
  facts: string[];
  /** The same on one line. */
  byline: string;
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
  /** The same on one line: "Tuesday, 24 November 2026 · No. 412". */
  dateline: string;
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
  /** False for a private newsletter, whose editions are not passed on and which no form is open for. */
  shared: boolean;
}

const NAME_LENGTH = 80;
const CREDIT_LENGTH = 60;
const KICKER_LENGTH = 40;
const LINE_LENGTH = 130;

/** Puts content in the order and words that html and text share. */
export function digestView(content: DigestContent): DigestView {
  const t = translator(content.language, 'mail');
  const { lead, imprint, newsletter } = content;
  const shape = content.format === 'headlines' ? 'headlines' : content.layout;
  const sections = content.sections
    .map(({ slug, title, articles }) => ({
      slug,
      title: oneLine(title),
      articles: articles.filter((each) => each.id !== lead?.id),
    }))
    .filter(({ articles }) => articles.length > 0);
  const counts = sections.map(({ articles }) => articles.length);
  const weights = weightsOf(counts);
  const edge = edgeOf(content, t);
  const shown = sections.map(({ slug, title, articles }, at) => ({
    title,
    articles: articles.map((each, place) =>
      articleView(content, t, each, {
        weight: shape === 'broadsheet' ? (weights[at]?.[place] ?? 'brief') : 'brief',
        place: 'thumbnail',
        kicker: kickerUnder([title, slug], each.category),
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
    edge,
    dateline: [edge.label, edge.date, edge.number].filter(Boolean).join(' · '),
    introduction: content.edition.introduction?.trim() || null,
    lead:
      lead &&
      articleView(content, t, lead, {
        weight: shape === 'broadsheet' ? 'feature' : 'brief',
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
  { place, ...own }: Pick<ArticleView, 'kicker' | 'weight'> & { place: 'lead' | 'thumbnail' },
): ArticleView {
  const { newsroom } = content.imprint;
  const url = safeUrl(article.url);
  const author = unlessNewsroom(article.author, newsroom, NAME_LENGTH);
  const credit = unlessNewsroom(article.image?.credit ?? null, newsroom, CREDIT_LENGTH);
  const pictures = picturesOf(article.image);
  const isPictured = own.weight === 'feature' && content.format === 'full';
  const facts = [
    author ? t('digest.by', { author }) : '',
    minutesOf(article.words, t),
    revisionOf(content, article, t) || dayOf(content, article),
  ].filter(Boolean);
  return {
    ...own,
    title: oneLine(article.title),
    standfirst: oneLine(article.standfirst),
    line: cutAtWord(article.standfirst, LINE_LENGTH),
    url: url && withLinkParameters(url, content.linkParameters),
    image: pictures && { ...pictures, credit: credit ? t('digest.picture', { credit }) : null },
    picture: isPictured ? placed(pictures, place) : null,
    facts,
    byline: facts.join(' · '),
  };
}

/** The lead stands outside of its section: it says which that is. */
function kickerOfLead(content: DigestContent, lead: DigestArticle): string | null {
  const own = content.sections.find(({ articles }) => articles.some(({ id }) => id === lead.id));
  return kickerOf(own?.title ?? '') ?? kickerOf(lead.category ?? '');
}

/** What its feed files an article under, where its section does not say the same. */
const kickerUnder = (section: string[], category: string | null): string | null =>
  section.some((name) => bare(name) === bare(category ?? '')) ? null : kickerOf(category ?? '');

const kickerOf = (words: string): string | null => cutAtWord(oneLine(words), KICKER_LENGTH) || null;
