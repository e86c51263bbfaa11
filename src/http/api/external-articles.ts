import { sql } from 'kysely';
import { z } from 'zod';
import { createArticle } from '../../articles/articles.ts';
import { articleOfExternalId, newArticle } from '../../articles/input.ts';
import { articleOf } from '../../articles/list.ts';
import { lockArticles } from '../../articles/lock.ts';
import { putArticle } from '../../articles/put.ts';
import type { DbOrTransaction } from '../../database/connection.ts';
import { type Actor, audit } from '../../operators/audit.ts';
import type { Scope } from '../../operators/scope.ts';
import { toProblem } from '../../problems/to-problem.ts';
import { removeArticle, removed } from './article-removal.ts';
import { changes, type Operation, reads } from './operation.ts';
import { articleShape, problemShape } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Articles';
const path = '/articles/by-external-id/{externalId}';
const version = versions.articleOfExternalId;
const params = z.object({ externalId: z.string().meta({ example: 'post-4711' }) });

const outcomeShape = z
  .object({
    status: z
      .number()
      .int()
      .meta({ description: '201 made, 200 changed; else as the call for one article answers' }),
    article: articleShape.optional(),
    problem: problemShape.omit({ instance: true }).meta({ id: 'BulkProblem' }).optional(),
  })
  .meta({ id: 'BulkOutcome' });

// What is wrong with one article is told in its own outcome; it does not hold up the others.
const oneOfMany = z.union([newArticle, z.record(z.string(), z.unknown())]).meta({
  override: ({ jsonSchema }) => {
    const [article] = jsonSchema.anyOf ?? [];
    delete jsonSchema.anyOf;
    Object.assign(jsonSchema, article);
  },
});

/** A CMS's articles, by what it calls them. */
export const externalArticleOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path,
      version,
      tag,
      summary: 'Show the article of an external id',
      role: 'viewer',
      reach: 'scoped',
      params,
      answers: { 200: { description: 'The article', schema: articleShape } },
    },
    async ({ params: { externalId }, scope }, db) => ({
      body: await articleOf(db, externalId, scope),
    }),
  ),
  changes(
    {
      method: 'put',
      path,
      version,
      tag,
      summary: 'Make or change the article of an external id',
      description:
        'It reads as you say, whatever its feed says later. What is left out is emptied, except `publishedAt` and `section`, which stay. An article of the same address that has no external id takes this one; one that was removed comes back. However often you ask, and from how many places at once, it is one article.',
      role: 'editor',
      reach: 'scoped',
      params,
      body: articleOfExternalId,
      answers: {
        200: { description: 'Changed', schema: articleShape },
        201: { description: 'Made', schema: articleShape },
      },
      errors: [409],
    },
    async ({ params: { externalId }, input, context, ...by }, tx) =>
      put(tx, by, externalId, input, context.now()),
  ),
  changes(
    {
      method: 'delete',
      path,
      version,
      tag,
      summary: 'Remove the article of an external id',
      description: 'Until it is put again.',
      role: 'editor',
      reach: 'scoped',
      params,
      answers: removed,
    },
    async ({ params: { externalId }, context, ...by }, tx) => {
      const { id } = await articleOf(tx, externalId, by.scope);
      return removeArticle(tx, by, id, context.now());
    },
  ),
  changes(
    {
      method: 'post',
      path: '/articles/bulk',
      tag,
      summary: 'Make or change up to 100 articles',
      description:
        'Each with an `externalId` is put by it, each without is written as by POST /articles. Each has an outcome of its own, in the same order: what is wrong with one does not hold up the others.',
      role: 'editor',
      reach: 'scoped',
      body: z.strictObject({ articles: z.array(oneOfMany).min(1).max(100) }),
      answers: {
        200: {
          description: 'One outcome an article',
          schema: z.object({ data: z.array(outcomeShape) }),
        },
      },
    },
    async ({ input, context, ...by }, tx) => {
      const { articles } = input as { articles: Record<string, unknown>[] };
      await lockArticles(tx);
      const data = [];
      for (const article of articles)
        data.push(await attempt(tx, () => write(tx, by, article, context.now())));
      return { body: { data } };
    },
  ),
];

interface By {
  actor: Actor;
  scope: Scope;
}

async function write(tx: DbOrTransaction, by: By, input: Record<string, unknown>, now: Date) {
  const { externalId, ...rest } = input;
  if (typeof externalId === 'string') return put(tx, by, externalId, rest, now);
  const article = await createArticle(tx, input, now, by.scope);
  await audit(tx, by.actor, 'create', `article ${article.id}`);
  return { status: 201, body: article };
}

async function put(
  tx: DbOrTransaction,
  { actor, scope }: By,
  externalId: string,
  input: unknown,
  now: Date,
) {
  const { article, made } = await putArticle(tx, externalId, input, now, scope);
  await audit(tx, actor, made ? 'create' : 'change', `article ${article.id}`, { externalId });
  return { status: made ? 201 : 200, body: article };
}

/** Does it, or tells why not, with nothing of it left behind. */
async function attempt(tx: DbOrTransaction, work: () => ReturnType<typeof write>) {
  await sql`savepoint one_article`.execute(tx);
  try {
    const { status, body: article } = await work();
    await sql`release savepoint one_article`.execute(tx);
    return { status, article };
  } catch (error) {
    const problem = toProblem(error, 'bulk');
    if (problem.status >= 500) throw error;
    await sql`rollback to savepoint one_article`.execute(tx);
    const { instance: _, ...document } = problem.toDocument('');
    return { status: problem.status, problem: document };
  }
}
