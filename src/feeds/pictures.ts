import type { Picture } from '../articles/incoming.ts';
import { oneLine } from '../text/one-line.ts';
import { cutAtWord, type PlacedImage, readHtml } from '../text/plain-text.ts';
import { absoluteAddress } from './parse/addresses.ts';
import { type Element, firstText, textOf } from './parse/xml.ts';

// Counters, share buttons and spacers are no pictures of a story.
const NO_PICTURE =
  /feedburner\.com|feedsportal|\/~ff\/|doubleclick|pixel\.wp\.com|stats\.wordpress|gravatar\.com|\/smilies\/|s\.w\.org\/images\/core\/emoji|[/_-](1x1|pixel|spacer|blank|tracker|counter)[._-]|utm\.gif|b\.gif\b/i;
const SMALLEST = 50;

const line = (text: string | null | undefined, limit = 250) => {
  const clean = text ? readHtml(text).text : '';
  return clean ? cutAtWord(oneLine(clean), limit) : null;
};

const number = (value: string | undefined) => Number.parseInt(value ?? '', 10);

/** What may be an entry's picture: an address, relative to `base`, and what is said of it. */
interface Candidate {
  address: string | undefined;
  base: string | null;
  alt: string | null | undefined;
  credit: string | null | undefined;
}

/** The first candidate that has an address of the web and is no counter or button. */
function firstPicture(candidates: Iterable<Candidate>): Picture | null {
  for (const { address, base, alt, credit } of candidates) {
    const url = absoluteAddress(address, base);
    if (url && !NO_PICTURE.test(url)) return { url, alt: line(alt), credit: line(credit, 200) };
  }
  return null;
}

/** All elements of that name at or below media:group, where Media RSS lets alternatives share a parent. */
function below(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => {
    if (typeof child === 'string') return [];
    if (child.name === name) return [child];
    return child.name === 'media:group' || child.name === 'media:content' ? below(child, name) : [];
  });
}

const isImage = ({ attributes: { type = '', medium, url = '', href = '' } }: Element) =>
  medium === 'image' ||
  type.toLowerCase().startsWith('image/') ||
  (!medium && !type && /\.(jpe?g|png|webp|gif|avif)(\?|$)/i.test(url || href));

const isEmpty = ({ attributes: { filesize, length } }: Element) =>
  [filesize, length].some((size) => size?.trim() === '0');

const tooSmall = ({ width, height }: { width: number; height: number }) =>
  width < SMALLEST || height < SMALLEST;

const isLarge = ({ attributes: { width, height } }: Element) =>
  !tooSmall({ width: number(width), height: number(height) });

/** Of several sizes the largest first; without sizes in their order. */
const byWidth = (elements: Element[]) =>
  elements
    .filter(isLarge)
    .toSorted(
      (a, b) => (number(b.attributes['width']) || 0) - (number(a.attributes['width']) || 0),
    );

const inContent = (images: PlacedImage[], base: string | null): Candidate[] =>
  images
    .filter((image) => !tooSmall(image))
    .map(({ source, alt, caption }) => ({ address: source, base, alt, credit: caption }));

/** The first image of the content that is a picture, with its caption as credit. */
export const pictureInContent = (images: PlacedImage[], base: string | null): Picture | null =>
  firstPicture(inContent(images, base));

/**
 * The picture of an entry, from wherever its dialect keeps one: Media RSS, enclosures, iTunes, an image
 * element, the first image of the content, a thumbnail. `data:` addresses and files said to be empty are passed over.
 */
export function pictureOf(
  entry: Element,
  base: string | null,
  images: PlacedImage[],
  contentBase: string | null,
): Picture | null {
  /** What Media RSS says of the element, else of the entry. */
  const said = (name: string, element?: Element) =>
    (element && firstText(element, name)) ||
    below(entry, name)
      .slice(0, 1)
      .map((found) => textOf(found).trim())[0] ||
    null;
  const described = (element?: Element) =>
    said('media:description', element) ?? said('media:title', element);

  const children = entry.children.filter((child): child is Element => typeof child !== 'string');
  const isEnclosure = ({ name, attributes: { rel } }: Element) =>
    name === 'enclosure' || (name === 'link' && rel === 'enclosure');
  const enclosed = children.filter(
    (child) => isEnclosure(child) && isImage(child) && !isEmpty(child),
  );
  const covers = children.filter(({ name }) => name === 'itunes:image' || name === 'image');
  const media = below(entry, 'media:content').filter(
    (element) => isImage(element) && !isEmpty(element),
  );
  return firstPicture([
    ...byWidth(media).map((element) => ({
      address: element.attributes['url'],
      base,
      alt: described(element),
      credit: said('media:credit', element) ?? said('media:copyright', element),
    })),
    ...[...enclosed, ...covers].map((element) => ({
      address:
        element.attributes['url'] ??
        element.attributes['href'] ??
        firstText(element, 'url') ??
        textOf(element).trim(),
      base,
      alt: element.attributes['title'] ?? said('media:description'),
      credit: said('media:credit'),
    })),
    ...inContent(images, contentBase),
    ...byWidth(below(entry, 'media:thumbnail')).map((element) => ({
      address: element.attributes['url'],
      base,
      alt: described(),
      credit: said('media:credit'),
    })),
  ]);
}
