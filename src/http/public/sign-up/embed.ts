import { join } from 'node:path';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import type { Masthead } from '../site/masthead.ts';
import { languageOf, words } from '../site/page.ts';
import { pagePolicy } from '../site/security-headers.ts';
import { type FormTrouble, formView } from './form-view.ts';
import { originsOf } from './origins.ts';
import { openReceipts, textOf } from './receipt.ts';
import { noStore } from './sign-up.ts';
import { submitForm } from './submit.ts';

const script = join(import.meta.dirname, '../../assets/embed.js');

/**
 * The form for the foot of an article: `/embed` in a frame, which sites of the newsletters' origins may hold,
 * and `/embed.js`, which makes that frame and gives it its height.
 */
export function embedRoutes(shared: PublicContext): Router {
  const { context, show, masthead } = shared;
  const receipts = openReceipts(context);
  const router = Router();

  router.get('/embed.js', (_req, res) => {
    res.set('Cross-Origin-Resource-Policy', 'cross-origin');
    res.sendFile(script, { maxAge: '1h' });
  });

  router.use('/embed', framable(shared));
  router.get('/embed', async (req, res) => {
    if (req.query.sent === '1') return showSent(req, res);
    await showForm(req, res, 200, { body: receipts.open(req.query.to) ?? {} }, false);
  });

  router.post('/embed', formBody, async (req, res) => {
    noStore(res);
    const head = narrowed(req, await masthead());
    const outcome = await submitForm(shared, req, { form: 'embed', masthead: head });
    if (outcome.taken) {
      const to = receipts.seal(outcome.fields);
      const page = `${frameAddress(head)}&sent=1&lang=${languageOf(req)}&to=${to}`;
      return res.redirect(303, page);
    }
    await showForm(req, res, outcome.status, outcome.trouble, outcome.proof);
  });

  async function showForm(
    req: Request,
    res: Response,
    status: number,
    trouble: FormTrouble,
    proof: boolean,
  ) {
    const language = languageOf(req);
    const head = narrowed(req, await masthead());
    const action = frameAddress(head);
    await show(req, res, {
      view: './embed',
      title: words(language)('signUp.title'),
      language,
      status,
      data: {
        noindex: true,
        publicUrl: context.config.publicUrl,
        ...formView(head, language, { action, full: false, proof }, trouble),
      },
    });
  }

  async function showSent(req: Request, res: Response) {
    noStore(res);
    const head = narrowed(req, await masthead());
    const address = receipts.open(req.query.to)?.email;
    const language = languageOf(req);
    const t = words(language);
    await show(req, res, {
      view: './embed-sent',
      title: t('subscribed.title'),
      language,
      data: {
        noindex: true,
        texts: [
          typeof address === 'string' ? t('subscribed.textTo', { address }) : t('subscribed.text'),
          t('subscribed.late'),
        ],
        back: address && `${frameAddress(head)}&lang=${language}&to=${textOf(req.query.to)}`,
      },
    });
  }
  return router;
}

/** The frame of these newsletters. */
function frameAddress({ newsletters }: Masthead): string {
  const asked = newsletters.map(({ slug }) => `newsletter=${encodeURIComponent(slug)}`);
  return `/embed?${asked.join('&')}`;
}

/** The newsletters that the frame asks for; all on offer where it names none that there is. */
function narrowed(req: Request, head: Masthead): Masthead {
  const slugs = [req.query.newsletter ?? []].flat();
  const newsletters = head.newsletters.filter((newsletter) => slugs.includes(newsletter.slug));
  return newsletters.length > 0 ? { ...head, newsletters } : head;
}

function framable({ context, masthead }: PublicContext): RequestHandler {
  const https = context.config.publicUrl.startsWith('https:');
  return async (req, res, next) => {
    const { newsletters } = narrowed(req, await masthead());
    pagePolicy({ https, framedBy: ["'self'", ...originsOf(newsletters)] })(req, res, next);
  };
}
