import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { languages } from '../../../locales/index.ts';
import { formBody } from '../../middleware/bodies.ts';
import { notFound } from '../../middleware/errors.ts';
import { inLanguage } from '../archive/newest.ts';
import type { PublicContext } from '../public-context.ts';
import type { Masthead } from '../site/masthead.ts';
import { languageOf, words } from '../site/page.ts';
import { pagePolicy } from '../site/security-headers.ts';
import { type FormTrouble, formView } from './form-view.ts';
import { originsOf } from './origins.ts';
import { openReceipts, textOf } from './receipt.ts';
import { noStore } from './sign-up.ts';
import { submitForm } from './submit.ts';

const file = join(import.meta.dirname, '../../assets/embed.js');

/**
 * The form for the foot of an article: `/embed` in a frame, which sites of the newsletters' origins may hold,
 * and `/embed.js`, which makes that frame and gives it its height. `form=line` is one line for the middle of an article.
 */
export function embedRoutes(shared: PublicContext): Router {
  const { context, show, masthead } = shared;
  const receipts = openReceipts(context);
  const router = Router();

  const links = Object.fromEntries(languages.map((code) => [code, words(code)('signUp.link')]));
  const script = readFileSync(file, 'utf8').replace(
    'const words = {};',
    () => `const words = ${JSON.stringify(links)};`,
  );
  router.get('/embed.js', async (_req, res) => {
    const { newsletters } = await masthead();
    res.set('Cross-Origin-Resource-Policy', 'cross-origin');
    // for sites that ask for it as a module
    res.set('Access-Control-Allow-Origin', '*');
    res.type('js').set('Cache-Control', 'public, max-age=3600');
    res.send(script.replace('const OFFERED = 1;', `const OFFERED = ${newsletters.length};`));
  });

  router.use('/embed', framable(shared));
  router.get('/embed', async (req, res) => {
    if (req.query.sent === '1') return showSent(req, res);
    // the site has its link, which leads to a page that says so
    if ((await masthead()).newsletters.length === 0) return notFound();
    await showForm(req, res, 200, { body: receipts.open(req.query.to) ?? {} }, false);
  });

  router.post('/embed', formBody, async (req, res) => {
    noStore(res);
    const head = narrowed(req, await masthead());
    const outcome = await submitForm(shared, req, { form: 'embed', masthead: head });
    if (outcome.taken) {
      const to = receipts.seal(outcome.fields);
      const page = `${frameAddress(req, head)}&sent=1&lang=${languageOf(req)}&to=${to}`;
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
    const action = frameAddress(req, head);
    // a check takes more room than a line has
    const line = isLine(req) && !proof;
    const slugs = head.newsletters.map(({ slug }) => slug);
    const reason = trouble.error?.field ?? (trouble.typo ? 'email' : 'proof');
    await show(req, res, {
      view: line ? './embed-line' : './embed',
      title: words(language)('signUp.title'),
      language,
      status,
      data: {
        noindex: true,
        publicUrl: context.config.publicUrl,
        event: status === 200 ? null : { name: 'failed', newsletters: slugs, reason },
        ...formView(head, language, { action, full: false, proof }, trouble),
        ...(line ? { heading: namesOf(head, language) } : {}),
      },
    });
  }

  async function showSent(req: Request, res: Response) {
    noStore(res);
    const head = narrowed(req, await masthead());
    const receipt = receipts.open(req.query.to);
    const address = receipt?.email;
    const slugs = receipt?.newsletter ?? head.newsletters.map(({ slug }) => slug);
    const language = languageOf(req);
    const t = words(language);
    await show(req, res, {
      view: './embed-sent',
      title: t('subscribed.title'),
      language,
      data: {
        noindex: true,
        event: { name: 'subscribed', newsletters: [slugs].flat() },
        texts: [
          typeof address === 'string' ? t('subscribed.textTo', { address }) : t('subscribed.text'),
          t('subscribed.late'),
        ],
        back: address && `${frameAddress(req, head)}&lang=${language}&to=${textOf(req.query.to)}`,
      },
    });
  }
  return router;
}

const isLine = (req: Request) => req.query.form === 'line';

/** The frame of these newsletters, in the form that was asked for. */
function frameAddress(req: Request, { newsletters }: Masthead): string {
  const asked = newsletters.map(({ slug }) => `newsletter=${encodeURIComponent(slug)}`);
  return `/embed?${[...asked, ...(isLine(req) ? ['form=line'] : [])].join('&')}`;
}

/** The newsletters that the frame asks for; where it names none that there is all on offer, or for a line one. */
function narrowed(req: Request, head: Masthead): Masthead {
  const slugs = [req.query.newsletter ?? []].flat();
  const named = head.newsletters.filter((newsletter) => slugs.includes(newsletter.slug));
  if (named.length > 0) return { ...head, newsletters: named };
  const one = isLine(req) ? inLanguage(head.newsletters, languageOf(req)) : undefined;
  return one ? { ...head, newsletters: [one] } : head;
}

/** What a line says it is for. */
function namesOf({ newsletters }: Masthead, language: string): string {
  const titles = newsletters.map(({ title }) => title);
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return words(language)('signUp.oneLine', { newsletters: list.format(titles) });
}

function framable({ context, masthead }: PublicContext): RequestHandler {
  const https = context.config.publicUrl.startsWith('https:');
  return async (req, res, next) => {
    const { newsletters } = narrowed(req, await masthead());
    pagePolicy({ https, framedBy: ["'self'", ...originsOf(newsletters)] })(req, res, next);
  };
}
