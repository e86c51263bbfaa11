import { type Request, Router } from 'express';
import { languages } from '../../../locales/index.ts';
import { editionView, sharedPicture } from '../archive/edition-view.ts';
import { inLanguage, newestEditions } from '../archive/newest.ts';
import type { PublicContext } from '../public-context.ts';
import { cachedFor } from '../site/cache-for.ts';
import type { Masthead } from '../site/masthead.ts';
import { alternatesOf, canonicalOf, languageOf, words } from '../site/page.ts';
import { formView } from './form-view.ts';
import { openReceipts, receiptRoutes } from './receipt.ts';
import { noStore } from './sign-up.ts';
import { type ShowForm, subscribeRoutes } from './subscribe.ts';

/** The sign-up page, the page after it, and the routes that forms post to. */
export function homeRoutes(shared: PublicContext): Router {
  const { context, show, masthead } = shared;
  const { publicUrl } = context.config;
  const newest = cachedFor(30_000, () => newestEditions(context, masthead));
  const receipts = openReceipts(context);
  const router = Router();

  router.get('/', async (req, res) => {
    const typed = receipts.open(req.query.to);
    if (typed) noStore(res);
    await showForm(req, res, 200, { body: typed ?? asked(req, await masthead()) });
  });

  /** The form, with what was wrong with it, beside the newest edition. */
  const showForm: ShowForm = async (req, res, status, trouble, proof = false) => {
    const language = languageOf(req);
    const head = await masthead();
    const t = words(language);
    const wanted = [req.query.newsletter].flat();
    const latest = await newest();
    const named = latest.filter(({ slug }) => wanted.includes(slug));
    const found = inLanguage(named.length > 0 ? named : latest, language);
    const view =
      found && editionView(found.edition, language, { newsroom: head.newsroom, publicUrl });
    const url = `${publicUrl}/`;
    await show(req, res, {
      view: './sign-up',
      title: t('signUp.title'),
      language,
      status,
      here: hereOf(req),
      data: {
        wide: true,
        ...formView(head, language, { action: '/subscribe', full: true, proof }, trouble),
        // the link of an old mail
        closed: head.closed
          .filter(({ slug }) => wanted.includes(slug))
          .map(({ title }) => t('signUp.closed', { newsletter: title })),
        newest: found && { slug: found.slug, title: found.title, view },
        meta: {
          canonical: canonicalOf(req, url, languages),
          alternates: alternatesOf(url, languages),
          description: t('signUp.lead'),
          ...sharedPicture(view),
        },
      },
    });
  };

  router.use(subscribeRoutes(shared, showForm)); // POST /subscribe, GET /challenge
  router.use(receiptRoutes(shared)); // /subscribed
  return router;
}

/** `/?newsletter=` ticks what it names and nothing else; what is not on offer is passed over. */
function asked(req: Request, { newsletters }: Masthead): { newsletter?: string[] } {
  const named = [req.query.newsletter].flat();
  const slugs = newsletters.map(({ slug }) => slug).filter((slug) => named.includes(slug));
  return slugs.length > 0 ? { newsletter: slugs } : {};
}

const hereOf = (req: Request) =>
  typeof req.query.newsletter === 'string'
    ? `/?newsletter=${encodeURIComponent(req.query.newsletter)}`
    : '/';
