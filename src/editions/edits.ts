import { z } from 'zod';
import { fieldErrors } from '../newsletters/field-errors.ts';
import { layoutSchema } from '../newsletters/settings.ts';
import { filledLineSchema, lineSchema } from '../text/one-line.ts';
import { InvalidEdition } from './errors.ts';

const article = z.strictObject({
  id: z.string(),
  /** Slug; not named: as it is, or for a new article the one it came with. */
  section: z.string().optional(),
  pinned: z.boolean().optional(),
  /** This edition's own headline; null: the article's. */
  title: filledLineSchema(400).nullable().optional(),
  standfirst: lineSchema(1000).nullable().optional(),
});

/** What an editor may change of an edition; what is not named stays. */
export const editionEdits = z.strictObject({
  /** Empty: made from the headlines. */
  subject: lineSchema(250).optional(),
  preheader: lineSchema(250).optional(),
  /** Markdown. */
  introduction: z.string().trim().max(20_000, 'at most 20,000 characters').optional(),
  /** Null: the newsletter's. */
  layout: layoutSchema.nullable().optional(),
  /** Null: waits for somebody to send it. */
  sendAt: z.iso
    .datetime({ offset: true, error: 'a time such as "2026-11-24T07:00:00Z"' })
    .transform((time) => new Date(time))
    .nullable()
    .optional(),
  /** The whole list in its order: an article that is not in it is dropped. */
  articles: z
    .array(
      z.union([z.string().transform((id) => ({ id })), article], {
        error: 'an article’s id, or {id, section?, pinned?, title?, standfirst?}',
      }),
    )
    .max(200, 'at most 200 articles')
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'each article once')
    .optional(),
});
export type EditionEdits = z.output<typeof editionEdits>;
export type ArticleEdit = z.output<typeof article>;

/** Reads an editor's changes. Throws InvalidEdition with all that is wrong. */
export function readEdits(input: unknown): EditionEdits {
  const result = editionEdits.safeParse(input);
  if (result.success) return result.data;
  throw new InvalidEdition(fieldErrors(result.error));
}
