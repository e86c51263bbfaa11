import { z } from 'zod';
import { ID_FORM } from '../../text/id.ts';

/** `?limit&after` of every list. `after` is what the page before said in `next`. */
export const paging = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'must be a number from 1 to 1000')
    .transform(Number)
    .refine((n) => n <= 1000, 'must be a number from 1 to 1000')
    .default(100)
    .meta({
      override: ({ jsonSchema }) => {
        delete jsonSchema.pattern;
        Object.assign(jsonSchema, { type: 'integer', minimum: 1, maximum: 1000, default: 100 });
      },
    }),
  after: z.string().regex(ID_FORM, 'must be the `next` of the page before').optional(),
};

/** One page of a list that is short enough to be read whole; rows are in the order of their ids. */
export function pageOfRows<T extends { id: string }>(
  rows: T[],
  { limit, after }: { limit: number; after?: string | undefined },
): { data: T[]; next: string | null } {
  const rest = after === undefined ? rows : rows.filter((row) => BigInt(row.id) > BigInt(after));
  const data = rest.slice(0, limit);
  return { data, next: rest.length > limit ? (data.at(-1)?.id ?? null) : null };
}
