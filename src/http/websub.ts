import express, { Router } from 'express';
import type { Context } from '../context.ts';
import { MAX_FEED_BYTES } from '../feeds/parse/parse-feed.ts';
import { confirmHub, isCallback, takeHubsWord } from '../feeds/websub.ts';
import { Problem } from './middleware/problem.ts';

/** Where hubs say that a feed has changed (WebSub). */
export function websubRoutes({ db, queues, secrets, now }: Context): Router {
  const routes = Router();
  routes.param('key', (req, _res, next, key: string) => {
    const feed = String(req.params['feed']);
    if (isCallback(secrets, feed, key)) next();
    else next(new Problem(404, 'There is nothing at this address.'));
  });
  const text = (value: unknown) => (typeof value === 'string' ? value : '');

  // The one GET that writes: it is the hub's confirmation, and changes no more than a lease we asked for.
  routes.get('/:feed/:key', async ({ params, query }, response) => {
    const asked = {
      mode: text(query['hub.mode']),
      topic: text(query['hub.topic']),
      leaseSeconds: Number(text(query['hub.lease_seconds'])),
    };
    if (await confirmHub(db, params.feed, asked, now()))
      response.type('text/plain').send(text(query['hub.challenge']));
    else response.sendStatus(404);
  });

  const anyBody = express.raw({ type: () => true, limit: MAX_FEED_BYTES });
  routes.post('/:feed/:key', anyBody, async (request, response) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const signature = request.get('x-hub-signature') ?? '';
    const { feed } = request.params;
    if (await takeHubsWord(db, feed, { signature, body }, now())) await queues.enqueueFeed(feed);
    // A hub that lies is not told so (WebSub, 7.1).
    response.sendStatus(202);
  });
  return routes;
}
