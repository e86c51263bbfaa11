import { decodeHTMLStrict } from 'entities/decode';
import { Parser } from 'htmlparser2';
import { EndOfReading, parse } from '../../text/bounded-parse.ts';

/** An element of a feed. `name` is lower case, its prefix the usual one of its namespace. */
export type Element = {
  name: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
};

// RSS in its versions and Atom are one vocabulary here: they mix them in the wild.
const PREFIXES: [RegExp, string][] = [
  [/^https?:\/\/(www\.)?w3\.org\/2005\/atom\/?$/i, ''],
  [/^https?:\/\/(www\.)?purl\.org\/atom\/ns/i, ''],
  [/^https?:\/\/(my\.netscape\.com|purl\.org\/rss\/1\.0\/?$|purl\.org\/net\/rss)/i, ''],
  [/^https?:\/\/(channel\.netscape\.com|backend\.userland\.com|blogs\.law\.harvard\.edu)/i, ''],
  [/^https?:\/\/(www\.)?w3\.org\/1999\/02\/22-rdf-syntax-ns/i, 'rdf'],
  [/^https?:\/\/(www\.)?purl\.org\/dc\/elements/i, 'dc'],
  [/^https?:\/\/(www\.)?purl\.org\/dc\/terms/i, 'dcterms'],
  [/^https?:\/\/(www\.)?purl\.org\/rss\/1\.0\/modules\/content/i, 'content'],
  [/^https?:\/\/search\.yahoo\.com\/mrss/i, 'media'],
  [/^https?:\/\/(www\.)?rssboard\.org\/media-rss/i, 'media'],
  [/^https?:\/\/www\.itunes\.com\/dtds/i, 'itunes'],
  [/^https?:\/\/rssnamespace\.org\/feedburner/i, 'feedburner'],
  [/^https?:\/\/(www\.)?w3\.org\/1999\/xhtml/i, 'xhtml'],
];

// What a publisher writes without declaring it.
const USUAL = new Map([
  ['atom', ''],
  ['atom10', ''],
  ['a10', ''],
  ['rss', ''],
  ['html', 'xhtml'],
]);

const MAX_DEPTH = 200;

// Open elements cost the parser the square of their number. No document that means well has so many.
const TOO_DEEP = 5000;

const prefixOf = (uri: string): string | undefined =>
  PREFIXES.find(([pattern]) => pattern.test(uri.trim()))?.[1];

/**
 * Reads XML, well formed or not, into a tree: an unknown end tag is passed over, a missing one
 * supplied, an unescaped ampersand kept. Nothing a DTD declares is expanded. No deeper than 200 levels:
 * what lies below counts as beside, and the document ends where 5,000 elements are open.
 */
export function readXml(text: string): Element {
  const root: Element = { name: '#document', attributes: {}, children: [] };
  const open: Element[] = [root];
  const scopes: Map<string, string>[] = [USUAL];
  let verbatim = false;

  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        if (open.length > TOO_DEEP) throw new EndOfReading();
        let scope = scopes.at(-1) ?? USUAL;
        for (const [key, value] of Object.entries(attributes)) {
          if (key !== 'xmlns' && !key.startsWith('xmlns:')) continue;
          if (scope === scopes.at(-1)) scope = new Map(scope);
          const prefix = key.slice(6);
          // An unknown default namespace is a slip, not another vocabulary.
          scope.set(prefix, prefixOf(value) ?? prefix);
        }
        const colon = tag.indexOf(':');
        const prefix = colon < 0 ? '' : tag.slice(0, colon);
        const usual = scope.get(prefix) ?? prefix;
        const local = tag.slice(colon + 1);
        const element: Element = {
          name: usual ? `${usual}:${local}` : local,
          attributes: Object.fromEntries(
            Object.entries(attributes).map(([key, value]) => [key, decodeHTMLStrict(value)]),
          ),
          children: [],
        };
        open.at(Math.min(open.length, MAX_DEPTH) - 1)?.children.push(element);
        open.push(element);
        scopes.push(scope);
      },
      onclosetag() {
        open.pop();
        scopes.pop();
      },
      oncdatastart() {
        verbatim = true;
      },
      oncdataend() {
        verbatim = false;
      },
      ontext(data) {
        open
          .at(Math.min(open.length, MAX_DEPTH) - 1)
          ?.children.push(verbatim ? data : decodeHTMLStrict(data));
      },
    },
    { xmlMode: true, decodeEntities: false, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  parse(parser, text);
  return root;
}

/** The text of an element and all below it. */
export function textOf(element: Element): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : textOf(child)))
    .join('');
}

export function childrenOf(element: Element, name: string): Element[] {
  return element.children.filter(
    (child): child is Element => typeof child !== 'string' && child.name === name,
  );
}

/** The first child of that name whose text is not blank, trimmed; the names in order of preference. */
export function firstText(element: Element, ...names: string[]): string | null {
  for (const name of names)
    for (const child of childrenOf(element, name)) {
      const text = textOf(child).trim();
      if (text) return text;
    }
  return null;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The content of an element as HTML source: `literal` text is escaped, else it already is source. */
export function innerHtml(element: Element, literal: boolean): string {
  return element.children
    .map((child) => {
      if (typeof child === 'string') return literal ? escaped(child) : child;
      const tag = child.name.replace(/^.*:/, '');
      const attributes = Object.entries(child.attributes)
        .map(([key, value]) => ` ${key}="${escaped(value)}"`)
        .join('');
      return `<${tag}${attributes}>${innerHtml(child, literal)}</${tag}>`;
    })
    .join('');
}
