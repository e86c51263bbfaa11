import { z } from 'zod';
import type { Kind } from '../../../database/tables.ts';
import { readId } from '../../../text/id.ts';

export const kinds = ['daily', 'weekly', 'special'] as const satisfies Kind[];

const line = z.string().max(4000).catch('');
const several = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => [...new Set([value ?? []].flat())].filter((id) => readId(id)).slice(0, 200))
  .catch([]);

const form = z.object({
  newsletter: z.string().max(100).catch(''),
  kind: z.enum(kinds).catch('daily'),
  do: z.enum(['prepare', 'again', 'search', 'write']).catch('prepare'),
  subject: line,
  introduction: z.string().max(100_000).catch(''),
  article: several,
  search: z.string().max(100).catch(''),
  'own-title': line,
  'own-url': line,
  'own-standfirst': line,
  'own-section': z.string().max(100).catch(''),
});

/** What somebody typed to compose an edition. */
export type ComposeForm = z.output<typeof form>;

/** Reads a posted form, or the address of the page; what is missing or cannot be read is empty. */
export const readComposeForm = (given: unknown): ComposeForm => form.parse(given ?? {});

/** The fields of a form that were refused, from the pointers of an error. */
export const fieldsOf = (errors: { pointer: string }[], prefix = ''): Set<string> =>
  new Set(errors.map(({ pointer }) => `${prefix}${pointer.split('/')[1] ?? ''}`));
