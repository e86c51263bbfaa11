import { type Response, Router } from 'express';
import { z } from 'zod';
import { escapeHtml } from '../../../../emails/escape.ts';
import { RenderError } from '../../../../emails/render/renderer.ts';
import { type PreviewFormat, previewEdition } from '../../../actions/preview.ts';
import type { Context } from '../../../context.ts';
import { getEdition } from '../../../editions/editions.ts';
import { NothingNew } from '../../../editions/errors.ts';
import type { ReaderChoice } from '../../../editions/variant.ts';
import { translator } from '../../../locales/index.ts';
import { formatSchema } from '../../../subscribers/choices.ts';
import { requireRoleIn } from '../../middleware/roles.ts';
import { wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import { idOf } from './window.ts';

/** The ways in which readers see one message. */
export const looks = ['phone', 'desktop', 'dark', 'darkDesktop', 'bare', 'text'] as const;
export type Look = (typeof looks)[number];

const asked = z.object({
  look: z.enum(looks).catch('desktop'),
  language: z.string().max(35).catch(''),
  sections: z.string().max(2000).catch(''),
  format: z.string().catch(''),
});

/** Whose message is shown, as forms and addresses carry it; empty: the newsletter's language, all sections, all of it. */
export const choiceOf = ({ language, sections, format }: Whose): ReaderChoice => ({
  language: language || null,
  sections: sections ? sections.split(',') : null,
  format: formatSchema.catch('full').parse(format),
});

/** Which reader a preview is for. */
export type Whose = Record<'language' | 'sections' | 'format', string>;

/** The previews, each a page of its own that can run nothing, for the frames of the editor's window. */
export function frameRoutes(context: Context): Router {
  const router = Router();
  const { ofEdition } = reachIn(context.db);
  const render = sharedRenders(context);
  router.get('/editions/:id/edit/look', requireRoleIn('viewer', ofEdition), async (req, res) => {
    const { look, ...whose } = asked.parse(req.query);
    const format = look === 'text' ? 'text' : 'html';
    const say = translator(wordsFor(req, res).language, 'editor');
    try {
      const choice = choiceOf(whose);
      const body = await render(idOf(req), format, choice);
      sendFrame(res, look, look === 'text' ? body.toString() : inColours(body.toString(), look));
    } catch (error) {
      if (error instanceof NothingNew) sendFrame(res, look, notice(look, say('look.nothing')));
      else if (error instanceof RenderError)
        sendFrame(res, look, notice(look, say('look.failed', { reason: error.message })));
      else throw error;
    }
  });
  return router;
}

/** Five of the looks are one html: frames that ask at the same time share what is being made. */
function sharedRenders(context: Context) {
  const making = new Map<string, Promise<Buffer>>();
  return async (id: string, format: PreviewFormat, choice: ReaderChoice): Promise<Buffer> => {
    const edition = await getEdition(context.db, id);
    const saved = { touchedAt: edition?.touchedAt, revision: edition?.revision };
    const key = JSON.stringify([id, format, choice, saved]);
    const shared = making.get(key);
    if (shared) return shared;
    const made = previewEdition(context, id, format, choice).then(({ body }) => body);
    making.set(key, made);
    try {
      return await made;
    } finally {
      making.delete(key);
    }
  };
}

/**
 * A message as a client in light or dark shows it, whatever the editor's own screen is set to: frames
 * cannot be told which of the two they are in.
 */
export function inColours(html: string, look: Look): string {
  const dark = look === 'dark' || look === 'darkDesktop';
  return html
    .replaceAll(
      /@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)/g,
      `@media ${dark ? 'all' : 'not all'}`,
    )
    .replaceAll('color-scheme:light dark', `color-scheme:${dark ? 'dark' : 'light'}`)
    .replaceAll(
      /(name="(?:supported-)?color-schemes?" content=")light dark"/g,
      `$1${dark ? 'dark' : 'light'}"`,
    );
}

export const notice = (look: Look, words: string) =>
  look === 'text'
    ? words
    : `<!doctype html><meta charset="utf-8"><title>–</title><p style="font:16px/1.5 system-ui,sans-serif;padding:24px">${escapeHtml(words)}</p>`;

function sendFrame(res: Response, look: Look, body: string): void {
  // The window writes into the frames what is typed in it: hence same-origin. No script runs in them.
  // A client that loads no images shows their alt texts: so does a page that may load none.
  const images = look === 'bare' ? "'none'" : 'http: https: data:';
  res
    .set(
      'Content-Security-Policy',
      `sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src ${images}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
    )
    .set('X-Frame-Options', 'SAMEORIGIN')
    .set('Referrer-Policy', 'no-referrer')
    .type(look === 'text' ? 'text/plain; charset=utf-8' : 'html')
    .send(body);
}
