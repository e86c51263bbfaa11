import { isDeepStrictEqual } from 'node:util';
import { type Selectable, sql } from 'kysely';
import type { Db, DbOrTransaction } from '../database/connection.ts';
import { type Scope, within } from '../database/scope.ts';
import type { Database } from '../database/tables.ts';
import { InvalidNewsletter, NewsletterNotFound, SlugTaken } from './errors.ts';
import { type NewsletterSettings, readChanges, readSettings } from './settings.ts';
import { addWording } from './wordings.ts';

export interface Section {
  slug: string;
  title: string;
  articleLimit: number;
}

/** A newsletter as the API shows it. */
export interface Newsletter extends NewsletterSettings {
  id: string;
  createdAt: Date;
  /** When hours and days became what they are. */
  scheduledSince: Date;
  /** Of its newest consent text, also of one that was taken back; kept with each consent to it. */
  wordingVersion: string | null;
  /** Null: it is not archived. */
  archivedAt: Date | null;
  /** Since when complaints hold it; null: they do not. */
  complaintsHeldAt: Date | null;
}

/** The newsletters within the scope, in the order they were made. */
export async function listNewsletters(
  db: DbOrTransaction,
  scope: Scope = null,
): Promise<Newsletter[]> {
  const rows = await newsletters(db).where(within(scope, 'newsletters.id')).orderBy('id').execute();
  return rows.map(shape);
}

/** One newsletter by its slug. */
export async function getNewsletter(
  db: DbOrTransaction,
  slug: string,
  scope: Scope = null,
): Promise<Newsletter | undefined> {
  const row = await newsletters(db)
    .where('slug', '=', slug)
    .where(within(scope, 'newsletters.id'))
    .executeTakeFirst();
  return row && shape(row);
}

/** One newsletter by its slug. Throws NewsletterNotFound, also where it is outside of the scope. */
export async function requireNewsletter(
  db: DbOrTransaction,
  slug: string,
  scope: Scope,
): Promise<Newsletter> {
  const found = await getNewsletter(db, slug, scope);
  if (!found) throw new NewsletterNotFound(slug);
  return found;
}

/** One newsletter by its id; throws where there is none. */
export async function newsletterOfId(db: DbOrTransaction, id: string): Promise<Newsletter> {
  return shape(await newsletters(db).where('id', '=', id).executeTakeFirstOrThrow());
}

/** Makes a newsletter. Throws InvalidNewsletter, SlugTaken. */
export async function createNewsletter(tx: DbOrTransaction, input: unknown): Promise<Newsletter> {
  const { sections, from, wording, ...settings } = readSettings(input);
  const made = await tx
    .insertInto('newsletters')
    .values({ ...settings, mailFrom: from })
    .onConflict((oc) => oc.column('slug').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!made) throw new SlugTaken(settings.slug);
  await putSections(tx, made.id, sections);
  const newsletter = { id: made.id, slug: settings.slug, wordingVersion: null, wording: {} };
  await putWording(tx, newsletter, wording);
  return newsletterOfId(tx, made.id);
}

/**
 * Changes settings; sections, if named, are replaced as a list: one that is gone leaves its articles
 * and feeds without a section. Throws InvalidNewsletter, NewsletterNotFound.
 */
export async function updateNewsletter(
  tx: DbOrTransaction,
  slug: string,
  input: unknown,
): Promise<Newsletter> {
  const { sections, from, wording, ...changes } = readChanges(input);
  const before = await newsletters(tx).where('slug', '=', slug).forNoKeyUpdate().executeTakeFirst();
  if (!before) throw new NewsletterNotFound(slug);
  if (changes.active && before.archivedAt)
    throw new InvalidNewsletter([
      { pointer: '/active', detail: 'it is archived: bring it back first (POST …/unarchive)' },
    ]);
  const moved = (['active', 'timezone', 'sendAt', 'kinds', 'days', 'weeklyDay'] as const).some(
    (setting) =>
      changes[setting] !== undefined && String(changes[setting]) !== String(before[setting]),
  );
  await tx
    .updateTable('newsletters')
    .set({
      ...changes,
      ...(from === undefined ? {} : { mailFrom: from }),
      ...(moved ? { scheduledSince: new Date() } : {}),
      slug,
    })
    .where('id', '=', before.id)
    .execute();
  if (sections) await putSections(tx, before.id, sections);
  if (wording) await putWording(tx, before, wording);
  return newsletterOfId(tx, before.id);
}

/** Archives a newsletter, or brings it back to go out again. False where that was done before. Throws NewsletterNotFound. */
export async function setArchived(
  tx: DbOrTransaction,
  slug: string,
  archivedAt: Date | null,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('newsletters')
    .set({
      archivedAt,
      active: archivedAt === null,
      ...(archivedAt === null ? { scheduledSince: new Date() } : {}),
    })
    .where('slug', '=', slug)
    .where('archivedAt', archivedAt === null ? 'is not' : 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n && !(await getNewsletter(tx, slug))) throw new NewsletterNotFound(slug);
  return numUpdatedRows > 0n;
}

/** The newsletter that a first start makes; false where there is any newsletter already. */
export async function ensureFirstNewsletter(
  db: Db,
  { language = 'en', timezone = 'UTC' }: { language?: string; timezone?: string } = {},
): Promise<boolean> {
  const any = await db.selectFrom('newsletters').select('id').limit(1).executeTakeFirst();
  if (any) return false;
  const words = language.startsWith('es') ? spanish : english;
  const sections = ['news', 'updates', 'special-reports'].map((slug, index) => ({
    slug,
    title: words.sections[index] ?? slug,
  }));
  try {
    const settings = { slug: 'daily', title: words.title, language, timezone, sections };
    await db.transaction().execute((tx) => createNewsletter(tx, settings));
    return true;
  } catch (error) {
    if (error instanceof SlugTaken) return false; // another process was faster
    throw error;
  }
}

const english = { title: 'The Daily', sections: ['News', 'Updates', 'Special reports'] };
const spanish = { title: 'El Diario', sections: ['Noticias', 'Novedades', 'Reportajes'] };

// The keys of the JSON are written out: those inside a value are not turned into camelCase.
const sectionsInOrder = sql<Section[]>`(
  select coalesce(jsonb_agg(jsonb_build_object(
    'slug', slug, 'title', title, 'articleLimit', article_limit) order by position), '[]')
  from sections where newsletter_id = newsletters.id)`;
const newsletters = (db: DbOrTransaction) =>
  db.selectFrom('newsletters').selectAll().select(sectionsInOrder.as('sections'));

function shape(row: Selectable<Database['newsletters']> & { sections: Section[] }): Newsletter {
  const { lastNumber: _, complaintsDecided: __, mailFrom, sections, ...settings } = row;
  return { ...settings, from: mailFrom, sections };
}

async function putWording(
  tx: DbOrTransaction,
  before: { id: string; slug: string; wordingVersion: string | null; wording: object },
  wording: Record<string, string>,
): Promise<void> {
  if (isDeepStrictEqual(wording, before.wording)) return;
  const wordingVersion = await addWording(tx, before, wording, new Date());
  await tx
    .updateTable('newsletters')
    .set({ wording: JSON.stringify(wording), wordingVersion })
    .where('id', '=', before.id)
    .execute();
}

async function putSections(
  tx: DbOrTransaction,
  newsletterId: string,
  sections: Section[],
): Promise<void> {
  const slugs = sections.map((section) => section.slug);
  await tx
    .deleteFrom('sections')
    .where('newsletterId', '=', newsletterId)
    .where((eb) => eb.not(eb('slug', '=', eb.fn.any(eb.val(slugs)))))
    .execute();
  if (sections.length === 0) return;
  await tx
    .insertInto('sections')
    .values(sections.map((section, position) => ({ ...section, newsletterId, position })))
    .onConflict((oc) =>
      oc.columns(['newsletterId', 'slug']).doUpdateSet((eb) => ({
        title: eb.ref('excluded.title'),
        position: eb.ref('excluded.position'),
        articleLimit: eb.ref('excluded.articleLimit'),
      })),
    )
    .execute();
}
