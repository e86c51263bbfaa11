import { Parser } from 'htmlparser2';
import { readDate } from '../../feeds/parse/dates.ts';
import { languageTag } from '../../text/language-tag.ts';
import { oneLine } from '../../text/one-line.ts';

/** What a page of HTML says of itself. */
export interface PageFacts {
  title: string | null;
  publishedAt: Date | null;
  language: string | null;
  address: string | null;
  description: string | null;
}

const DATES = ['article:published_time', 'og:published_time', 'date', 'dc.date', 'dcterms.created'];

/** Reads title, date, language and address of a page or a mail, from its head before its body. */
export function readFacts(html: string): PageFacts {
  const meta = new Map<string, string>();
  const text = { title: '', h1: '' };
  let into: keyof typeof text | null = null;
  let time: string | null = null;
  let language: string | null = null;
  let canonical: string | null = null;
  let inBrowser: string | null = null;
  let link: { href: string; words: string } | null = null;
  const parser = new Parser({
    onopentag(name, attributes) {
      const { property, name: called, content, lang, rel, href, datetime } = attributes;
      const key = (property ?? called)?.toLowerCase();
      if (name === 'meta' && key && content && !meta.has(key)) meta.set(key, content);
      if (name === 'html') language = languageTag(lang);
      if (name === 'link' && rel?.toLowerCase() === 'canonical' && href) canonical ??= href;
      if (name === 'time' && datetime) time ??= datetime;
      if (name === 'a' && href) link = { href, words: '' };
      if ((name === 'title' || name === 'h1') && text[name] === '') into = name;
    },
    ontext(data) {
      if (into) text[into] += data;
      if (link) link.words += data;
    },
    onclosetag(name) {
      if (name === into) into = null;
      if (name !== 'a' || !link) return;
      const { href, words } = link;
      link = null;
      if (/browser|navegador|navigateur/i.test(words) && /^https?:/i.test(href)) inBrowser ??= href;
    },
  });
  parser.end(html);
  const date = DATES.map((name) => readDate(meta.get(name))).find(Boolean) ?? readDate(time);
  const clean = (words: string | undefined) => oneLine(words ?? '') || null;
  return {
    title: clean(meta.get('og:title')) ?? clean(withoutTags(text.title)) ?? clean(text.h1),
    publishedAt: date ? new Date(date) : null,
    language: language ?? languageTag(meta.get('og:locale')),
    address: canonical ?? meta.get('og:url') ?? inBrowser,
    description: clean(meta.get('description') ?? meta.get('og:description')),
  };
}

/** A campaign that was never sent has Mailchimp's merge tags in its title. */
const withoutTags = (title: string) => title.replaceAll(/\*\|[^|]{0,80}\|\*/g, '');
