import { newsletterOfEdition } from '../../editions/editions.ts';
import { newsletterOfFeed } from '../../feeds/feeds.ts';
import { getNewsletter } from '../../newsletters/newsletters.ts';
import type { NewsletterOf } from './specification.ts';

/** Of a path that names an edition, a feed, or the newsletter itself. */
export const ofEdition: NewsletterOf = (db, { id = '' }) => newsletterOfEdition(db, id);
export const ofFeed: NewsletterOf = (db, { id = '' }) => newsletterOfFeed(db, id);
export const ofNewsletter: NewsletterOf = async (db, { slug = '' }) =>
  (await getNewsletter(db, slug))?.id;
