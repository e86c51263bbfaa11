import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { baseLanguage } from '../../../editions/content.ts';
import { type Translate, translator } from '../../../locales/index.ts';
import { leaveMessage, wordsFor } from '../pages.ts';
import { same } from './form.ts';
import { inOrder } from './list.ts';
import { type Shown, showWindow } from './page.ts';
import { type EditorWindow, openWindow, type PostedWindow } from './window.ts';

/** After something that is done by now: back to what is saved, or on with what is not saved yet. */
export async function returnToWindow(
  context: Context,
  req: Request,
  res: Response,
  before: PostedWindow,
  { message, to }: { message: { good: boolean; text: string }; to?: string },
) {
  const { base, mine, fields, articles, slugs } = before;
  if (same(mine, base)) {
    await req.session?.keep({ editorMessage: message });
    return res.redirect(303, addressOf(before));
  }
  const window = await openWindow(context.db, before.id, [...articles.keys()]);
  // Joined or separated stories stand otherwise in what is saved, too: that is no change by others.
  const stale = !same(base, before.saved);
  // What a joining removed is gone from the list, what its undoing brought back is in it again.
  const had = new Set([...before.saved.places, ...mine.places].map((place) => place.id));
  const places = [
    ...mine.places.filter((place) => window.articles.has(place.id)),
    ...window.saved.places.filter((place) => !had.has(place.id)),
  ];
  const form = { ...mine, places: inOrder(places, window.articles, slugs) };
  const now = { ...before, ...window, fields, base: stale ? base : window.saved };
  return showPosted(context, req, res, now, { form, message, ...(to === undefined ? {} : { to }) });
}

/** Shows the window with what is not saved yet. */
export function showPosted(
  context: Context,
  req: Request,
  res: Response,
  window: PostedWindow,
  more: Partial<Shown>,
) {
  return showWindow(context, req, res, window, { ...shownOf(window), ...more });
}

/** A posted window as it came. */
export const shownOf = (window: PostedWindow): Shown => ({
  form: window.mine,
  base: window.base,
  opened: new Date(z.iso.datetime().safeParse(window.fields.one('opened')).data ?? 0),
  look: lookIn(window),
  search: window.fields.one('search').slice(0, 100),
  to: window.fields.one('to').slice(0, 2000),
});

/** Redirects to the page of an edition that can no longer be changed. */
export async function redirectToEdition(req: Request, res: Response, { id }: EditorWindow) {
  await leaveMessage(req, 'done.refused', false, { reason: sayFor(req, res)('done.over') });
  return res.redirect(303, `/console/editions/${id}`);
}

const text = z.string().max(2000).catch('');

/** Whose message the previews show: as an address says it, or a posted window. */
export const lookOf = (query: Request['query']) => ({
  language: text.parse(query['language']),
  sections: text.parse(query['sections']),
  format: text.parse(query['format']),
});

export function lookIn({ fields, newsletter }: PostedWindow) {
  const language = fields.one('look-language').slice(0, 35);
  // Empty is the newsletter's, which needs no mention in an address.
  const own = language === baseLanguage(newsletter.language);
  return {
    language: own ? '' : language,
    sections: fields.one('look-sections').slice(0, 2000),
    format: fields.one('look-format').slice(0, 20),
  };
}

export const addressOf = (window: PostedWindow) => {
  const look = Object.entries(lookIn(window)).filter(([, value]) => value !== '');
  const query = look.length > 0 ? `?${new URLSearchParams(look).toString()}` : '';
  return `/console/editions/${window.id}/edit${query}`;
};

export const sayFor = (req: Request, res: Response): Translate =>
  translator(wordsFor(req, res).language, 'editor');
