import { z } from 'zod';
import { getArticle } from '../../articles/articles.ts';
import { joinDuplicate, listSources, separateSource } from '../../articles/sources.ts';
import { joinArticles, separateArticle } from '../../editions/stories.ts';
import { audit } from '../../operators/audit.ts';
import { changes, type Operation, reads } from './operation.ts';
import { articleShape, byId, pageOf, sourceShape } from './shapes.ts';

const tag = 'Articles';
const id = byId.shape.id;

/** What was taken for one story: to see, to undo, and to say it oneself. */
export const joiningOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/articles/{id}/sources',
      tag,
      summary: 'See where an article came from',
      description:
        'One line a feed or editor that brought it; `joinedBy` says by what it was known.',
      role: 'viewer',
      params: byId,
      answers: { 200: { description: 'The first one made it', schema: pageOf(sourceShape) } },
    },
    async ({ params }, db) => {
      const article = await getArticle(db, params.id);
      return { body: { data: await listSources(db, article.id), next: null } };
    },
  ),
  changes(
    {
      method: 'delete',
      path: '/articles/{id}/sources/{source}',
      tag,
      summary: 'Undo a joining',
      description: 'The source becomes an article of its own, and stays one.',
      role: 'editor',
      params: z.object({ id, source: id }),
      answers: { 200: { description: 'The article made of it', schema: articleShape } },
    },
    async ({ params, actor }, tx) => {
      const made = await separateSource(tx, params.id, params.source);
      await audit(tx, actor, 'separate', `article ${params.id}`, { source: params.source, made });
      return { body: await getArticle(tx, made) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/articles/{id}/duplicates',
      tag,
      summary: 'Say that another article is the same story',
      role: 'editor',
      params: byId,
      body: z.strictObject({ article: id.meta({ description: 'Its sources move here' }) }),
      answers: { 200: { description: 'The one that stays', schema: articleShape } },
    },
    async ({ params, body, actor }, tx) => {
      await joinDuplicate(tx, params.id, body.article);
      await audit(tx, actor, 'join', `article ${params.id}`, { duplicate: body.article });
      return { body: await getArticle(tx, params.id) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/articles/{id}/translations',
      tag,
      summary: 'Say that other articles are the same story in other languages',
      description: 'A reader gets the one in their language.',
      role: 'editor',
      params: byId,
      body: z.strictObject({ articles: z.array(id).min(1).max(20) }),
      answers: { 204: { description: 'They are one story now' } },
    },
    async ({ params, body, actor }, tx) => {
      await joinArticles(tx, [params.id, ...body.articles]);
      await audit(tx, actor, 'join', `article ${params.id}`, { translations: body.articles });
      return { status: 204 };
    },
  ),
  changes(
    {
      method: 'delete',
      path: '/articles/{id}/translations',
      tag,
      summary: 'Say that an article is a story of its own',
      role: 'editor',
      params: byId,
      answers: { 204: { description: 'It is' } },
    },
    async ({ params, actor }, tx) => {
      await separateArticle(tx, params.id);
      await audit(tx, actor, 'separate', `article ${params.id}`);
      return { status: 204 };
    },
  ),
];
