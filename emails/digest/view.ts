import { type Translate, translator } from '../../src/locales/index.ts';
import { oneLine } from '../../src/text/one-line.ts';
import { type Accent, accentOf } from '../colour.ts';
import type { DigestArticle, DigestContent, Picture } from '../content.ts';

import { dateInWords, dayInWords, directionOf, validLanguageTag } from '../language.ts';
import { safeUrl, withLinkParameters } from '../links.ts';

/** A picture by its address; null measures: a linked one, of which they are not known. */
export interface ShownPicture {
  url: string;
  width: number | null;
  height: number | null;
}

/** An article made ready to be shown; html and text are written from the same. */
export interface ArticleView {
  title: string;
  standfirst: string;
  url: string | null;
  /** What is shown of its picture as the lead, and beside it. */
  image: {
    lead: ShownPicture | null;
    thumbnail: ShownPicture | null;
    alt: string;
    credit: string | null;
  } | null;
  byline: string;
}

export interface DigestView {
  t: Translate;
  language: string;
  direction: 'ltr' | 'rtl';
  accent: Accent;
  newsletter: string;
  /** Date and number, or what the edition is: "Tuesday, 24 November 2026 · No. 412". */
  dateline: string;
  introduction: string | null;
  lead: ArticleView | null;
  sections: { title: string; articles: ArticleView[] }[];
  newsroom: string;
  postalLines: string[];
  logoUrl: string | null;
}

/** Puts content in the order and words that html and text share. */
export function digestView(content: DigestContent): DigestView {
  const t = translator(content.language, 'mail');
  const { lead, imprint } = content;
  const article = (from: DigestArticle) => articleView(content, t, from);
  return {
    t,
    language: validLanguageTag(content.language),
    direction: directionOf(content.language),
    accent: accentOf(imprint.accent),
    newsletter: oneLine(content.newsletter.title),
    dateline: datelineOf(content, t),
    introduction: content.edition.introduction?.trim() || null,
    lead: lead ? article(lead) : null,
    sections: content.sections
      .map((section) => ({
        title: oneLine(section.title),
        articles: section.articles
          .filter((each) => each.id !== lead?.id)
          .map((each) => article(each)),
      }))
      .filter((section) => section.articles.length > 0),
    newsroom: oneLine(imprint.newsroom),
    postalLines: (imprint.postalAddress ?? '').split('\n').map(oneLine).filter(Boolean),
    logoUrl: safeUrl(imprint.logoUrl),
  };
}

function datelineOf(content: DigestContent, t: Translate): string {
  const { kind, number, date } = content.edition;
  const day = dateInWords(date, content.language);
  const first = day.charAt(0).toLocaleUpperCase(validLanguageTag(content.language)) + day.slice(1);
  const parts = {
    daily: [first],
    weekly: [t('digest.week', { date: day })],
    special: [t('digest.special'), day],
  }[kind];
  return [...parts, t('digest.number', { number })].join(' · ');
}

function articleView(content: DigestContent, t: Translate, article: DigestArticle): ArticleView {
  const url = safeUrl(article.url);
  const image = picturesOf(article.image);
  const credit = oneLine(article.image?.credit ?? '');
  const author = oneLine(article.author ?? '');
  return {
    title: oneLine(article.title),
    standfirst: oneLine(article.standfirst),
    url: url && withLinkParameters(url, content.linkParameters),
    image: image
      ? {
          ...image,
          alt: oneLine(article.image?.alt ?? ''),
          credit: credit ? t('digest.picture', { credit }) : null,
        }
      : null,
    byline: [author && t('digest.by', { author }), dayOf(content, article)]
      .filter(Boolean)
      .join(' · '),
  };
}

function picturesOf(picture: Picture | null) {
  if (!picture) return null;
  const { lead = null, thumbnail = null } = picture;
  if (lead || thumbnail) return { lead, thumbnail };
  const url = safeUrl(picture.url);
  const linked = url ? { url, width: null, height: null } : null;
  return linked && { lead: linked, thumbnail: linked };
}

// The day is told only where it is not the edition's own.
function dayOf(content: DigestContent, { publishedAt }: DigestArticle): string {
  if (!publishedAt || Number.isNaN(publishedAt.getTime())) return '';
  const day = dayInWords(publishedAt, content.language, content.timezone);
  const today = dayInWords(new Date(`${content.edition.date}T12:00:00Z`), content.language, 'UTC');
  return day === today ? '' : day;
}
