import { z } from 'zod';
import { composeAndSend } from '../../actions/compose.ts';
import { showEdition, showEditions } from '../../actions/show-editions.ts';
import { requireArticlesWithin } from '../../articles/within-scope.ts';
import { editEdition } from '../../editions/edit.ts';
import { editionEdits } from '../../editions/edits.ts';
import { requireNewsletter } from '../../newsletters/newsletters.ts';
import { audit } from '../../operators/audit.ts';
import { requireRole } from '../../operators/roles.ts';
import { changes, type Operation, reads } from './operation.ts';
import { paging } from './paging.ts';
import { ofEdition } from './reach.ts';
import { byId, editionShape, pageOf } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Editions';
const kind = z.enum(['daily', 'weekly', 'special']);

const composing = z
  .strictObject({
    newsletter: z.string().meta({ description: 'Its slug' }),
    kind: kind.default('daily'),
    articles: z.array(z.string()).max(200).optional().meta({
      description:
        'Ids, in their order; left out: all that is new. A special with an introduction needs none: it is a letter from the editor',
    }),
    subject: editionEdits.shape.subject,
    preheader: editionEdits.shape.preheader,
    introduction: z.string().trim().max(20_000).optional().meta({ description: 'Markdown' }),
    layout: editionEdits.shape.layout.meta({ description: "null or left out: the newsletter's" }),
    again: z.boolean().default(false).meta({
      description: 'Also make a special that was made within the last hour',
    }),
    sendAt: z.iso.datetime({ offset: true }).optional().meta({
      description: 'When it is sent automatically; without it, it waits until someone sends it',
    }),
    send: z.boolean().default(false).meta({ description: 'Start it now, for all readers at once' }),
  })
  .meta({ id: 'Composing' });

export const editionOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/editions',
      tag,
      summary: 'List editions, newest first',
      role: 'viewer',
      reach: 'scoped',
      query: z.strictObject({
        ...paging,
        newsletter: z.string().optional(),
        kind: kind.optional(),
        state: editionShape.shape.state.optional(),
      }),
      answers: { 200: { description: 'A page of editions', schema: pageOf(editionShape) } },
    },
    async ({ query: { newsletter, kind, state, limit, after }, scope, context }, db) => {
      if (newsletter !== undefined) await requireNewsletter(db, newsletter, scope);
      const page = {
        scope,
        limit,
        ...(newsletter === undefined ? {} : { newsletter }),
        ...(kind === undefined ? {} : { kind }),
        ...(state === undefined ? {} : { state }),
        ...(after === undefined ? {} : { after }),
      };
      return { body: await showEditions(db, page, context.now()) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/editions',
      tag,
      summary: 'Compose an edition, and send it with `send`',
      description:
        'Of a daily or weekly there is one a date: where the date is taken the answer is 200 with that edition, and `send` starts it if it has not started. The same holds for a special that was asked for within the last hour with the same articles, wording and time, and not cancelled, unless `again` is set. Chosen articles, and words or a layout of your own, take an editor.',
      role: 'sender',
      reach: 'scoped',
      body: composing,
      answers: {
        200: {
          description: 'The edition of that date, or the same special, made before',
          schema: editionShape,
        },
        201: { description: 'Made', schema: editionShape },
      },
      errors: [404, 409],
    },
    async ({ body, actor, role, scope, context }, tx) => {
      await requireNewsletter(tx, body.newsletter, scope);
      await requireArticlesWithin(tx, scope, body.articles ?? []);
      // chosen articles and words of one's own are an editor's
      if (body.articles || body.introduction || body.subject || body.preheader || body.layout)
        requireRole(role, 'editor');
      const { articles, introduction, subject, preheader, layout, sendAt, ...rest } = body;
      const now = context.now();
      const { value, enqueue } = await composeAndSend(tx, actor, {
        ...rest,
        now,
        ...(articles ? { articles } : {}),
        ...(introduction ? { introduction } : {}),
        ...(subject ? { subject } : {}),
        ...(preheader ? { preheader } : {}),
        ...(layout ? { layout } : {}),
        ...(sendAt ? { sendAt: new Date(sendAt) } : {}),
      });
      return {
        status: value.made ? 201 : 200,
        body: await showEdition(tx, value.id, now),
        ...(enqueue ? { enqueue } : {}),
      };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/editions/{id}',
      version: versions.edition,
      tag,
      summary: 'Show an edition with its ledger',
      role: 'viewer',
      reach: ofEdition,
      params: byId,
      answers: { 200: { description: 'The edition', schema: editionShape } },
    },
    async ({ params, context }, db) => ({ body: await showEdition(db, params.id, context.now()) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/editions/{id}',
      version: versions.edition,
      tag,
      summary: 'Edit an edition',
      description:
        'Before it starts, anything; while it is being sent, a correction: readers not yet sent get the next revision. `articles` is the whole list in its order.',
      role: 'editor',
      reach: ofEdition,
      params: byId,
      body: editionEdits,
      answers: { 200: { description: 'As it is now', schema: editionShape } },
      errors: [409],
    },
    async ({ params, input, actor, scope, context }, tx) => {
      await editEdition(tx, params.id, input, context.now(), scope);
      const fields = Object.keys(input as object);
      await audit(tx, actor, 'edit', `edition ${params.id}`, { fields });
      return { body: await showEdition(tx, params.id, context.now()) };
    },
  ),
];
