import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { accentOf } from '../../../../emails/colour.ts';
import type { Newsroom } from '../../../newsletters/newsroom.ts';
import type { Masthead } from './masthead.ts';

/** The newsroom's colours as a style sheet of their own: the pages' policy admits no style inside them. */
export function themeSheet(masthead: () => Promise<Masthead>): RequestHandler {
  return async (_req, res) => {
    const { newsroom } = await masthead();
    res.type('css').set('Cache-Control', 'public, max-age=3600').send(sheetOf(newsroom));
  };
}

/** Its address changes when the colours do. */
export function themeAddress(newsroom: Newsroom): string {
  return `/theme.css?v=${createHash('sha256').update(sheetOf(newsroom)).digest('hex').slice(0, 8)}`;
}

function sheetOf(newsroom: Newsroom): string {
  const accent = accentOf(newsroom.colour);
  return `:root{--accent:light-dark(${accent.light},${accent.dark});--button:${accent.button};--on-button:${accent.onButton}}\n`;
}
