import { z } from 'zod';
import { changeFeed, giveUpFeed, takeOnFeed } from '../../actions/feeds.ts';
import { feedChanges, getFeed, listFeeds, newFeed } from '../../feeds/feeds.ts';
import { fetchFeedNow } from '../../feeds/read-due.ts';
import { requireNewsletter } from '../../newsletters/newsletters.ts';
import { audit } from '../../operators/audit.ts';
import { changes, type Operation, reads, runs } from './operation.ts';
import { paging } from './paging.ts';
import { ofFeed } from './reach.ts';
import { byId, feedShape, pageOf } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Feeds';

export const feedOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/feeds',
      tag,
      summary: 'List feeds',
      role: 'viewer',
      reach: 'scoped',
      query: z.strictObject({ ...paging, newsletter: z.string().optional() }),
      answers: {
        200: { description: 'In the order they were added', schema: pageOf(feedShape) },
      },
    },
    async ({ query, scope }, db) => {
      if (query.newsletter !== undefined) await requireNewsletter(db, query.newsletter, scope);
      return { body: await listFeeds(db, { ...query, scope }) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/feeds',
      tag,
      summary: 'Add a feed',
      description: 'It is read within a minute, or at once with `POST /feeds/{id}/fetch`.',
      role: 'editor',
      reach: 'scoped',
      body: newFeed,
      answers: { 201: { description: 'Added', schema: feedShape } },
      errors: [404, 409],
    },
    async ({ body, input, actor, scope, context }, tx) => {
      await requireNewsletter(tx, body.newsletter, scope);
      return { status: 201, body: await takeOnFeed(tx, actor, input, context.now()) };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/feeds/{id}',
      version: versions.feed,
      tag,
      summary: 'Show a feed',
      role: 'viewer',
      reach: ofFeed,
      params: byId,
      answers: { 200: { description: 'The feed', schema: feedShape } },
    },
    async ({ params }, db) => ({ body: await getFeed(db, params.id) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/feeds/{id}',
      version: versions.feed,
      tag,
      summary: 'Change a feed',
      role: 'editor',
      reach: ofFeed,
      params: byId,
      body: feedChanges,
      answers: { 200: { description: 'As it is now', schema: feedShape } },
      errors: [409],
    },
    async ({ params, input, actor, context }, tx) => {
      return { body: await changeFeed(tx, actor, params.id, input as object, context.now()) };
    },
  ),
  changes(
    {
      method: 'delete',
      path: '/feeds/{id}',
      version: versions.feed,
      tag,
      summary: 'Remove a feed',
      description: 'Its articles stay.',
      role: 'editor',
      reach: ofFeed,
      params: byId,
      answers: { 204: { description: 'Removed' } },
    },
    async ({ params, actor }, tx) => {
      await giveUpFeed(tx, actor, params.id);
      return { status: 204 };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/feeds/{id}/fetch',
      tag,
      summary: 'Read a feed now',
      description:
        'Answers when what it brought is stored. 422: what is wrong with its address or what is there; 503: its server is away or at fault, and it is tried again.',
      role: 'editor',
      reach: ofFeed,
      params: byId,
      answers: {
        200: {
          description: 'How many articles it brought',
          schema: z.object({
            added: z.number().int(),
            updated: z.number().int(),
            unchanged: z.number().int(),
            joined: z.number().int().meta({ description: 'Told in another article already' }),
          }),
        },
      },
      errors: [409],
    },
    async ({ params, actor, context }) => {
      const { db, config, now } = context;
      const body = await fetchFeedNow(db, params.id, {
        allowPrivate: config.feedAllowPrivate,
        now,
      });
      await audit(db, actor, 'fetch', `feed ${params.id}`);
      return { body };
    },
  ),
];
