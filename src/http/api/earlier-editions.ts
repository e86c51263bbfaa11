import { z } from 'zod';
import {
  importEarlierEditions,
  keepUpload,
  removeEarlier,
} from '../../actions/earlier-editions.ts';
import { listEarlierEditions } from '../../earlier-editions/earlier-editions.ts';
import { leftOutReasons } from '../../earlier-editions/found.ts';
import { archiveFormats } from '../../earlier-editions/read-export.ts';
import { fileBody } from '../middleware/bodies.ts';
import { changes, type Operation, reads, runs } from './operation.ts';
import { paging } from './paging.ts';
import { ofNewsletter } from './reach.ts';
import { archiveImportShape, byId, bySlug, earlierEditionShape, pageOf } from './shapes.ts';

const tag = 'Earlier editions';

const CURSOR = /^\d{1,16}_\d{1,18}$/;

export const earlierEditionOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/newsletters/{slug}/earlier-editions',
      tag,
      summary: 'List editions that were sent elsewhere',
      role: 'viewer',
      reach: ofNewsletter,
      params: bySlug,
      query: z.strictObject({ limit: paging.limit, after: z.string().regex(CURSOR).optional() }),
      answers: { 200: { description: 'Newest first', schema: pageOf(earlierEditionShape) } },
    },
    async ({ params: { slug }, query: { limit, after }, context }, db) => {
      const [at, id = ''] = after?.split('_') ?? [];
      const before = at === undefined ? undefined : { at: new Date(Number(at)), id };
      const rows = await listEarlierEditions(db, slug, { limit: limit + 1, before });
      const data = rows.slice(0, limit);
      const last = data.at(-1);
      const more = rows.length > limit && last;
      const { publicUrl } = context.config;
      return {
        body: {
          data: data.map(({ slug: place, ...one }) => ({
            ...one,
            url: `${publicUrl}/archive/${slug}/earlier/${place}`,
          })),
          next: more ? `${last.publishedAt.getTime()}_${last.id}` : null,
        },
      };
    },
  ),
  runs(
    {
      method: 'post',
      path: '/newsletters/{slug}/earlier-editions',
      tag,
      summary: 'Import editions that were sent elsewhere',
      description: `The body is the export as it is: Ghost's JSON, the ZIP of Substack or Mailchimp, a ZIP of HTML pages, one page, RSS or Atom. Without \`format\` it is recognised. Pages are cleaned of scripts, forms and what counts readers, and go to the archive; a request for the path of an old address is answered with a redirect to them. Imported again an edition is there once. \`leftOut\` names what did not come: ${leftOutReasons.join(', ')}.`,
      role: 'admin',
      reach: ofNewsletter,
      params: bySlug,
      query: z.strictObject({
        format: z.enum(archiveFormats).optional(),
        site: z
          .url({ protocol: /^https?$/ })
          .optional()
          .meta({ description: 'Where the editions were found: relative links lead there' }),
        dryRun: z
          .enum(['true', 'false'])
          .transform((text) => text === 'true')
          .optional()
          .meta({ description: 'Count, and change nothing' }),
      }),
      bodyTypes: ['application/octet-stream'],
      before: [fileBody],
      answers: { 200: { description: 'Done', schema: archiveImportShape } },
      errors: [404],
    },
    async ({ params: { slug }, query, actor, scope, context }, body) => {
      await using file = await keepUpload(body);
      const { db, now } = context;
      const options = { ...query, now: now() };
      return { body: await importEarlierEditions(db, { actor, scope }, slug, file.path, options) };
    },
  ),
  changes(
    {
      method: 'delete',
      path: '/earlier-editions/{id}',
      tag,
      summary: 'Take an earlier edition out of the archive',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 204: { description: 'Gone, with what led to it' } },
      errors: [404],
    },
    async ({ params, actor, scope }, tx) => {
      await removeEarlier(tx, { actor, scope }, params.id);
      return { status: 204 };
    },
  ),
];
