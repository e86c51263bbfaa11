import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import { changeFeed, giveUpFeed, takeOnFeed } from '../../../actions/feeds.ts';
import { FeedBusy, FeedTaken, InvalidFeed } from '../../../articles/errors.ts';
import type { Context } from '../../../context.ts';
import { FeedError } from '../../../feeds/errors.ts';
import { listFeeds } from '../../../feeds/feeds.ts';
import { fetchFeedNow } from '../../../feeds/read-due.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import type { Operator } from '../../../operators/accounts.ts';
import { type Actor, audit } from '../../../operators/audit.ts';
import { mayAct } from '../../../operators/roles.ts';
import { Problem } from '../../middleware/problem.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { feedView, placesOf } from './view.ts';

const page = '/console/feeds';
const id = z.string().regex(/^[1-9]\d{0,17}$/);
const form = z.object({ url: z.string().max(5000).catch(''), place: z.string().catch('') });

/** Where articles are read from: seen by all; added, read, paused and given up by editors. */
export function feedRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;

  router.get('/feeds', async (req, res) => {
    await show(req, res, { url: '', place: '' });
  });

  router.post('/feeds', async (req, res) => {
    const actor = editorOf(req, res);
    if (!actor) return res.redirect(303, page);
    const typed = form.parse(req.body ?? {});
    const [newsletter = '', section = ''] = typed.place.split('/');
    const wanted = { newsletter, url: typed.url, section: section || null };
    try {
      const feed = await commit(context, async (tx) => ({
        value: await takeOnFeed(tx, actor, wanted, now()),
      }));
      await read(req, feed.id);
      return res.redirect(303, `${page}#feed-${feed.id}`);
    } catch (error) {
      const { t } = wordsFor(req, res);
      if (error instanceof InvalidFeed) return show(req, res, typed, t('feeds.wrong'), 422);
      if (error instanceof FeedTaken) return show(req, res, typed, t('feeds.taken'), 409);
      throw error;
    }
  });

  router.post('/feeds/:id/fetch', async (req, res) => {
    const actor = editorOf(req, res);
    if (actor) {
      await read(req, idOf(req));
      await audit(db, actor, 'fetch', `feed ${idOf(req)}`);
    }
    res.redirect(303, `${page}#feed-${req.params.id}`);
  });

  for (const state of ['active', 'off'] as const)
    router.post(`/feeds/:id/${state}`, async (req, res) => {
      const actor = editorOf(req, res);
      if (actor) {
        await commit(context, async (tx) => ({
          value: await changeFeed(tx, actor, idOf(req), { state }, now()),
        }));
        leaveMessage(req, `feeds.done.${state}`, true);
      }
      res.redirect(303, `${page}#feed-${req.params.id}`);
    });

  router.post('/feeds/:id/remove', async (req, res) => {
    const actor = editorOf(req, res);
    if (actor) {
      const feed = await commit(context, async (tx) => ({
        value: await giveUpFeed(tx, actor, idOf(req)),
      }));
      leaveMessage(req, 'feeds.done.removed', true, { feed: feed.title ?? feed.url });
    }
    res.redirect(303, page);
  });

  /** Reads a feed at once, and says on the next page what came of it; it stays, and is tried again. */
  async function read(req: Request, feed: string): Promise<void> {
    try {
      const stored = await fetchFeedNow(db, feed, {
        allowPrivate: context.config.feedAllowPrivate,
        now,
      });
      const { added, updated, unchanged } = stored;
      leaveMessage(req, 'feeds.done.read', true, {
        added: String(added),
        updated: String(updated),
        unchanged: String(unchanged),
      });
    } catch (error) {
      if (!(error instanceof FeedError) && !(error instanceof FeedBusy)) throw error;
      leaveMessage(req, 'feeds.done.failed', false, { reason: error.message });
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
      listNewsletters(db),
      listFeeds(db, { limit: 50, newsletter: newsletter || undefined, after }),
    ]);
    await showPage(context, req, res, {
      view: 'feeds.eta',
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
        mayEdit: mayAct(res.locals.operator.role, 'editor'),
      },
    });
  }
  return router;
}

/** Who is signed in, if their role may change feeds; otherwise the next page says why not. */
function editorOf(req: Request, res: Response): Actor | undefined {
  const operator: Operator = res.locals.operator;
  if (mayAct(operator.role, 'editor')) return { kind: 'operator', id: operator.id };
  leaveMessage(req, 'done.forbidden', false, { role: operator.role });
  return undefined;
}

function idOf(req: Request): string {
  const read = id.safeParse(req.params.id);
  if (!read.success) throw new Problem(404, 'There is no such feed.');
  return read.data;
}
