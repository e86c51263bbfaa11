import { z } from 'zod';
import { getArticle } from '../../articles/list.ts';
import { joinDuplicate, listSources, separateSource } from '../../articles/sources.ts';
import { requireOwnArticles } from '../../articles/within-scope.ts';
import { audit } from '../../operators/audit.ts';
import { changes, type Operation, reads } from './operation.ts';
import { articleShape, byId, pageOf } from './shapes.ts';

const tag = 'Articles';

const sourceShape = z
  .object({
    id: z.string(),
    newsletter: z.string(),
    section: z.string().nullable(),
    feed: z.string().nullable(),
    url: z.string(),
    title: z.string(),
    joinedBy: z
      .enum(['guid', 'url', 'canonical', 'title', 'operator'])
      .nullable()
      .meta({ description: 'By what it was found to be the same story; null: its own' }),
    seenAt: z.iso.datetime(),
  })
  .meta({ id: 'Source', description: 'Where an article came from' });

const bySource = z.object({ ...byId.shape, source: byId.shape.id });

/** What was joined into an article, and how that is done and undone by hand. */
export const sourceOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/articles/{id}/sources',
      tag,
      summary: 'Show where an article came from',
      description: 'One line for each feed that brought it, with what the copies were joined by.',
      role: 'viewer',
      reach: 'scoped',
      params: byId,
      answers: { 200: { description: 'Its sources', schema: pageOf(sourceShape) } },
    },
    async ({ params, scope }, db) => {
      await getArticle(db, params.id, scope);
      return { body: { data: await listSources(db, params.id, scope), next: null } };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/articles/{id}/sources/{source}/separate',
      tag,
      summary: 'Undo a joining',
      description: 'The source becomes an article of its own and stays one.',
      role: 'editor',
      reach: 'scoped',
      params: bySource,
      answers: { 201: { description: 'The article it is now', schema: articleShape } },
    },
    async ({ params, actor, scope }, tx) => {
      await requireOwnArticles(tx, scope, [params.id]);
      const { id } = await separateSource(tx, params.id, params.source);
      await audit(tx, actor, 'separate', `article ${params.id}`, {
        source: params.source,
        into: id,
      });
      return { status: 201, body: await getArticle(tx, id) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/articles/{id}/join',
      tag,
      summary: 'Join a copy',
      description: 'The copy is removed, and its sources become sources of this article.',
      role: 'editor',
      reach: 'scoped',
      params: byId,
      body: z.strictObject({ copy: byId.shape.id }),
      answers: { 200: { description: 'The article that stays', schema: articleShape } },
    },
    async ({ params, body, actor, scope }, tx) => {
      await requireOwnArticles(tx, scope, [params.id, body.copy]);
      await joinDuplicate(tx, params.id, body.copy);
      await audit(tx, actor, 'join', `article ${params.id}`, { copy: body.copy });
      return { body: await getArticle(tx, params.id) };
    },
  ),
];
