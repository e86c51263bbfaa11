import type { Request, Response } from 'express';
import { directionOf } from '../../../../emails/language.ts';
import {
  closestLanguage,
  languageFor,
  languages,
  type Translate,
  translator,
} from '../../../locales/index.ts';
import { openTemplates } from '../../templates.ts';
import type { Masthead } from './masthead.ts';
import { themeAddress } from './theme.ts';

/** One page for a reader: a view, and what it shows. */
export interface Page {
  view: string;
  title: string;
  language: string;
  status?: number;
  /** Where the page is found in another language; `?lang=` is added. Null: it is not offered. */
  here?: string | null;
  /** The slug of the newsletter whose colour the page has; else the one that its address names. */
  newsletter?: string;
  data?: Record<string, unknown>;
}

/** Shows pages in the newsroom's dress. */
export type Show = (req: Request, res: Response, page: Page) => Promise<void>;

export function openPages(masthead: () => Promise<Masthead>, publicPath: string): Show {
  const templates = openTemplates('reader', publicPath);
  return async (req, res, page) => {
    const { view, title, language, status = 200, here = null, data = {} } = page;
    const head = await masthead();
    const { newsroom, newsletters, closed } = head;
    const theme = themeAddress(head, page.newsletter ?? req.query.newsletter);
    const t = words(language);
    const html = templates.render(view, {
      t,
      title,
      language,
      direction: directionOf(language),
      newsroom,
      theme,
      hasArchive: newsletters.length + closed.length > 0,
      languages: languages.map((code) => ({
        code,
        name: words(code)('languageName'),
        href: here === null ? null : withLanguage(here, code),
      })),
      ...data,
    });
    res
      .status(status)
      .set('Content-Language', language)
      .vary('Accept-Language')
      .type('html')
      .send(html);
  };
}

/**
 * The language a reader is shown: what they chose (`lang` of the query or the form), else what we know of
 * them, else what their browser asks for.
 */
export function languageOf(req: Request, known?: string | null): string {
  const body: unknown = req.body;
  const chosen =
    req.query.lang ??
    (typeof body === 'object' && body !== null && 'lang' in body ? body.lang : '');
  if (typeof chosen === 'string' && languages.includes(chosen)) return chosen;
  // who reads a language without pages has a browser that may ask for one with them
  return languageFor(known ?? '') ?? closestLanguage(req.acceptsLanguages([...languages]) || 'en');
}

/** The words of a reader's pages in one language. */
export function words(language: string): Translate {
  const known = translators.get(language);
  if (known) return known;
  const made = translator(language, 'pages');
  translators.set(language, made);
  return made;
}
const translators = new Map<string, Translate>();

/** The same page in each of these languages, for search engines; of one language alone nothing is said. */
export const alternatesOf = (canonical: string, codes: readonly string[]) =>
  codes.length < 2
    ? []
    : [
        ...codes.map((code) => ({ code, href: withLanguage(canonical, code) })),
        { code: 'x-default', href: canonical },
      ];

/** The address of a page that there is in these languages: each language has its own, and search engines choose. */
export function canonicalOf(req: Request, url: string, codes: readonly string[]): string {
  const chosen = req.query.lang;
  const isOne = codes.length > 1 && typeof chosen === 'string' && codes.includes(chosen);
  return isOne ? withLanguage(url, chosen) : url;
}

function withLanguage(path: string, language: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}lang=${language}`;
}
