import { oneLine } from '../../src/text/one-line.ts';
import type { Picture } from '../content.ts';
import { safeUrl } from '../links.ts';
import { cutAtWord } from './subject.ts';

/** A picture in the place that is kept for it. */
export interface PlacedPicture {
  url: string;
  alt: string;
  /** As shown, in CSS pixels: what is kept free until it is there, and where it is blocked. */
  width: number;
  height: number;
  /** Linked, of a shape that is not known: cut to its place by the client. */
  cover: boolean;
  /** Whom it is credited to, where that is not the newsroom itself. */
  credit: string | null;
}

const LEAD = { width: 600, height: 338 };
const THUMBNAIL = { width: 132, height: 99 };
const CREDIT_LENGTH = 60;

/** The picture of an article for one of its two places; null where there is none to show. */
export function pictureFor(
  place: 'lead' | 'thumbnail',
  picture: Picture | null,
  newsroom: string,
): PlacedPicture | null {
  if (!picture) return null;
  const copy = picture[place];
  const linked = !picture.lead && !picture.thumbnail;
  const url = safeUrl(copy?.url ?? (linked ? picture.url : null));
  if (!url) return null;
  const { width, height } = place === 'lead' ? LEAD : THUMBNAIL;
  return {
    url,
    alt: oneLine(picture.alt),
    width,
    height: copy ? Math.round((width * copy.height) / copy.width) : height,
    cover: !copy,
    credit: unlessNewsroom(picture.credit, newsroom, CREDIT_LENGTH),
  };
}

/** A name on one line; null for the newsroom's own, which its masthead says already. */
export function unlessNewsroom(
  name: string | null,
  newsroom: string,
  length: number,
): string | null {
  const said = oneLine(name ?? '');
  return said && bare(said) !== bare(newsroom) ? cutAtWord(said, length) : null;
}

const bare = (name: string) =>
  oneLine(name)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
