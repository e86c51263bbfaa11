import { oneLine } from '../../src/text/one-line.ts';
import type { Picture } from '../content.ts';
import { safeUrl } from '../links.ts';
import { cutAtWord } from './subject.ts';

/** A picture by its address; null measures: a linked one, of which they are not known. */
export interface ShownPicture {
  url: string;
  width: number | null;
  height: number | null;
}

/** What is shown of an article's picture: as the lead, and beside it. */
export interface ShownPictures {
  lead: ShownPicture | null;
  thumbnail: ShownPicture | null;
  alt: string;
}

/** A picture in the place that a mail keeps for it. */
export interface PlacedPicture {
  url: string;
  alt: string;
  /** As shown, in CSS pixels: what is kept free until it is there, and where it is blocked. */
  width: number;
  height: number;
  /** Of a shape that is not known: cut to its place by the client. */
  cover: boolean;
}

const PLACES = {
  lead: { width: 600, height: 338 },
  thumbnail: { width: 132, height: 99 },
};

/** Our copies of a picture, or the linked one; null where there is none to show. */
export function picturesOf(picture: Picture | null): ShownPictures | null {
  if (!picture) return null;
  const { lead = null, thumbnail = null } = picture;
  const alt = oneLine(picture.alt);
  if (lead || thumbnail) return { lead, thumbnail, alt };
  const url = safeUrl(picture.url);
  const linked = url ? { url, width: null, height: null } : null;
  return linked && { lead: linked, thumbnail: linked, alt };
}

/** The one for a place in a mail. */
export function placed(
  pictures: ShownPictures | null,
  place: 'lead' | 'thumbnail',
): PlacedPicture | null {
  const shown = pictures?.[place];
  if (!shown) return null;
  const { width, height } = PLACES[place];
  const ratio = shown.width && shown.height ? shown.height / shown.width : null;
  return {
    url: shown.url,
    alt: pictures.alt,
    width,
    height: ratio === null ? height : Math.round(width * ratio),
    cover: ratio === null,
  };
}

/** A name on one line; empty for the newsroom's own, which its masthead says already. */
export function unlessNewsroom(name: string | null, newsroom: string, length: number): string {
  const said = oneLine(name ?? '');
  return bare(said) === bare(newsroom) ? '' : cutAtWord(said, length);
}

/** A name without what is written now so, now otherwise: capitals, hyphens, spaces. */
export const bare = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
