import { z } from 'zod';

/** A day begins at midnight UTC. */
const moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'must be a date such as 2026-11-01 or a time such as 2026-11-01T10:00:00Z',
  })
  .transform((text) => new Date(text));

/** A filter of subscribers as an address names it, of the API as of the console; see SubscriberFilter. */
export const filterQuery = {
  search: z.string().trim().max(320).optional().meta({
    description:
      'Parts of the address or the name, apart from case and accents; of one or two letters the beginning of a word',
    example: 'garcia example.org',
  }),
  newsletter: z.string().max(100).optional().meta({ description: 'A slug' }),
  state: z.enum(['pending', 'active', 'unsubscribed']).optional(),
  section: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'A slug: those who chose it, or all sections' }),
  language: z
    .string()
    .max(35)
    .optional()
    .meta({ description: '`es` also finds `es-VE`', example: 'es' }),
  joinedAfter: moment.optional().meta({ description: 'First added at this time or later' }),
  joinedBefore: moment.optional().meta({ description: 'First added before this time' }),
  suppressed: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .meta({ description: 'Whether nothing is sent to the address' }),
};
