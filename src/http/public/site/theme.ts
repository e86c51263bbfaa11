import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { accentOf } from '../../../../emails/colour.ts';
import type { Masthead } from './masthead.ts';

type Dress = Pick<Masthead, 'newsroom' | 'newsletters' | 'closed'>;

/** The newsroom's or a newsletter's colours as a style sheet of their own: the pages' policy admits no style inside them. */
export function themeSheet(masthead: () => Promise<Masthead>): RequestHandler {
  return async (req, res) => {
    const sheet = sheetOf(colourOf(await masthead(), req.query.newsletter));
    res.type('css').set('Cache-Control', 'public, max-age=3600').send(sheet);
  };
}

/** Its address changes when the colours do. With a newsletter of its own colour, those of that one. */
export function themeAddress(dress: Dress, newsletter?: unknown): string {
  const colour = colourOf(dress, newsletter);
  const version = createHash('sha256').update(sheetOf(colour)).digest('hex').slice(0, 8);
  const own = colour === dress.newsroom.colour ? '' : `newsletter=${String(newsletter)}&`;
  return `/theme.css?${own}v=${version}`;
}

/** The colour of the newsletter with this slug, if it is public and has one, else the newsroom's. */
const colourOf = ({ newsroom, newsletters, closed }: Dress, slug: unknown): string | null =>
  [...newsletters, ...closed].find((one) => one.slug === slug)?.colour ?? newsroom.colour;

function sheetOf(colour: string | null): string {
  const accent = accentOf(colour);
  return `:root{--accent:light-dark(${accent.light},${accent.dark});--button:${accent.button};--on-button:${accent.onButton}}\n`;
}
