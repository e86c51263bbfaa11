import { z } from 'zod';
import { releaseNewsletter } from '../../actions/complaints.ts';
import {
  archiveNewsletter,
  changeNewsletter,
  makeNewsletter,
  putNewsletterLogo,
  unarchiveNewsletter,
} from '../../actions/newsletters.ts';
import { NewsletterNotFound } from '../../newsletters/errors.ts';
import { getNewsletter, listNewsletters } from '../../newsletters/newsletters.ts';
import { newsletterChanges, newsletterSettings } from '../../newsletters/settings.ts';
import { listWordings } from '../../newsletters/wordings.ts';
import { logoDescription, pictureBody, pictureOf } from '../middleware/pictures.ts';
import { changes, type Operation, reads } from './operation.ts';
import { pageOfRows, paging } from './paging.ts';
import { ofNewsletter } from './reach.ts';
import { bySlug, newsletterShape, pageOf, wordingShape } from './shapes.ts';
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
    async ({ input, actor }, tx) => ({
      status: 201,
      body: await makeNewsletter(tx, actor, input),
    }),
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
    async ({ params, input, actor }, tx) => ({
      body: await changeNewsletter(tx, actor, params.slug, input as object),
    }),
  ),
  changes(
    {
      method: 'delete',
      path: '/newsletters/{slug}',
      version: versions.newsletter,
      tag,
      summary: 'Archive a newsletter',
      description:
        'No edition goes out any more and the sign-up form no longer offers it; its readers and past editions stay. Editions that have not started are cancelled.',
      role: 'admin',
      reach: ofNewsletter,
      params: bySlug,
      answers: { 204: { description: 'Archived, now or before' } },
    },
    async ({ params, actor, context }, tx) => {
      await archiveNewsletter(tx, actor, params.slug, context.now());
      return { status: 204 };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/newsletters/{slug}/unarchive',
      version: versions.newsletter,
      tag,
      summary: 'Bring an archived newsletter back',
      description: 'Its next edition goes out at its next hour.',
      role: 'admin',
      reach: ofNewsletter,
      params: bySlug,
      answers: { 200: { description: 'As it is now', schema: newsletterShape } },
    },
    async ({ params, actor }, tx) => ({
      body: await unarchiveNewsletter(tx, actor, params.slug),
    }),
  ),
  changes(
    {
      method: 'post',
      path: '/newsletters/{slug}/release',
      tag,
      summary: 'Let a newsletter go out again that complaints held',
      description:
        'The same complaints hold it no more. With `resume` the editions that had begun go on; without it they stay paused. `reason` is kept in the audit.',
      role: 'admin',
      reach: ofNewsletter,
      params: bySlug,
      body: z.strictObject({
        reason: z.string().trim().min(1).max(500).meta({ description: 'What was decided' }),
        resume: z.boolean().default(false),
      }),
      answers: { 200: { description: 'As it is now', schema: newsletterShape } },
    },
    async ({ params, body, actor }, tx) => {
      const { value, enqueue } = await releaseNewsletter(tx, actor, params.slug, body);
      return { body: value.newsletter, ...(enqueue && { enqueue }) };
    },
  ),
  changes(
    {
      method: 'put',
      path: '/newsletters/{slug}/logo',
      version: versions.newsletter,
      tag,
      summary: 'Give a newsletter a logo of its own',
      description: `${logoDescription} \`PATCH\` with \`{"logo": null}\` takes it away.`,
      role: 'admin',
      reach: ofNewsletter,
      params: bySlug,
      bodyTypes: ['image/*'],
      before: pictureBody,
      answers: { 200: { description: 'As it is now', schema: newsletterShape } },
    },
    async ({ params, input, actor }, tx) => ({
      body: await putNewsletterLogo(tx, actor, params.slug, pictureOf(input)),
    }),
  ),
  reads(
    {
      method: 'get',
      path: '/newsletters/{slug}/wordings',
      tag,
      summary: 'List the consent texts a newsletter had',
      role: 'viewer',
      reach: ofNewsletter,
      params: bySlug,
      query: z.strictObject({}),
      answers: { 200: { description: 'Newest first', schema: pageOf(wordingShape) } },
    },
    async ({ params }, db) => {
      const newsletter = await getNewsletter(db, params.slug);
      if (!newsletter) throw new NewsletterNotFound(params.slug);
      return { body: { data: await listWordings(db, newsletter.id), next: null } };
    },
  ),
];
