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

function picture(
  address: string | undefined,
  base: string | null,
  alt: string | null | undefined,
  credit: string | null | undefined,
): Picture | null {
  const url = absoluteAddress(address, base);
  if (!url || NO_PICTURE.test(url)) return null;
  return { url, alt: line(alt), credit: line(credit, 200) };
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

/** The first image of the content that is a picture, with its caption as credit. */
export function pictureInContent(images: PlacedImage[], base: string | null): Picture | null {
  for (const image of images) {
    if (tooSmall(image)) continue;
    const found = picture(image.source, base, image.alt, image.caption);
    if (found) return found;
  }
  return null;
}

/**
 * The picture of an entry, from wherever its dialect keeps one: Media RSS, enclosures, iTunes, an image
 * element, the first image of the content. `data:` addresses and files said to be empty are passed over.
 */
export function pictureOf(
  entry: Element,
  base: string | null,
  images: PlacedImage[],
  contentBase: string | null,
): Picture | null {
  const group = below(entry, 'media:content').filter((media) => isImage(media) && !isEmpty(media));
  // Of several sizes the largest; without sizes the first.
  const media = group
    .filter(
      ({ attributes: { width, height } }) =>
        !tooSmall({ width: number(width), height: number(height) }),
    )
    .toSorted(
      (a, b) => (number(b.attributes['width']) || 0) - (number(a.attributes['width']) || 0),
    );
  const said = (element: Element | undefined, ...names: string[]) =>
    (element && firstText(element, ...names)) ||
    names.map((name) => below(entry, name)[0]).map((found) => found && textOf(found).trim())[0] ||
    null;
  for (const element of media) {
    const found = picture(
      element.attributes['url'],
      base,
      said(element, 'media:description') ?? said(element, 'media:title'),
      said(element, 'media:credit') ?? said(element, 'media:copyright'),
    );
    if (found) return found;
  }
  const others = entry.children.filter((child): child is Element => typeof child !== 'string');
  const enclosed = others.filter(
    (child) =>
      (child.name === 'enclosure' ||
        (child.name === 'link' && child.attributes['rel'] === 'enclosure')) &&
      isImage(child) &&
      !isEmpty(child),
  );
  const thumbnails = below(entry, 'media:thumbnail').filter(
    ({ attributes: { width, height } }) =>
      !tooSmall({ width: number(width), height: number(height) }),
  );
  const covers = others.filter((child) => child.name === 'itunes:image' || child.name === 'image');
  const largest = thumbnails.toSorted(
    (a, b) => (number(b.attributes['width']) || 0) - (number(a.attributes['width']) || 0),
  );
  for (const element of [...enclosed, ...covers]) {
    const found = picture(
      element.attributes['url'] ??
        element.attributes['href'] ??
        firstText(element, 'url') ??
        textOf(element).trim(),
      base,
      element.attributes['title'] ?? said(undefined, 'media:description'),
      said(undefined, 'media:credit'),
    );
    if (found) return found;
  }
  const inContent = pictureInContent(images, contentBase);
  if (inContent) return inContent;
  for (const element of largest) {
    const found = picture(
      element.attributes['url'],
      base,
      said(undefined, 'media:description') ?? said(undefined, 'media:title'),
      said(undefined, 'media:credit'),
    );
    if (found) return found;
  }
  return null;
}
