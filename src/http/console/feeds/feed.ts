import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import { changeFeed } from '../../../actions/feeds.ts';
import { FeedNotFound, FeedTaken, InvalidFeed } from '../../../articles/errors.ts';
import { articlesOfFeed } from '../../../articles/of-feed.ts';
import type { Context } from '../../../context.ts';
import { type Feed, getFeed } from '../../../feeds/feeds.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { actorOf, mayAct, requireRoleIn, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import { timeIn } from '../times.ts';
import { feedView } from './view.ts';

const SHOWN = 30;

const text = z.string().max(5000).catch('');
const form = z.object({
  url: text,
  section: text,
  user: text,
  password: text,
  withoutPassword: text,
});
type Typed = z.output<typeof form>;

/** One feed: what it brought, why it fails, and its settings. */
export function feedPageRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;
  const { ofFeed } = reachIn(db);

  router.get('/feeds/:id', requireRoleIn('viewer', ofFeed), async (req, res) => {
    const feed = await getFeed(db, String(req.params.id));
    await show(req, res, feed, typedOf(feed));
  });

  router.post('/feeds/:id', requireRoleIn('editor', ofFeed), async (req, res) => {
    const { t } = wordsFor(req, res);
    const feed = await getFeed(db, String(req.params.id));
    const typed = form.parse(req.body ?? {});
    try {
      await commit(context, async (tx) => ({
        value: await changeFeed(tx, actorOf(res), feed.id, changesFrom(typed), now()),
      }));
    } catch (error) {
      if (error instanceof InvalidFeed) return show(req, res, feed, typed, t('feed.wrong'), 422);
      if (error instanceof FeedTaken) return show(req, res, feed, typed, t('feed.taken'), 409);
      throw error;
    }
    await leaveMessage(req, 'feed.saved', true);
    return res.redirect(303, `/console/feeds/${feed.id}`);
  });

  async function show(
    req: Request,
    res: Response,
    feed: Feed,
    typed: Typed,
    wrong?: string,
    status = 200,
  ) {
    const words = wordsFor(req, res);
    const newsletters = await listNewsletters(db, scopeOf(res));
    const newsletter = newsletters.find((one) => one.slug === feed.newsletter);
    if (!newsletter) throw new FeedNotFound(feed.id);
    const articles = await articlesOfFeed(db, feed.id, SHOWN);
    const view = feedView(feed, newsletters, words);
    await showPage(context, req, res, {
      view: 'feeds/feed.eta',
      nav: 'feeds',
      title: view.name,
      status,
      styles: ['newsletters'],
      data: {
        feed: view,
        typed,
        wrong,
        sections: newsletter.sections,
        isArchived: newsletter.archivedAt !== null,
        mayEdit: mayAct(res, 'editor'),
        articles: articles.map(({ publishedAt, ...article }) => ({
          ...article,
          iso: publishedAt.toISOString(),
          at: timeIn(publishedAt, words.language, newsletter.timezone),
        })),
      },
    });
  }
  return router;
}

const typedOf = (feed: Feed): Typed => ({
  url: feed.url,
  section: feed.section ?? '',
  user: '',
  password: '',
  withoutPassword: '',
});

/** Name and password go into the address, as the API takes them; left empty they stay as they are. */
function changesFrom({ url, section, user, password, withoutPassword }: Typed) {
  const address = URL.canParse(url) ? new URL(url.trim()) : undefined;
  if (address && (user !== '' || password !== '')) {
    address.username = encodeURIComponent(user);
    address.password = encodeURIComponent(password);
  }
  return {
    url: address?.href ?? url,
    section: section || null,
    ...(withoutPassword === 'yes' ? { hasPassword: false } : {}),
  };
}
