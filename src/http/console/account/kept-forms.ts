import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Context } from '../../../context.ts';
import { forgetForm, type KeptForm, keepForm, keptForm } from '../../../operators/kept-forms.ts';
import { readId } from '../../../text/id.ts';
import { requireScopedRole } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { openAskedPage } from './asked-page.ts';
import { cookieOf } from './cookies.ts';

const DAYS = 30;

/** Forms that hold what somebody wrote. Nothing that is a press alone is kept, and nothing with a password in it. */
const written = /^\/(editions\/(new|\d+\/edit)|newsletters(\/.*)?|settings\/newsroom)$/;

/** What is kept of a request: of whatever is pressed in an editor's window, the window as it stood. */
function formOf({ path, body }: Request): KeptForm | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const window = /^(\/editions\/\d+\/edit)\/\w+$/.exec(path)?.[1];
  if (window && typeof body.base === 'string')
    return { address: `/console${window}`, fields: { ...body, do: 'look' } };
  return written.test(path) ? { address: `/console${path}`, fields: body } : undefined;
}

/**
 * Keeps what an operator sends when their session has ended, until they have signed in again. A signed cookie says whose
 * browser it is, so that nobody else's request writes anything.
 */
export interface KeptForms {
  /** Answers a request of nobody: with the sign-in page, and what was written is kept. */
  toSignIn: RequestHandler;
  /** For who is signed in: marks their browser, and brings what is kept for them before them. */
  routes: Router;
}

export function openKeptForms(context: Context): KeptForms {
  const { db, log, config, secrets } = context;
  const asked = openAskedPage(config);
  const cookie = cookieOf(config, 'gaceta-writer', DAYS * 86_400_000);
  const mark = (secret: string, operator: string) =>
    createHmac('sha256', secret).update(`writer:${operator}`).digest('base64url');

  function writerOf(req: Request): string | undefined {
    const [id = '', given = ''] = (cookie.read(req) ?? '').split('.');
    if (!readId(id)) return undefined;
    const genuine = secrets.some((secret) => {
      const [a, b] = [Buffer.from(mark(secret, id)), Buffer.from(given)];
      return a.length === b.length && timingSafeEqual(a, b);
    });
    return genuine ? id : undefined;
  }

  const toSignIn: RequestHandler = async (req, res) => {
    if (req.method === 'GET') {
      asked.keep(req, res);
      return res.redirect(303, '/console/sign-in');
    }
    asked.forget(req, res);
    const writer = writerOf(req);
    const form = formOf(req);
    if (writer === undefined || !form) return res.redirect(303, '/console/sign-in?expired');
    await keepForm(db, writer, form);
    return res.redirect(303, '/console/sign-in?kept');
  };

  const routes = Router();
  routes.use(async (req, res, next) => {
    const { id } = res.locals.operator;
    if (req.method === 'GET') {
      if (writerOf(req) !== id) cookie.write(res, `${id}.${mark(secrets[0] ?? '', id)}`);
      // where a sign-in leads
      if (req.path === '/' && (await keptForm(db, id))) return res.redirect(303, '/console/kept');
    } else if (written.test(req.path)) forgetAfter(req, res, id);
    return next();
  });

  /** Sent again from the page that keeps it, or from the one where it was written, it need not be kept. */
  function forgetAfter(req: Request, res: Response, operator: string): void {
    const address = `/console${req.path}`;
    res.once('finish', () => {
      if (res.statusCode >= 500 || res.statusCode === 403) return;
      forgetForm(db, operator, address).catch((err) =>
        log.warn({ err }, 'a kept form is shown again'),
      );
    });
  }

  routes.get('/kept', requireScopedRole('viewer'), async (req, res) => {
    const kept = await keptForm(db, res.locals.operator.id);
    if (!kept) return res.redirect(303, '/console');
    const { t } = wordsFor(req, res);
    return showPage(context, req, res, {
      view: 'account/kept.eta',
      title: t('account.kept.title'),
      data: {
        address: kept.address,
        fields: Object.entries(kept.fields).flatMap(([name, values]) =>
          [values].flat().map((value) => ({ name, value })),
        ),
      },
    });
  });

  routes.post('/kept/discard', requireScopedRole('viewer'), async (req, res) => {
    await forgetForm(db, res.locals.operator.id);
    await leaveMessage(req, 'account.kept.discarded', true);
    return res.redirect(303, '/console');
  });
  return { toSignIn, routes };
}
