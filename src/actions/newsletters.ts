import type { DbOrTransaction } from '../database/connection.ts';
import { cancelUnstarted } from '../editions/transitions.ts';
import { NewsletterNotFound } from '../newsletters/errors.ts';
import { storeLogo } from '../newsletters/logos.ts';
import {
  createNewsletter,
  getNewsletter,
  type Newsletter,
  setArchived,
  updateNewsletter,
} from '../newsletters/newsletters.ts';
import { getNewsroom, type Newsroom, putNewsroom } from '../newsletters/newsroom.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { forgetSections } from '../subscribers/section-choices.ts';

/** Makes a newsletter, with its audit row. Throws InvalidNewsletter, SlugTaken. */
export async function makeNewsletter(
  tx: DbOrTransaction,
  actor: Actor,
  input: unknown,
): Promise<Newsletter> {
  const newsletter = await createNewsletter(tx, input);
  await audit(tx, actor, 'create', `newsletter ${newsletter.slug}`);
  return newsletter;
}

/**
 * Changes a newsletter, with its audit row. Sections that go leave the readers' choices: see forgetSections.
 * Throws InvalidNewsletter, NewsletterNotFound.
 */
export async function changeNewsletter(
  tx: DbOrTransaction,
  actor: Actor,
  slug: string,
  changes: object,
): Promise<Newsletter> {
  const before = await getNewsletter(tx, slug);
  const newsletter = await updateNewsletter(tx, slug, changes);
  const gone = before ? sectionsGone(before, newsletter.sections) : [];
  if (gone.length > 0) await forgetSections(tx, newsletter.id, gone);
  await audit(tx, actor, 'change', `newsletter ${slug}`, { fields: Object.keys(changes) });
  return newsletter;
}

/** The slugs of a newsletter's sections that are in the other list no more. */
export const sectionsGone = (
  before: Pick<Newsletter, 'sections'>,
  after: { slug: string }[],
): string[] => {
  const kept = new Set(after.map(({ slug }) => slug));
  return before.sections.map(({ slug }) => slug).filter((slug) => !kept.has(slug));
};

/**
 * Archives a newsletter: no edition of it goes out any more, the sign-up form offers it no longer; its readers and past
 * editions stay. Editions that have not started are cancelled; one that is being sent is finished. Done before, it
 * changes nothing. Throws NewsletterNotFound.
 */
export async function archiveNewsletter(
  tx: DbOrTransaction,
  actor: Actor,
  slug: string,
  now: Date,
): Promise<Newsletter> {
  const archived = await setArchived(tx, slug, now);
  const newsletter = await existing(tx, slug);
  if (!archived) return newsletter;
  await audit(tx, actor, 'archive', `newsletter ${slug}`);
  for (const id of await cancelUnstarted(tx, newsletter.id))
    await audit(tx, actor, 'cancel', `edition ${id}`);
  return newsletter;
}

/** Brings an archived newsletter back: its next edition goes out at its next hour. Throws NewsletterNotFound. */
export async function unarchiveNewsletter(
  tx: DbOrTransaction,
  actor: Actor,
  slug: string,
): Promise<Newsletter> {
  if (await setArchived(tx, slug, null)) await audit(tx, actor, 'unarchive', `newsletter ${slug}`);
  return existing(tx, slug);
}

/** Gives a newsletter a logo of its own, from a file. Throws UnusableLogo, NewsletterNotFound. */
export async function putNewsletterLogo(
  tx: DbOrTransaction,
  actor: Actor,
  slug: string,
  file: Buffer,
): Promise<Newsletter> {
  return changeNewsletter(tx, actor, slug, { logo: await storeLogo(tx, file) });
}

/** Changes the newsroom, with its audit row. Throws ZodError. */
export async function changeNewsroom(
  tx: DbOrTransaction,
  actor: Actor,
  changes: Partial<Newsroom>,
): Promise<Newsroom> {
  await putNewsroom(tx, { ...(await getNewsroom(tx)), ...changes });
  await audit(tx, actor, 'change', 'newsroom', { fields: Object.keys(changes) });
  return getNewsroom(tx);
}

/** Gives the newsroom a logo, from a file. Throws UnusableLogo. */
export async function putNewsroomLogo(
  tx: DbOrTransaction,
  actor: Actor,
  file: Buffer,
): Promise<Newsroom> {
  return changeNewsroom(tx, actor, { logo: await storeLogo(tx, file) });
}

async function existing(tx: DbOrTransaction, slug: string): Promise<Newsletter> {
  const newsletter = await getNewsletter(tx, slug);
  if (!newsletter) throw new NewsletterNotFound(slug);
  return newsletter;
}
