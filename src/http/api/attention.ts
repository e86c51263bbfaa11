import { z } from 'zod';
import { causes } from '../../actions/attention/causes.ts';
import { listAttention } from '../../actions/attention/list.ts';
import { attentionInWords, attentionPath } from '../../actions/attention/words.ts';
import { languages } from '../../locales/index.ts';
import { mayAct } from '../../operators/roles.ts';
import { type Operation, reads } from './operation.ts';

const attentionShape = z
  .object({
    cause: z.enum(causes),
    subject: z.string().meta({
      description: 'What it is about; the cause itself where it is the whole newsroom',
      example: 'edition 12',
    }),
    newsletter: z.string().nullable().meta({ description: 'null: the whole newsroom' }),
    since: z.iso.datetime(),
    detail: z.string().meta({
      description:
        'What is wrong; addresses in the words of a relay are masked for roles below admin',
    }),
    fix: z.string().meta({ description: 'What to do' }),
    url: z.string().meta({ description: 'Where in the console' }),
  })
  .meta({ id: 'Attention', description: 'Something that needs a person' });

export const attentionOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/attention',
      tag: 'Attention',
      summary: 'List what needs a person',
      description:
        'The same as the console’s first page, alerts by mail, and `gaceta_attention` of the metrics.',
      role: 'viewer',
      reach: 'scoped',
      query: z.strictObject({
        language: z
          .enum(languages as [string, ...string[]])
          .optional()
          .meta({ description: 'Of `detail` and `fix`; English when left out' }),
      }),
      answers: {
        200: {
          description: 'The gravest first',
          schema: z.object({ data: z.array(attentionShape) }),
        },
      },
    },
    async ({ query, role, scope, context }, db) => {
      const unmasked = mayAct(role, 'admin');
      const data = (await listAttention(db, scope)).map((one) => {
        const { detail, fix } = attentionInWords(one, query.language ?? 'en', { unmasked });
        const url = `${context.config.publicUrl}${attentionPath(one)}`;
        return {
          cause: one.cause,
          subject: one.subject,
          newsletter: one.newsletter,
          since: one.since,
          detail,
          fix,
          url,
        };
      });
      return { body: { data } };
    },
  ),
];
