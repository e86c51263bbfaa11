import type { DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import { NewsletterNotFound } from '../newsletters/errors.ts';
import { InvalidArticle } from './errors.ts';

export type NewsletterSections = {
  id: string;
  slug: string;
  sections: { id: string; slug: string; title: string }[];
};

/** A newsletter by its slug, with the ids of its sections. Throws NewsletterNotFound. */
export async function sectionsOf(
  db: DbOrTransaction,
  slug: string,
  scope: Scope = null,
): Promise<NewsletterSections> {
  const newsletter = await db
    .selectFrom('newsletters')
    .select(['id', 'slug'])
    .where('slug', '=', slug)
    .where(within(scope, 'newsletters.id'))
    .executeTakeFirst();
  if (!newsletter) throw new NewsletterNotFound(slug);
  return { ...newsletter, sections: await sectionRows(db, newsletter.id) };
}

export async function sectionRows(db: DbOrTransaction, newsletterId: string) {
  return db
    .selectFrom('sections')
    .select(['id', 'slug', 'title'])
    .where('newsletterId', '=', newsletterId)
    .orderBy('position')
    .execute();
}

/** What to tell who named a section that the newsletter does not have. */
export function noSection(slug: string, { slug: newsletter, sections }: NewsletterSections) {
  const known = sections.map((section) => section.slug).join(', ');
  return {
    pointer: '/section',
    detail: known
      ? `"${newsletter}" has no section "${slug.slice(0, 80)}". It has: ${known}.`
      : `"${newsletter}" has no sections yet: add them to the newsletter first.`,
  };
}

/** The ids of a newsletter and of its section, if one is named. Throws NewsletterNotFound, InvalidArticle. */
export async function findSection(
  db: DbOrTransaction,
  newsletter: string,
  slug: string | null | undefined,
  scope: Scope = null,
) {
  const known = await sectionsOf(db, newsletter, scope);
  const found = known.sections.find((section) => section.slug === slug);
  if (slug && !found) throw new InvalidArticle([noSection(slug, known)]);
  return { newsletterId: known.id, sectionId: found?.id ?? null };
}
