import { sql } from 'kysely';
import { requireArticlesWithin } from '../articles/within-scope.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import { type Newsletter, newsletterOfId } from '../newsletters/newsletters.ts';
import { chosenArticles } from './compose.ts';
import { type ArticleEdit, readEdits } from './edits.ts';
import { EditionNotEditable, InvalidEdition, requireLetter } from './errors.ts';
import { lockEdition, reviseEdition } from './freeze.ts';
import { approve, schedule, unschedule } from './transitions.ts';

/**
 * Changes an edition: any time before it starts; while it is being sent, as a correction that the
 * readers not yet sent get. A draft that waited for review is scheduled with that while its time is still
 * to come; after it a change never sends anything. Call it in a transaction.
 * Throws EditionNotFound, InvalidEdition, UnknownArticles, EditionNotEditable, NothingNew.
 */
export async function editEdition(
  tx: DbOrTransaction,
  id: string,
  input: unknown,
  now: Date,
  scope: Scope = null,
): Promise<void> {
  const edits = readEdits(input);
  const { state, newsletterId } = await lockEdition(tx, id);
  const before = state === 'draft' || state === 'scheduled';
  const during = state === 'sending' || state === 'paused';
  if (!before && !during) {
    throw new EditionNotEditable(id, state, 'only what is not yet sent can be changed');
  }
  if (edits.sendAt !== undefined && during) {
    throw new EditionNotEditable(id, state, 'its time can no longer be changed');
  }
  if (edits.sendAt && edits.sendAt < now) {
    throw new InvalidEdition([
      { pointer: '/sendAt', detail: 'lies in the past: choose a later time, or send it now' },
    ]);
  }
  const newsletter = await newsletterOfId(tx, newsletterId);
  if (edits.articles) {
    await requireAddable(tx, scope, id, edits.articles);
    await putArticles(tx, id, newsletter, edits.articles);
  }
  const { subject, preheader, introduction, layout } = edits;
  await tx
    .updateTable('editions')
    .set({ subject, preheader, introduction, layout, touchedAt: now })
    .where('id', '=', id)
    .execute();
  if (edits.articles || edits.introduction !== undefined) await requireSomething(tx, id);
  if (during) await reviseEdition(tx, id);
  else if (edits.sendAt === null) await unschedule(tx, id);
  else if (edits.sendAt) await schedule(tx, id, edits.sendAt);
  else await approve(tx, id, now);
}

/** An edition has an article, or is a letter. Throws InvalidEdition. */
async function requireSomething(tx: DbOrTransaction, id: string): Promise<void> {
  const [listed] = await tx
    .selectFrom('editionArticles')
    .select('articleId')
    .where('editionId', '=', id)
    .where('dropped', '=', false)
    .limit(1)
    .execute();
  if (!listed) requireLetter(await lockEdition(tx, id));
}

/** An article that is in the edition may stay; one that comes to it is of a newsletter within the scope. */
async function requireAddable(
  tx: DbOrTransaction,
  scope: Scope,
  edition: string,
  edits: ArticleEdit[],
): Promise<void> {
  if (scope === null) return;
  const held = await tx
    .selectFrom('editionArticles')
    .select('articleId')
    .where('editionId', '=', edition)
    .execute();
  const present = new Set(held.map(({ articleId }) => articleId));
  const added = edits.map(({ id }) => id).filter((id) => !present.has(id));
  await requireArticlesWithin(tx, scope, added);
}

/** Makes the list what the editor says; what they left out stays as dropped, so that it can be taken back. */
async function putArticles(
  tx: DbOrTransaction,
  edition: string,
  newsletter: Newsletter,
  edits: ArticleEdit[],
): Promise<void> {
  const slugs = newsletter.sections.map((section) => section.slug);
  const wrong = edits.flatMap(({ section }, index) =>
    section === undefined || slugs.includes(section)
      ? []
      : [{ pointer: `/articles/${index}/section`, detail: `one of: ${slugs.join(', ')}` }],
  );
  if (wrong.length > 0) throw new InvalidEdition(wrong);
  const chosen = await chosenArticles(
    tx,
    newsletter,
    edits.map(({ id }) => id),
  );
  await tx
    .updateTable('editionArticles')
    .set({ dropped: true, pinned: false, position: sql`position + ${edits.length}` })
    .where('editionId', '=', edition)
    .execute();
  for (const [position, edit] of edits.entries()) {
    const { id, section, pinned = false, title, standfirst } = edit;
    const own = { ...(section && { section }), pinned, title, standfirst, position };
    await tx
      .insertInto('editionArticles')
      .values({
        section: chosen[position]?.section ?? null,
        ...own,
        editionId: edition,
        articleId: id,
      })
      .onConflict((oc) =>
        oc.columns(['editionId', 'articleId']).doUpdateSet({ ...own, dropped: false }),
      )
      .execute();
  }
}
