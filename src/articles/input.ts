import { z } from 'zod';
import { fieldErrors } from '../newsletters/field-errors.ts';
import { languageTag } from '../text/language-tag.ts';
import { oneLine } from '../text/one-line.ts';
import { InvalidArticle } from './errors.ts';

const text = (limit: number) =>
  z
    .string()
    .transform(oneLine)
    .pipe(z.string().max(limit, `is longer than ${limit} characters`));

/** A web address. */
export const address = z
  .string()
  .trim()
  .max(4000, 'is longer than 4,000 characters')
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
    message: 'must be a web address that starts with https:// or http://',
  });

/** A language, made canonical. */
export const language = z
  .string()
  .refine((value) => languageTag(value) !== null, 'must be a language like en or es-MX')
  .transform((value) => languageTag(value) ?? value);

/** A moment, with its offset. */
export const time = z.iso
  .datetime({ offset: true, message: 'must be a time like 2026-03-01T07:00:00Z' })
  .transform((value) => new Date(value));

const fields = {
  title: text(1000).pipe(z.string().min(1, 'must not be empty')),
  standfirst: text(300).optional(),
  url: address,
  image: z
    .strictObject({
      url: address,
      alt: text(250).nullish(),
      credit: text(200).nullish(),
    })
    .nullish(),
  author: text(200).nullish(),
  section: z.string().max(100).nullish(),
  language: language.nullish(),
  publishedAt: time.optional(),
};

const externalId = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'is longer than 200 characters')
  .meta({
    description: 'What the article is called where it comes from, such as a CMS',
    example: 'post-4711',
  });

const newsletter = z.string().max(100);

/** What an article is made of whose external id is known. */
export const articleOfExternalId = z.strictObject({ newsletter, ...fields });
/** What an article written by hand is made of. */
export const newArticle = articleOfExternalId.extend({ externalId: externalId.optional() });
/** What of an article can be changed. */
export const articleChanges = z
  .strictObject({ ...fields, externalId: externalId.nullable() })
  .partial();

/** The input as the schema reads it. Throws InvalidArticle. */
export function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InvalidArticle(fieldErrors(result.error));
}

/** The columns of an image. */
export const imageColumns = (image: z.output<typeof fields.image>) => ({
  imageUrl: image?.url ?? null,
  imageAlt: image?.alt ?? null,
  imageCredit: image?.credit ?? null,
});

/** Reads an external id that came in an address. Throws InvalidArticle. */
export const readExternalId = (value: string): string =>
  checked(z.object({ externalId }), { externalId: value }).externalId;
