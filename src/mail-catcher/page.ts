import { join } from 'node:path';
import { Eta } from 'eta';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { closestLanguage, languages, translator } from '../locales/index.ts';
import { refuseForeignHosts } from './foreign-hosts.ts';
import type { Letterbox } from './letterbox.ts';

const PER_PAGE = 50;
const views = new Eta({ views: join(import.meta.dirname, 'views'), cache: true });

/** Our own pages: nothing from elsewhere, no inline script or style. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
  "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** A stranger's HTML, also when opened outside of its frame: no script, no form, an origin of its
 * own. Its links open in a new tab, else nobody could press "confirm" in a mail. */
const BODY_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; " +
  "style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'";

/** The mailbox's page and its JSON, for programs on this machine. */
export function createPage(letterbox: Letterbox): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(refuseForeignHosts);
  app.use((_request, response, next) => {
    response.set({
      'Content-Security-Policy': PAGE_POLICY,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    next();
  });
  for (const file of ['mailbox.css', 'mailbox.js', 'favicon.svg']) {
    app.get(`/${file}`, (_request, response) => {
      response.sendFile(file, { root: join(import.meta.dirname, 'views'), cacheControl: false });
    });
  }

  app.get('/', async (request, response) => {
    const to = text(request.query['to']);
    const page = Math.max(1, Number.parseInt(text(request.query['page']), 10) || 1);
    const found = letterbox.list({ to });
    const messages = await letterbox.summarize(found.slice((page - 1) * PER_PAGE, page * PER_PAGE));
    const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
    render(request, response, 'list', {
      to,
      page,
      pages,
      found: found.length,
      messages,
      ...totals(),
    });
  });

  app.get('/messages/:id', async (request, response, next) => {
    const message = await letterbox.message(request.params.id);
    if (!message) return next();
    const asked = text(request.query['view']);
    const view = ['html', 'text', 'headers'].find((each) => each === asked);
    const shown = view ?? (message.html === undefined ? 'text' : 'html');
    render(request, response, 'message', { message, view: shown, ...totals() });
  });

  app.get('/messages/:id/html', async (request, response, next) => {
    const message = await letterbox.message(request.params.id);
    if (message?.html === undefined) return next();
    response.set({ 'Content-Security-Policy': BODY_POLICY });
    response.type('html').send(`<!doctype html><base target="_blank">${message.html}`);
  });

  app.get('/messages/:id/raw', async (request, response, next) => {
    const raw = await letterbox.raw(request.params.id);
    if (!raw) return next();
    response.attachment(`${request.params.id}.eml`).type('message/rfc822').send(raw);
  });

  app.get('/api/messages', async (request, response) => {
    const limit = Math.min(Number.parseInt(text(request.query['limit']), 10) || PER_PAGE, 1000);
    const after = text(request.query['after']);
    const found = letterbox
      .list({ to: text(request.query['to']) })
      .filter(({ id }) => after === '' || id < after);
    const data = await letterbox.summarize(found.slice(0, Math.max(1, limit)));
    const next = found.length > data.length ? (data.at(-1)?.id ?? null) : null;
    response.json({ data, next, received: letterbox.count() });
  });

  app.get('/api/messages/:id', async (request, response, next) => {
    const message = await letterbox.message(request.params.id);
    if (!message) return next();
    response.json(message);
  });

  app.use((request: Request, response: Response) => {
    const detail = 'There is no such message, or newer ones have replaced it.';
    response.status(404);
    if (request.path.startsWith('/api/')) {
      response.type('application/problem+json');
      response.send(
        JSON.stringify({ type: 'about:blank', title: 'Not found', status: 404, detail }),
      );
    } else {
      render(request, response, 'missing', totals());
    }
  });
  app.use((_error: Error, _request: Request, response: Response, _next: NextFunction) => {
    response.status(500).type('text').send('The mailbox could not read this message.');
  });
  return app;

  function totals() {
    return { received: letterbox.count(), keep: letterbox.keep };
  }
}

/** Renders a view in the language that the browser asks for. */
function render(request: Request, response: Response, view: string, data: object): void {
  const language = closestLanguage(request.acceptsLanguages([...languages]) || 'en');
  const t = translator(language, 'mailbox');
  response
    .vary('Accept-Language')
    .type('html')
    .send(views.render(view, { ...data, language, t }));
}

/** A query parameter may be absent, or be given several times. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
