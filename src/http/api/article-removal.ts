import { z } from 'zod';
import { deleteArticle } from '../../articles/articles.ts';
import { requireOwnArticles } from '../../articles/within-scope.ts';
import type { DbOrTransaction } from '../../database/connection.ts';
import { draftsWith } from '../../editions/drafts-with.ts';
import { type Actor, audit } from '../../operators/audit.ts';
import type { Scope } from '../../operators/scope.ts';
import type { Answer } from './operation.ts';

const removedShape = z
  .object({
    drafts: z.array(
      z.object({
        id: z.string(),
        newsletter: z.string(),
        articles: z.number().int().meta({ description: 'How many it still holds' }),
      }),
    ),
  })
  .meta({ id: 'RemovedArticle' });

/** What removing an article answers. */
export const removed = {
  200: {
    description: 'Removed, also from these editions, which have not started',
    schema: removedShape,
  },
  204: { description: 'Removed; it stood in no edition that has not started' },
};

/** Removes an article, and tells the caller and the audit log which drafts lost it. */
export async function removeArticle(
  tx: DbOrTransaction,
  { actor, scope }: { actor: Actor; scope: Scope },
  id: string,
  now: Date,
): Promise<Answer> {
  await requireOwnArticles(tx, scope, [id]);
  await deleteArticle(tx, id, now);
  const drafts = await draftsWith(tx, id, scope);
  await audit(tx, actor, 'remove', `article ${id}`, drafts.length > 0 ? { drafts } : undefined);
  return drafts.length > 0 ? { status: 200, body: { drafts } } : { status: 204 };
}
