import { z } from 'zod';

/** To which newsletters somebody is bound: a field of who makes or changes an operator, a token or a webhook. */
export const givenTo = z
  .array(z.string().max(100))
  .min(1)
  .max(1000)
  .nullable()
  .meta({
    description:
      'Slugs of the newsletters that it is bound to; null: the whole newsroom. Left out: as wide as whoever asks',
    example: ['daily'],
  });
