import { z } from 'zod';
import { writeArticle } from '../../actions/write-article.ts';
import { updateArticle } from '../../articles/articles.ts';
import { address, articleChanges, language, newArticle, time } from '../../articles/input.ts';
import { getArticle, listArticles } from '../../articles/list.ts';
import { requireOwnArticles } from '../../articles/within-scope.ts';
import { requireNewsletter } from '../../newsletters/newsletters.ts';
import { audit } from '../../operators/audit.ts';
import { removeArticle, removed } from './article-removal.ts';
import { changes, type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { articleShape, byId, pageOf } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Articles';

export const articleOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/articles',
      tag,
      summary: 'List articles, the newest by publishedAt first',
      role: 'viewer',
      reach: 'scoped',
      query: z.strictObject({
        ...paging,
        newsletter: z.string().optional(),
        url: address.optional().meta({
          description: 'Any address that links to it, with tracking parameters or without',
        }),
        externalId: z.string().optional(),
        updatedSince: time
          .optional()
          .meta({ description: 'Made or changed at that moment or later' }),
        language: language.optional().meta({ description: '`es` also finds `es-MX`' }),
        section: z.string().optional().meta({
          description: 'Slug: of the newsletter, or where none is named of any',
        }),
      }),
      answers: { 200: { description: 'A page of articles', schema: pageOf(articleShape) } },
    },
    async ({ query, scope }, db) => {
      if (query.newsletter !== undefined) await requireNewsletter(db, query.newsletter, scope);
      return { body: await listArticles(db, { ...query, scope }) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/articles',
      tag,
      summary: 'Write an article by hand',
      description:
        'Where another newsletter has one of that address, the answer is that one: from then on it is this newsletter’s too, and reads as before.',
      role: 'editor',
      reach: 'scoped',
      body: newArticle,
      answers: { 201: { description: 'Made', schema: articleShape } },
      errors: [404, 409],
    },
    async ({ input, actor, context, scope }, tx) => {
      return { status: 201, body: await writeArticle(tx, actor, input, context.now(), scope) };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/articles/{id}',
      version: versions.article,
      tag,
      summary: 'Show an article',
      role: 'viewer',
      reach: 'scoped',
      params: byId,
      answers: { 200: { description: 'The article', schema: articleShape } },
    },
    async ({ params, scope }, db) => ({ body: await getArticle(db, params.id, scope) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/articles/{id}',
      version: versions.article,
      tag,
      summary: 'Change an article',
      description:
        'From then on its feed no longer overwrites it. Where newsletters that the token is not bound to have it too: 403.',
      role: 'editor',
      reach: 'scoped',
      params: byId,
      body: articleChanges,
      answers: { 200: { description: 'As it is now', schema: articleShape } },
      errors: [409],
    },
    async ({ params, input, actor, context, scope }, tx) => {
      await requireOwnArticles(tx, scope, [params.id]);
      const article = await updateArticle(tx, params.id, input, context.now());
      const fields = Object.keys(input as object);
      await audit(tx, actor, 'change', `article ${article.id}`, { fields });
      return { body: article };
    },
  ),
  changes(
    {
      method: 'delete',
      path: '/articles/{id}',
      version: versions.article,
      tag,
      summary: 'Remove an article',
      description: 'No edition will include it, and its feed will not bring it back.',
      role: 'editor',
      reach: 'scoped',
      params: byId,
      answers: removed,
    },
    async ({ params, context, ...by }, tx) => removeArticle(tx, by, params.id, context.now()),
  ),
];
