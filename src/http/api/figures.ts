import { z } from 'zod';
import { figuresQuery, MOST_EDITIONS, showFigures } from '../../actions/figures.ts';
import { countedReasons } from '../../subscribers/reader-days.ts';
import { type Operation, reads } from './operation.ts';
import { editionShape } from './shapes.ts';

const readerDay = z
  .object({
    newsletter: z.string(),
    day: z.string().meta({ description: "In the newsletter's time zone" }),
    readers: z.number().meta({ description: 'At the end of the day' }),
    came: z.number(),
    left: z.number(),
    reasons: z
      .object(Object.fromEntries(countedReasons.map((reason) => [reason, z.number()])))
      .meta({
        description: 'Of those who left, how many said why; `written`: in their words only',
      }),
  })
  .meta({ id: 'ReaderDay' });

export const figuresShape = z
  .object({
    from: z.string(),
    to: z.string(),
    countedAt: z
      .date()
      .nullable()
      .meta({ description: 'A worker counts every ten minutes; null: not yet' }),
    days: z.array(readerDay),
    editions: z
      .array(
        z.object({
          ...editionShape.pick({ id: true, newsletter: true, number: true, kind: true }).shape,
          state: editionShape.shape.state,
          localDate: z.string(),
          ledger: editionShape.shape.ledger,
        }),
      )
      .meta({ description: `The newest ${MOST_EDITIONS} of these days, newest first` }),
  })
  .meta({ id: 'Figures' });

/** How many readers came, left and were sent to. */
export const figureOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/figures',
      tag: 'Figures',
      summary: 'Show readers by day, and the ledger of each edition',
      role: 'viewer',
      reach: 'scoped',
      query: figuresQuery,
      answers: { 200: { description: 'The figures of these days', schema: figuresShape } },
    },
    async ({ query, scope, context }, db) => ({
      body: await showFigures(db, query, scope, context.now()),
    }),
  ),
];
