import { z } from 'zod';
import { NewsletterNotFound } from '../../newsletters/errors.ts';
import {
  createNewsletter,
  getNewsletter,
  listNewsletters,
  updateNewsletter,
} from '../../newsletters/newsletters.ts';
import { newsletterChanges, newsletterSettings } from '../../newsletters/settings.ts';
import { audit } from '../../operators/audit.ts';
import { changes, type Operation, reads } from './operation.ts';
import { pageOfRows, paging } from './paging.ts';
import { ofNewsletter } from './reach.ts';
import { bySlug, newsletterShape, pageOf } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Newsletters';

export const newsletterOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/newsletters',
      tag,
      summary: 'List newsletters',
      role: 'viewer',
      reach: 'scoped',
      query: z.strictObject(paging),
      answers: {
        200: { description: 'In the order they were made', schema: pageOf(newsletterShape) },
      },
    },
    async ({ query, scope }, db) => ({
      body: pageOfRows(await listNewsletters(db, scope), query),
    }),
  ),
  changes(
    {
      method: 'post',
      path: '/newsletters',
      tag,
      summary: 'Make a newsletter',
      role: 'admin',
      body: newsletterSettings,
      answers: { 201: { description: 'Made', schema: newsletterShape } },
      errors: [409],
    },
    async ({ input, actor }, tx) => {
      const newsletter = await createNewsletter(tx, input);
      await audit(tx, actor, 'create', `newsletter ${newsletter.slug}`);
      return { status: 201, body: newsletter };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/newsletters/{slug}',
      version: versions.newsletter,
      tag,
      summary: 'Show a newsletter',
      role: 'viewer',
      reach: ofNewsletter,
      params: bySlug,
      answers: { 200: { description: 'The newsletter', schema: newsletterShape } },
    },
    async ({ params }, db) => {
      const newsletter = await getNewsletter(db, params.slug);
      if (!newsletter) throw new NewsletterNotFound(params.slug);
      return { body: newsletter };
    },
  ),
  changes(
    {
      method: 'patch',
      path: '/newsletters/{slug}',
      version: versions.newsletter,
      tag,
      summary: 'Change a newsletter',
      description: 'Fields that are left out stay as they are; `sections` is replaced as a list.',
      role: 'admin',
      reach: ofNewsletter,
      params: bySlug,
      body: newsletterChanges,
      answers: { 200: { description: 'As it is now', schema: newsletterShape } },
    },
    async ({ params, input, actor }, tx) => {
      const newsletter = await updateNewsletter(tx, params.slug, input);
      const fields = Object.keys(input as object);
      await audit(tx, actor, 'change', `newsletter ${newsletter.slug}`, { fields });
      return { body: newsletter };
    },
  ),
];
