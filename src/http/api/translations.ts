import { z } from 'zod';
import { joinArticles, separateArticle } from '../../articles/merge.ts';
import { requireOwnArticles } from '../../articles/within-scope.ts';
import { audit } from '../../operators/audit.ts';
import { changes, type Operation } from './operation.ts';
import { byId } from './shapes.ts';

const tag = 'Articles';
const { id } = byId.shape;

/** Which articles tell one story in several languages, as editors say it. */
export const translationOperations: Operation[] = [
  changes(
    {
      method: 'post',
      path: '/articles/{id}/translations',
      tag,
      summary: 'Say that other articles are the same story in other languages',
      description: 'A reader gets the one in their language.',
      role: 'editor',
      reach: 'scoped',
      params: byId,
      body: z.strictObject({ articles: z.array(id).min(1).max(20) }),
      answers: { 204: { description: 'They are one story now' } },
    },
    async ({ params, body, actor, scope }, tx) => {
      await requireOwnArticles(tx, scope, [params.id, ...body.articles]);
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
      reach: 'scoped',
      params: byId,
      answers: { 204: { description: 'It is' } },
    },
    async ({ params, actor, scope }, tx) => {
      await requireOwnArticles(tx, scope, [params.id]);
      await separateArticle(tx, params.id);
      await audit(tx, actor, 'separate', `article ${params.id}`);
      return { status: 204 };
    },
  ),
];
