import { Parser } from 'htmlparser2';
import { EndOfReading, parse } from './bounded-parse.ts';
import { lettersOf } from './formats.ts';
import { imageSource } from './image-source.ts';
import { oneLine } from './one-line.ts';
import { escapeUnclosed, type TagKind } from './unclosed-tags.ts';

const SILENT = new Set(
  'script style head title template noscript iframe object embed svg math video audio canvas select textarea button figcaption'.split(
    ' ',
  ),
);

const BLOCK = new Set(
  'address article aside blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);

const INLINE = new Set(
  'a abbr acronym b bdi bdo big center cite code del dfn em font i img ins kbd label mark mn mi mo mrow msub msup q rp rt ruby s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);

// Elements that have no end tag, or may do without.
const SINGLE = new Set(
  'area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot'.split(
    ' ',
  ),
);

// Elements that HTML knows besides: where a text is cut off, their end tags may be missing.
const OTHER = new Set(
  'html body picture details summary fieldset form legend dialog hgroup search data slot menu dir caption colgroup optgroup option output meter progress map datalist nobr font frame frameset marquee basefont applet center'.split(
    ' ',
  ),
);

export type PlacedImage = {
  source: string;
  alt: string | null;
  caption: string | null;
  width: number;
  height: number;
};

// The first 200,000 characters hold any standfirst and any lead picture.
const READ_AT_MOST = 200_000;
const TOO_DEEP = 1000;

/**
 * What HTML says to a reader: its text with white space collapsed, and its images in order. Scripts,
 * styles, embedded documents and captions are not part of the text; where one of them is never closed its tag is a word.
 */
export function readHtml(html: string): { text: string; images: PlacedImage[] } {
  const images: PlacedImage[] = [];
  let text = '';
  let caption = '';
  let silent = 0;
  let inCaption = false;
  let depth = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (++depth > TOO_DEEP) throw new EndOfReading();
      if (SILENT.has(name)) silent++;
      if (name === 'figcaption') {
        inCaption = true;
        caption = '';
      }
      if (BLOCK.has(name)) text += ' ';
      const source = name === 'img' && imageSource(attributes);
      if (source)
        images.push({
          source,
          alt: oneLine(attributes['alt'] ?? '') || null,
          caption: null,
          width: Number.parseInt(attributes['width'] ?? '', 10),
          height: Number.parseInt(attributes['height'] ?? '', 10),
        });
    },
    onclosetag(name) {
      depth--;
      if (SILENT.has(name)) silent--;
      if (name === 'figcaption') {
        inCaption = false;
        const image = images.at(-1);
        if (image) image.caption = oneLine(caption) || null;
      }
      if (BLOCK.has(name)) text += ' ';
    },
    ontext(data) {
      if (silent === 0) text += data;
      else if (inCaption) caption += data;
    },
  });
  parse(parser, escapeUnclosed(html, kindInContent).slice(0, READ_AT_MOST));
  return { text: oneLine(text), images };
}

// Of what is no part of the text, or no element at all (`Vec<T>`), only a whole one is markup; the rest is as its author
// wrote it. Names with a prefix or a hyphen are some program's own (`<o:p>`, `<amp-img>`).
function kindInContent(name: string): TagKind {
  if (SINGLE.has(name) || /[:-]/.test(name)) return 'single';
  return BLOCK.has(name) || INLINE.has(name) || OTHER.has(name) ? 'single' : 'paired';
}

function kindInHeadline(name: string): TagKind {
  if (!SILENT.has(name) && !BLOCK.has(name) && !INLINE.has(name)) return 'words';
  return SINGLE.has(name) ? 'single' : 'paired';
}

/**
 * The words of a headline that may be HTML source or may be plain: elements that HTML knows go, with all
 * of a script; what only looks like a tag (`List<String>`, `a < b`) stays, and so does a tag that is spoken of
 * ("A guide to <head>"), which has no end tag. Entities are decoded once.
 */
export function headline(source: string): string {
  return readHtml(escapeUnclosed(source, kindInHeadline)).text;
}

/** Cuts at the last word that fits into `limit` characters, the ellipsis included. */
export function cutAtWord(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const room = text.slice(0, limit - 1);
  // A cut inside a word goes back to the space before it, unless the script has no spaces.
  const space = /\s/.test(text.charAt(limit - 1)) ? room.length : room.search(/\s\S*$/);
  if (space > limit / 2) return `${room.slice(0, space).replace(/[\s,;:–—-]+$/u, '')}…`;
  let end = 0;
  for (const { index, segment } of lettersOf(text.slice(0, limit + 40))) {
    if (index + segment.length > limit - 1) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}…`;
}

// What blog software adds below every text, not the story's words.
const TRAILERS = [
  /\s*The post .{1,400} (first )?appeared (first )?on .{1,200}$/,
  /\s*(La entrada|El cargo) .{1,400} (apareció|se publicó) primero en .{1,200}$/,
  /\s*(Continue reading|Read more|Seguir leyendo|Leer más|Sigue leyendo|Weiterlesen|Lire la suite)\b.{0,200}$/i,
];

/** A standfirst of at most 300 characters from a text, null if there is nothing to say. */
export function standfirstFrom(text: string): string | null {
  const bare = TRAILERS.reduce((rest, trailer) => rest.replace(trailer, ''), text)
    .replace(/\s*(\[\s*(…|\.{3}|&hellip;)\s*\]|\(\.{3}\))\s*$/, '…')
    .trim();
  return bare ? cutAtWord(bare, 300) : null;
}
