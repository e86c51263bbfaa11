import type { IncomingHttpHeaders } from 'node:http';
import { Parser } from 'htmlparser2';
import { canonicalAddress } from '../../articles/canonical-address.ts';
import type { Picture } from '../../articles/incoming.ts';
import { languageTag } from '../../text/language-tag.ts';
import { oneLine } from '../../text/one-line.ts';
import { cutAtWord } from '../../text/plain-text.ts';
import { type HeaderLink, linksIn } from '../http/links.ts';
import { absoluteAddress } from './addresses.ts';

const MOST_LINKS = 200;

/** What an article's page says of itself. */
export type ArticlePage = {
  /** The picture it gives to those who link to it (Open Graph, else Twitter's), from its source. */
  picture: Picture | null;
  /** Its own address, in the form of `canonicalAddress`: rel=canonical, else where it was found. */
  address: string | null;
  /** The same story in other languages (hreflang), in that form. */
  translations: string[];
};

/** Reads a page found at `url`. HTTP's Link headers count like the links of its head, and before them. */
export function readPage(html: string, url: string, headers: IncomingHttpHeaders): ArticlePage {
  const said = new Map<string, string>();
  const links: HeaderLink[] = linksIn(headers);
  let base = url;
  let inHead = true;
  const parser = new Parser({
    onopentag(name, attributes) {
      const { property, name: called, content, rel, href, hreflang } = attributes;
      const key = (property ?? called)?.toLowerCase();
      if (name === 'meta' && key && content && !said.has(key)) said.set(key, content);
      // what readers wrote under an article speaks for nobody
      if (name === 'body') inHead = false;
      if (!inHead || !href) return;
      if (name === 'base') base = absoluteAddress(href, url) ?? url;
      if (name === 'link' && rel && links.length < MOST_LINKS)
        links.push({ address: href, relations: rel.toLowerCase().split(/\s+/), hreflang });
    },
  });
  parser.end(html);

  const comparable = (address: string) => {
    const absolute = absoluteAddress(address, base);
    return absolute ? storyAddress(absolute) : null;
  };
  const canonical = links.find(({ relations }) => relations.includes('canonical'));
  return {
    picture: pictureIn(said, url),
    address: (canonical && comparable(canonical.address)) ?? storyAddress(url),
    translations: links.flatMap(({ address, relations, hreflang }) =>
      relations.includes('alternate') && languageTag(hreflang) ? (comparable(address) ?? []) : [],
    ),
  };
}

/** Null for the front of a site: pages that name it as their own address say nothing. */
function storyAddress(url: string): string | null {
  const address = canonicalAddress(url);
  return address.indexOf('/', 'https://'.length) < 0 && !address.includes('?') ? null : address;
}

function pictureIn(said: Map<string, string>, url: string): Picture | null {
  const first = (...keys: string[]) => keys.map((key) => said.get(key)).find(Boolean);
  const image = absoluteAddress(
    first('og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image', 'twitter:image:src'),
    url,
  );
  const alt = first('og:image:alt', 'twitter:image:alt');
  return image
    ? { url: image, alt: alt ? cutAtWord(oneLine(alt), 250) : null, credit: null }
    : null;
}
