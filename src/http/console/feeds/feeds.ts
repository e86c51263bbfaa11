import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import { changeFeed, giveUpFeed, takeOnFeed } from '../../../actions/feeds.ts';
import { FeedBusy, FeedTaken, InvalidFeed } from '../../../articles/errors.ts';
import type { Context } from '../../../context.ts';
import { causeInWords } from '../../../feeds/causes.ts';
import { FeedError } from '../../../feeds/errors.ts';
import { listFeeds } from '../../../feeds/feeds.ts';
import { fetchFeedNow } from '../../../feeds/read-due.ts';
import type { Translate } from '../../../locales/index.ts';
import { listNewsletters, requireNewsletter } from '../../../newsletters/newsletters.ts';
import { audit } from '../../../operators/audit.ts';
import { ID_FORM } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import {
  actorOf,
  mayAct,
  requireRoleIn,
  requireScopedRole,
  scopeOf,
} from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import { reasonOf } from '../reasons.ts';
import { feedView, placesOf } from './view.ts';

const page = '/console/feeds';
const id = z.string().regex(ID_FORM);
const form = z.object({ url: z.string().max(5000).catch(''), place: z.string().catch('') });

/** Where articles are read from: seen by all; added, read, paused and given up by editors. */
export function feedRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;
  const { ofFeed } = reachIn(db);

  router.get('/feeds', requireScopedRole('viewer'), async (req, res) => {
    await show(req, res, { url: '', place: '' });
  });

  router.post('/feeds', requireScopedRole('editor'), async (req, res) => {
    const typed = form.parse(req.body ?? {});
    const [newsletter = '', section = ''] = typed.place.split('/');
    const wanted = { newsletter, url: typed.url, section: section || null };
    try {
      const feed = await commit(context, async (tx) => {
        const value = await takeOnFeed(tx, actorOf(res), wanted, now());
        // taken back where it is out of reach; a wrong address is told first
        await requireNewsletter(tx, newsletter, scopeOf(res));
        return { value };
      });
      await read(req, wordsFor(req, res), feed.id);
      return res.redirect(303, `${page}#feed-${feed.id}`);
    } catch (error) {
      const { t } = wordsFor(req, res);
      if (error instanceof InvalidFeed) return show(req, res, typed, t('feeds.wrong'), 422);
      if (error instanceof FeedTaken) return show(req, res, typed, t('feeds.taken'), 409);
      throw error;
    }
  });

  router.post('/feeds/:id/fetch', requireRoleIn('editor', ofFeed), async (req, res) => {
    await read(req, wordsFor(req, res), idOf(req));
    await audit(db, actorOf(res), 'fetch', `feed ${idOf(req)}`);
    res.redirect(303, `${page}#feed-${req.params.id}`);
  });

  for (const state of ['active', 'off'] as const)
    router.post(`/feeds/:id/${state}`, requireRoleIn('editor', ofFeed), async (req, res) => {
      await commit(context, async (tx) => ({
        value: await changeFeed(tx, actorOf(res), idOf(req), { state }, now()),
      }));
      await leaveMessage(req, `feeds.done.${state}`, true);
      res.redirect(303, `${page}#feed-${req.params.id}`);
    });

  router.post('/feeds/:id/remove', requireRoleIn('editor', ofFeed), async (req, res) => {
    const feed = await commit(context, async (tx) => ({
      value: await giveUpFeed(tx, actorOf(res), idOf(req)),
    }));
    await leaveMessage(req, 'feeds.done.removed', true, { feed: feed.title ?? feed.url });
    res.redirect(303, page);
  });

  /** Reads a feed at once, and says on the next page what came of it; it stays, and is tried again. */
  async function read(
    req: Request,
    { language, t }: { language: string; t: Translate },
    feed: string,
  ): Promise<void> {
    try {
      const stored = await fetchFeedNow(db, feed, {
        allowPrivate: context.config.feedAllowPrivate,
        now,
      });
      const { added, updated, unchanged } = stored;
      await leaveMessage(req, 'feeds.done.read', true, {
        added: String(added),
        updated: String(updated),
        unchanged: String(unchanged),
      });
    } catch (error) {
      if (!(error instanceof FeedError) && !(error instanceof FeedBusy)) throw error;
      const reason =
        error instanceof FeedError ? causeInWords(error.feedCause, language) : reasonOf(error, t);
      await leaveMessage(req, 'feeds.done.failed', false, { reason });
    }
  }

  async function show(
    req: Request,
    res: Response,
    typed: z.output<typeof form>,
    wrong?: string,
    status = 200,
  ) {
    const words = wordsFor(req, res);
    const newsletter = z.string().max(100).optional().catch(undefined).parse(req.query.newsletter);
    const after = id.optional().catch(undefined).parse(req.query.after);
    const [newsletters, list] = await Promise.all([
      listNewsletters(db, scopeOf(res)),
      listFeeds(db, { limit: 50, scope: scopeOf(res), newsletter: newsletter || undefined, after }),
    ]);
    await showPage(context, req, res, {
      view: 'feeds/list.eta',
      nav: 'feeds',
      title: words.t('feeds.title'),
      status,
      data: {
        typed,
        wrong,
        newsletter,
        newsletters,
        places: placesOf(newsletters),
        feeds: list.data.map((feed) => feedView(feed, newsletters, words)),
        next: list.next,
        after,
        mayEdit: mayAct(res, 'editor'),
      },
    });
  }
  return router;
}

function idOf(req: Request): string {
  const read = id.safeParse(req.params.id);
  if (!read.success) throw new Problem(404, 'There is no such feed.');
  return read.data;
}
